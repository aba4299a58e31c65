/* Paths that lead out of the directory. */
#include "show.h"

void outside(void)
{
    __wasi_fd_t fd = 0;
    __wasi_filestat_t stat;
    uint8_t buffer[8];
    __wasi_size_t used;
    static const char *paths[] = {"/", "/etc/passwd", "..", "../x", "x/../../y", "./..", "file\0hidden"};
    title("paths that lead out");
    for (size_t index = 0; index < sizeof paths / sizeof *paths; index++) {
        printf("%s\n", paths[index]);
        SHOW(open_file(paths[index], 0, __WASI_RIGHTS_FD_READ, &fd));
        SHOW(open_file(paths[index], __WASI_OFLAGS_CREAT, __WASI_RIGHTS_FD_WRITE, &fd));
        SHOW(__wasi_path_filestat_get(work, 1, paths[index], &stat));
        SHOW(__wasi_path_create_directory(work, paths[index]));
        SHOW(__wasi_path_unlink_file(work, paths[index]));
        SHOW(__wasi_path_remove_directory(work, paths[index]));
        SHOW(__wasi_path_readlink(work, paths[index], buffer, 8, &used));
        SHOW(__wasi_path_rename(work, paths[index], work, "there"));
        SHOW(__wasi_path_link(work, 0, paths[index], work, "there"));
        SHOW(__wasi_path_symlink("x", work, paths[index]));
        if (__wasi_path_unlink_file(work, "file") == 0)
            printf("made a file\n");
    }
    SHOW(__wasi_path_symlink("/etc", work, "absolute"));
    SHOW(__wasi_path_symlink("..", work, "up"));
    SHOW(open_with("up", 0, __WASI_RIGHTS_FD_READ, 0, 1, &fd));
    SHOW(open_with("up/x", 0, __WASI_RIGHTS_FD_READ, 0, 0, &fd));
    SHOW(__wasi_path_unlink_file(work, "up"));
}
