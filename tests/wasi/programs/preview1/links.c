/* Links, and the times of files. */
#include "show.h"

static void show_times(const char *path)
{
    __wasi_filestat_t stat;
    if (!show("times", __wasi_path_filestat_get(work, 0, path, &stat)))
        return;
    printf("atim %llu mtim %llu\n", stat.atim, stat.mtim);
}

void links(void)
{
    __wasi_fd_t fd = 0;
    __wasi_filestat_t stat;
    __wasi_size_t used = 0, count = 0;
    uint8_t buffer[64] = "";
    title("links and names");
    SHOW(__wasi_path_symlink("file", work, "link"));
    SHOW(__wasi_path_symlink("file", work, "link"));
    SHOW(__wasi_path_symlink("nowhere", work, "dangling"));
    SHOW(__wasi_path_symlink("circle", work, "circle"));
    SHOW(__wasi_path_readlink(work, "link", buffer, sizeof buffer, &used));
    printf("%zu: %.*s\n", used, (int)used, buffer);
    SHOW(__wasi_path_readlink(work, "link", buffer, 2, &used));
    printf("%zu: %.*s\n", used, (int)used, buffer);
    SHOW(__wasi_path_readlink(work, "file", buffer, sizeof buffer, &used));
    SHOW(__wasi_path_readlink(work, "absent", buffer, sizeof buffer, &used));
    show_stat("link", __wasi_path_filestat_get(work, 0, "link", &stat), &stat);
    show_stat("followed", __wasi_path_filestat_get(work, 1, "link", &stat), &stat);
    show_stat("dangling", __wasi_path_filestat_get(work, 1, "dangling", &stat), &stat);
    show_stat("circle", __wasi_path_filestat_get(work, 1, "circle", &stat), &stat);
    SHOW(open_with("link", 0, __WASI_RIGHTS_FD_READ, 0, 0, &fd));
    SHOW(open_with("circle", 0, __WASI_RIGHTS_FD_READ, 0, 1, &fd));
    if (SHOW(open_with("link", 0, __WASI_RIGHTS_FD_WRITE, 0, 1, &fd))) {
        SHOW(write_all(fd, "linked", &count));
        SHOW(__wasi_fd_close(fd));
    }
    SHOW(__wasi_path_link(work, 0, "file", work, "second"));
    SHOW(__wasi_path_link(work, 0, "file", work, "second"));
    SHOW(__wasi_path_link(work, 1, "file", work, "third"));
    SHOW(__wasi_path_link(work, 0, "absent", work, "third"));
    show_stat("file", __wasi_path_filestat_get(work, 0, "file", &stat), &stat);
    show_stat("second", __wasi_path_filestat_get(work, 0, "second", &stat), &stat);
    SHOW(__wasi_path_rename(work, "second", work, "third"));
    show_stat("second", __wasi_path_filestat_get(work, 0, "second", &stat), &stat);
    SHOW(__wasi_path_rename(work, "absent", work, "third"));
    SHOW(__wasi_path_create_directory(work, "dir"));
    SHOW(__wasi_path_rename(work, "third", work, "dir"));
    SHOW(__wasi_path_rename(work, "dir", work, "third"));
    SHOW(__wasi_path_rename(work, "third", work, "dir/moved"));
    show_stat("moved", __wasi_path_filestat_get(work, 0, "dir/moved", &stat), &stat);
    SHOW(__wasi_path_rename(work, "dir", work, "dir/inside"));
    SHOW(__wasi_path_unlink_file(work, "dir/moved"));
    SHOW(__wasi_path_unlink_file(work, "link"));
    SHOW(__wasi_path_unlink_file(work, "dangling"));
    SHOW(__wasi_path_unlink_file(work, "circle"));
    SHOW(__wasi_path_remove_directory(work, "dir"));

    title("times");
    SHOW(__wasi_path_filestat_set_times(work, 0, "file", 1000000001, 2000000002, 5));
    show_times("file");
    SHOW(__wasi_path_filestat_set_times(work, 0, "file", 3, 4, 1));
    show_times("file");
    SHOW(__wasi_path_filestat_set_times(work, 0, "file", 0, 0, 3));
    SHOW(__wasi_path_filestat_set_times(work, 0, "absent", 0, 0, 5));
    SHOW(open_file("file", 0, __WASI_RIGHTS_FD_WRITE, &fd));
    SHOW(__wasi_fd_filestat_set_times(fd, 5000000000, 6000000000, 4));
    show_times("file");
    SHOW(__wasi_fd_filestat_set_times(fd, 0, 0, __WASI_FSTFLAGS_ATIM_NOW | __WASI_FSTFLAGS_MTIM_NOW));
    SHOW(__wasi_path_filestat_get(work, 0, "file", &stat));
    printf("now is after 2020: %d\n", stat.mtim > 1577836800000000000ull && stat.atim > 1577836800000000000ull);
    SHOW(__wasi_fd_close(fd));
    SHOW(__wasi_path_unlink_file(work, "file"));
}
