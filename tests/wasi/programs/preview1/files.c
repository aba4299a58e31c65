/* Files: opening, reading, writing, sizes, positions. */
#include "show.h"

void files(void)
{
    __wasi_fd_t fd = 0, second = 0;
    __wasi_fdstat_t stat;
    __wasi_filestat_t file;
    __wasi_filesize_t position = 0;
    __wasi_size_t count = 0;
    char buffer[64] = "";
    title("files");
    SHOW(open_file("absent", 0, __WASI_RIGHTS_FD_READ, &fd));
    SHOW(open_file("file", __WASI_OFLAGS_CREAT, __WASI_RIGHTS_FD_READ | __WASI_RIGHTS_FD_WRITE, &fd));
    printf("fd %d\n", (int)(fd - work));
    SHOW(open_file("file", __WASI_OFLAGS_CREAT | __WASI_OFLAGS_EXCL, __WASI_RIGHTS_FD_WRITE, &second));
    SHOW(open_file("file", __WASI_OFLAGS_DIRECTORY, __WASI_RIGHTS_FD_READ, &second));
    SHOW(open_file("file", __WASI_OFLAGS_DIRECTORY | __WASI_OFLAGS_CREAT, __WASI_RIGHTS_FD_READ, &second));
    SHOW(__wasi_path_open(fd, 0, "x", 0, 0, 0, 0, &second));
    SHOW(__wasi_path_open(99, 0, "x", 0, 0, 0, 0, &second));
    SHOW(__wasi_path_open(1, 0, "x", 0, 0, 0, 0, &second));
    SHOW(open_with("x", 0, 0, __WASI_FDFLAGS_SYNC, 0, &second));
    SHOW(open_with("", 0, 0, 0, 0, &second));
    if (SHOW(__wasi_fd_fdstat_get(fd, &stat)))
        printf("type %d flags %d rights %llx %llx\n", stat.fs_filetype, stat.fs_flags, stat.fs_rights_base,
               stat.fs_rights_inheriting);
    SHOW(write_all(fd, "0123456789", &count));
    printf("wrote %zu\n", count);
    SHOW(__wasi_fd_tell(fd, &position));
    printf("position %llu\n", position);
    SHOW(__wasi_fd_seek(fd, -4, __WASI_WHENCE_CUR, &position));
    printf("position %llu\n", position);
    SHOW(read_some(fd, buffer, 3, &count));
    printf("read %zu: %s\n", count, buffer);
    SHOW(__wasi_fd_seek(fd, -2, __WASI_WHENCE_END, &position));
    SHOW(read_some(fd, buffer, 60, &count));
    printf("read %zu: %s\n", count, buffer);
    SHOW(read_some(fd, buffer, 60, &count));
    printf("read %zu at the end\n", count);
    SHOW(__wasi_fd_seek(fd, 20, __WASI_WHENCE_SET, &position));
    SHOW(read_some(fd, buffer, 60, &count));
    printf("read %zu past the end\n", count);
    SHOW(__wasi_fd_seek(fd, -1, __WASI_WHENCE_SET, &position));
    SHOW(__wasi_fd_seek(fd, -100, __WASI_WHENCE_CUR, &position));
    {
        uint8_t one[2];
        __wasi_iovec_t none[1] = {{one, 0}}, in[1] = {{one, 2}};
        __wasi_ciovec_t out[1] = {{(const uint8_t *)"AB", 2}};
        SHOW(__wasi_fd_pread(fd, in, 1, 4, &count));
        printf("read %zu: %.2s\n", count, one);
        SHOW(__wasi_fd_pwrite(fd, out, 1, 1, &count));
        SHOW(__wasi_fd_pread(fd, none, 1, 0, &count));
        printf("read %zu into nothing\n", count);
        SHOW(__wasi_fd_read(fd, none, 0, &count));
        SHOW(__wasi_fd_tell(fd, &position));
        printf("position %llu\n", position);
    }
    show_stat("fd_filestat_get", __wasi_fd_filestat_get(fd, &file), &file);
    SHOW(__wasi_fd_filestat_set_size(fd, 5));
    show_stat("fd_filestat_get", __wasi_fd_filestat_get(fd, &file), &file);
    SHOW(__wasi_fd_filestat_set_size(fd, 8));
    SHOW(__wasi_fd_seek(fd, 0, __WASI_WHENCE_SET, &position));
    SHOW(read_some(fd, buffer, 60, &count));
    printf("read %zu: %s and zeros %d%d%d\n", count, buffer, buffer[5], buffer[6], buffer[7]);
    SHOW(__wasi_fd_advise(fd, 0, 4, __WASI_ADVICE_SEQUENTIAL));
    SHOW(__wasi_fd_allocate(fd, 0, 100));
    SHOW(__wasi_fd_sync(fd));
    SHOW(__wasi_fd_datasync(fd));
    SHOW(__wasi_fd_fdstat_set_rights(fd, __WASI_RIGHTS_FD_READ, 0));
    SHOW(__wasi_fd_fdstat_set_flags(fd, __WASI_FDFLAGS_SYNC));
    SHOW(__wasi_fd_fdstat_set_flags(fd, __WASI_FDFLAGS_APPEND));
    SHOW(__wasi_fd_seek(fd, 0, __WASI_WHENCE_SET, &position));
    SHOW(write_all(fd, "end", &count));
    SHOW(__wasi_fd_tell(fd, &position));
    printf("position %llu\n", position);
    if (SHOW(__wasi_fd_fdstat_get(fd, &stat)))
        printf("flags %d\n", stat.fs_flags);
    SHOW(__wasi_fd_fdstat_set_flags(fd, __WASI_FDFLAGS_NONBLOCK));
    if (SHOW(__wasi_fd_fdstat_get(fd, &stat)))
        printf("flags %d\n", stat.fs_flags);
    SHOW(__wasi_fd_close(fd));
    SHOW(__wasi_fd_close(fd));
    SHOW(read_some(fd, buffer, 1, &count));

    title("other ways to open");
    SHOW(open_file("file", 0, __WASI_RIGHTS_FD_READ, &fd));
    SHOW(write_all(fd, "x", &count));
    SHOW(__wasi_fd_filestat_set_size(fd, 1));
    if (SHOW(__wasi_fd_fdstat_get(fd, &stat)))
        printf("rights %llx\n", stat.fs_rights_base);
    SHOW(__wasi_fd_close(fd));
    SHOW(open_file("file", 0, __WASI_RIGHTS_FD_WRITE, &fd));
    SHOW(read_some(fd, buffer, 1, &count));
    if (SHOW(__wasi_fd_fdstat_get(fd, &stat)))
        printf("rights %llx\n", stat.fs_rights_base);
    SHOW(__wasi_fd_close(fd));
    SHOW(open_with("file", 0, __WASI_RIGHTS_FD_READ | __WASI_RIGHTS_FD_WRITE, __WASI_FDFLAGS_APPEND, 0, &fd));
    SHOW(write_all(fd, "!", &count));
    SHOW(__wasi_fd_seek(fd, 0, __WASI_WHENCE_SET, &position));
    SHOW(read_some(fd, buffer, 60, &count));
    printf("read %zu\n", count);
    SHOW(__wasi_fd_close(fd));
    SHOW(open_file("file", __WASI_OFLAGS_TRUNC, __WASI_RIGHTS_FD_WRITE, &fd));
    show_stat("fd_filestat_get", __wasi_fd_filestat_get(fd, &file), &file);
    SHOW(__wasi_fd_close(fd));

    title("descriptors");
    SHOW(open_file("a", __WASI_OFLAGS_CREAT, __WASI_RIGHTS_FD_WRITE, &fd));
    SHOW(open_file("b", __WASI_OFLAGS_CREAT, __WASI_RIGHTS_FD_WRITE, &second));
    printf("fds %d %d\n", (int)(fd - work), (int)(second - work));
    SHOW(__wasi_fd_renumber(fd, 99));
    SHOW(__wasi_fd_renumber(99, fd));
    SHOW(__wasi_fd_renumber(fd, fd));
    SHOW(__wasi_fd_renumber(fd, second));
    SHOW(write_all(fd, "x", &count));
    SHOW(write_all(second, "through the other", &count));
    show_stat("a", __wasi_path_filestat_get(work, 0, "a", &file), &file);
    show_stat("b", __wasi_path_filestat_get(work, 0, "b", &file), &file);
    SHOW(open_file("c", __WASI_OFLAGS_CREAT, __WASI_RIGHTS_FD_WRITE, &fd));
    printf("fd %d\n", (int)(fd - work));
    SHOW(__wasi_fd_close(second));
    SHOW(__wasi_fd_close(fd));
    for (const char *name = "a\0b\0c\0"; *name; name += 2)
        SHOW(__wasi_path_unlink_file(work, name));
}
