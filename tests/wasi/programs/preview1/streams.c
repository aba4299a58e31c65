/* The three standard streams. */
#include "show.h"

void standard_streams(void)
{
    title("standard streams");
    for (__wasi_fd_t fd = 0; fd < 3; fd++) {
        __wasi_fdstat_t stat;
        __wasi_filestat_t file;
        __wasi_prestat_t prestat;
        __wasi_filesize_t position;
        __wasi_size_t count;
        uint8_t byte;
        __wasi_iovec_t in = {&byte, 1};
        __wasi_ciovec_t out = {&byte, 1};
        printf("fd %d\n", (int)fd);
        if (SHOW(__wasi_fd_fdstat_get(fd, &stat)))
            printf("type %d flags %d rights %llx %llx\n", stat.fs_filetype, stat.fs_flags, stat.fs_rights_base,
                   stat.fs_rights_inheriting);
        show_stat("fd_filestat_get", __wasi_fd_filestat_get(fd, &file), &file);
        SHOW(__wasi_fd_prestat_get(fd, &prestat));
        SHOW(__wasi_fd_prestat_dir_name(fd, &byte, 1));
        SHOW(__wasi_fd_seek(fd, 0, __WASI_WHENCE_SET, &position));
        SHOW(__wasi_fd_tell(fd, &position));
        SHOW(__wasi_fd_pread(fd, &in, 1, 0, &count));
        SHOW(__wasi_fd_pwrite(fd, &out, 1, 0, &count));
        SHOW(__wasi_fd_advise(fd, 0, 0, 0));
        SHOW(__wasi_fd_allocate(fd, 0, 1));
        SHOW(__wasi_fd_sync(fd));
        SHOW(__wasi_fd_datasync(fd));
        SHOW(__wasi_fd_fdstat_set_flags(fd, 0));
        SHOW(__wasi_fd_fdstat_set_rights(fd, 0, 0));
        SHOW(__wasi_fd_filestat_set_size(fd, 0));
        SHOW(__wasi_fd_filestat_set_times(fd, 0, 0, 0));
    }
    char line[64];
    __wasi_size_t count = 0;
    SHOW(read_some(0, line, sizeof line - 1, &count));
    printf("read %zu: %s\n", count, line);
    SHOW(read_some(0, line, sizeof line - 1, &count));
    printf("read %zu at the end\n", count);
    SHOW(read_some(1, line, 1, &count));
    SHOW(write_all(0, "x", &count));
    SHOW(write_all(2, "to standard error\n", &count));
    printf("wrote %zu\n", count);
}
