/* Makes every call of WASI preview 1 and prints what comes back, but for what differs from run to run.
 *
 * It works in the preopened directory "work". With the argument "exit N" it does nothing but proc_exit(N).
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wasi/api.h>

#define SHOW(call) show(#call, call)

static __wasi_fd_t work;

static int show(const char *call, __wasi_errno_t error)
{
    char name[48];
    size_t length = strcspn(call, "(");
    snprintf(name, sizeof name, "%.*s", (int)length, call);
    printf("%s = %d\n", name + (strncmp(name, "__wasi_", 7) ? 0 : 7), error);
    return error == 0;
}

static void title(const char *text)
{
    printf("-- %s\n", text);
}

static __wasi_errno_t open_with(const char *path, __wasi_oflags_t oflags, __wasi_rights_t rights,
                                __wasi_fdflags_t flags, __wasi_lookupflags_t lookup, __wasi_fd_t *fd)
{
    return __wasi_path_open(work, lookup, path, oflags, rights, rights, flags, fd);
}

static __wasi_errno_t open_file(const char *path, __wasi_oflags_t oflags, __wasi_rights_t rights, __wasi_fd_t *fd)
{
    return open_with(path, oflags, rights, 0, 0, fd);
}

static __wasi_errno_t write_all(__wasi_fd_t fd, const char *text, __wasi_size_t *count)
{
    __wasi_ciovec_t vector = {(const uint8_t *)text, strlen(text)};
    return __wasi_fd_write(fd, &vector, 1, count);
}

static __wasi_errno_t read_some(__wasi_fd_t fd, char *buffer, size_t size, __wasi_size_t *count)
{
    __wasi_iovec_t vector = {(uint8_t *)buffer, size};
    __wasi_errno_t error = __wasi_fd_read(fd, &vector, 1, count);
    buffer[error ? 0 : *count] = 0;
    return error;
}

static void show_stat(const char *what, __wasi_errno_t error, const __wasi_filestat_t *stat)
{
    printf("%s = %d", what, error);
    if (!error)
        printf(" type %d links %llu size %llu", stat->filetype, stat->nlink,
               stat->filetype == __WASI_FILETYPE_DIRECTORY ? 0 : stat->size);
    printf("\n");
}

static void show_times(const char *path)
{
    __wasi_filestat_t stat;
    if (!show("times", __wasi_path_filestat_get(work, 0, path, &stat)))
        return;
    printf("atim %llu mtim %llu\n", stat.atim, stat.mtim);
}

static void arguments(void)
{
    size_t count, size;
    uint8_t *strings[16], buffer[512];
    title("arguments and environment");
    SHOW(__wasi_args_sizes_get(&count, &size));
    printf("%zu %zu\n", count, size);
    SHOW(__wasi_args_get(strings, buffer));
    for (size_t index = 0; index < count; index++)
        printf("arg %s at %td\n", strings[index], strings[index] - buffer);
    SHOW(__wasi_environ_sizes_get(&count, &size));
    printf("%zu %zu\n", count, size);
    SHOW(__wasi_environ_get(strings, buffer));
    for (size_t index = 0; index < count; index++)
        printf("env %s at %td\n", strings[index], strings[index] - buffer);
}

static void clocks(void)
{
    __wasi_timestamp_t first = 0, second = 0;
    title("clocks");
    for (int id = 0; id < 4; id++) {
        __wasi_timestamp_t time = 0;
        printf("clock %d\n", id);
        if (SHOW(__wasi_clock_res_get(id, &time)))
            printf("resolution %llu\n", time);
        SHOW(__wasi_clock_time_get(id, 1000, &time));
    }
    __wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 0, &first);
    __wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 0, &second);
    printf("monotonic goes on: %d\n", second >= first);
    __wasi_clock_time_get(__WASI_CLOCKID_REALTIME, 0, &first);
    printf("realtime is after 2020: %d\n", first > 1577836800000000000ull);
}

static void standard_streams(void)
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

static void files(void)
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

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void list(__wasi_fd_t fd, size_t size)
{
    static uint8_t buffer[4096];
    static char names[64][64];
    size_t count = 0;
    __wasi_dircookie_t cookie = 0;
    for (;;) {
        __wasi_size_t used = 0, at = 0;
        if (__wasi_fd_readdir(fd, buffer, size, cookie, &used)) {
            printf("fd_readdir failed\n");
            return;
        }
        while (at + sizeof(__wasi_dirent_t) <= used) {
            __wasi_dirent_t entry;
            memcpy(&entry, buffer + at, sizeof entry);
            if (at + sizeof entry + entry.d_namlen > used)
                break;
            snprintf(names[count++], sizeof names[0], "%.*s type %d", (int)entry.d_namlen,
                     (char *)buffer + at + sizeof entry, entry.d_type);
            cookie = entry.d_next;
            at += sizeof entry + entry.d_namlen;
        }
        if (used < size)
            break;
    }
    qsort(names, count, sizeof names[0], compare);
    printf("%zu entries in steps of %zu\n", count, size);
    for (size_t index = 0; index < count; index++)
        printf("  %s\n", names[index]);
}

static void directories(void)
{
    __wasi_fd_t fd = 0, file = 0;
    __wasi_fdstat_t stat;
    __wasi_filestat_t info;
    __wasi_size_t used = 0, count = 0;
    __wasi_filesize_t position;
    uint8_t buffer[64];
    char name[32];
    title("directories");
    SHOW(__wasi_path_create_directory(work, "dir"));
    SHOW(__wasi_path_create_directory(work, "dir"));
    SHOW(__wasi_path_create_directory(work, "absent/dir"));
    SHOW(__wasi_path_create_directory(work, "file/dir"));
    SHOW(__wasi_path_create_directory(work, ""));
    SHOW(open_file("dir", __WASI_OFLAGS_DIRECTORY, __WASI_RIGHTS_FD_READDIR | __WASI_RIGHTS_FD_READ, &fd));
    if (SHOW(__wasi_fd_fdstat_get(fd, &stat)))
        printf("type %d flags %d rights %llx %llx\n", stat.fs_filetype, stat.fs_flags, stat.fs_rights_base,
               stat.fs_rights_inheriting);
    if (SHOW(__wasi_fd_fdstat_get(work, &stat)))
        printf("type %d flags %d rights %llx %llx\n", stat.fs_filetype, stat.fs_flags, stat.fs_rights_base,
               stat.fs_rights_inheriting);
    show_stat("fd_filestat_get", __wasi_fd_filestat_get(fd, &info), &info);
    SHOW(__wasi_fd_seek(fd, 0, 0, &position));
    SHOW(__wasi_fd_tell(fd, &position));
    SHOW(read_some(fd, (char *)buffer, 1, &count));
    SHOW(write_all(fd, "x", &count));
    SHOW(__wasi_fd_sync(fd));
    SHOW(__wasi_fd_datasync(fd));
    SHOW(__wasi_fd_advise(fd, 0, 0, 0));
    SHOW(__wasi_fd_allocate(fd, 0, 1));
    SHOW(__wasi_fd_filestat_set_size(fd, 0));
    SHOW(__wasi_fd_filestat_set_times(fd, 1, 2000000000, __WASI_FSTFLAGS_MTIM));
    SHOW(__wasi_fd_fdstat_set_flags(fd, 0));
    SHOW(__wasi_fd_prestat_get(fd, (__wasi_prestat_t *)buffer));
    SHOW(__wasi_fd_prestat_dir_name(fd, buffer, 10));
    SHOW(__wasi_fd_prestat_dir_name(work, buffer, 1));
    SHOW(open_file("dir", 0, __WASI_RIGHTS_FD_WRITE, &file));
    SHOW(open_file("dir", __WASI_OFLAGS_CREAT, __WASI_RIGHTS_FD_READ, &file));
    for (int index = 0; index < 20; index++) {
        snprintf(name, sizeof name, "dir/entry-number-%d", index);
        if (open_file(name, __WASI_OFLAGS_CREAT, __WASI_RIGHTS_FD_WRITE, &file) == 0)
            __wasi_fd_close(file);
    }
    SHOW(__wasi_path_create_directory(fd, "below"));
    SHOW(__wasi_path_symlink("entry-number-1", fd, "link"));
    list(fd, 4096);
    list(fd, 200);
    list(fd, 64);
    SHOW(__wasi_fd_readdir(fd, buffer, 10, 0, &used));
    printf("used %zu\n", used);
    SHOW(__wasi_fd_readdir(fd, buffer, sizeof buffer, 1000, &used));
    printf("used %zu\n", used);
    SHOW(__wasi_fd_readdir(1, buffer, sizeof buffer, 0, &used));
    SHOW(__wasi_path_remove_directory(work, "dir"));
    SHOW(__wasi_path_unlink_file(work, "dir"));
    SHOW(__wasi_path_remove_directory(work, "file"));
    SHOW(__wasi_path_remove_directory(work, "absent"));
    SHOW(__wasi_path_unlink_file(work, "absent"));
    for (int index = 0; index < 20; index++) {
        snprintf(name, sizeof name, "entry-number-%d", index);
        __wasi_path_unlink_file(fd, name);
    }
    SHOW(__wasi_path_remove_directory(fd, "below"));
    SHOW(__wasi_path_unlink_file(fd, "link"));
    SHOW(__wasi_fd_close(fd));
    SHOW(__wasi_path_remove_directory(work, "dir"));
}

static void links(void)
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

static void outside(void)
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

static void waiting(void)
{
    __wasi_subscription_t in[3] = {0};
    __wasi_event_t out[3];
    __wasi_size_t count = 0;
    __wasi_timestamp_t before, after;
    __wasi_fd_t fd = 0;
    title("waiting");
    SHOW(__wasi_poll_oneoff(in, out, 0, &count));
    in[0].userdata = 7;
    in[0].u.tag = __WASI_EVENTTYPE_CLOCK;
    in[0].u.u.clock.id = __WASI_CLOCKID_MONOTONIC;
    in[0].u.u.clock.timeout = 30000000;
    __wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 0, &before);
    SHOW(__wasi_poll_oneoff(in, out, 1, &count));
    __wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 0, &after);
    printf("%zu: userdata %llu error %d type %d; long enough %d\n", count, out[0].userdata, out[0].error, out[0].type,
           after - before >= 30000000);
    in[0].u.u.clock.flags = __WASI_SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME;
    in[0].u.u.clock.timeout = after + 20000000;
    SHOW(__wasi_poll_oneoff(in, out, 1, &count));
    __wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 0, &before);
    printf("%zu; long enough %d\n", count, before >= after + 20000000);
    in[0].u.u.clock.id = __WASI_CLOCKID_REALTIME;
    in[0].u.u.clock.timeout = 1;
    SHOW(__wasi_poll_oneoff(in, out, 1, &count));
    printf("%zu: in the past\n", count);
    in[0].u.u.clock.id = __WASI_CLOCKID_PROCESS_CPUTIME_ID;
    SHOW(__wasi_poll_oneoff(in, out, 1, &count));
    in[0].u.u.clock.id = __WASI_CLOCKID_MONOTONIC;
    in[0].u.u.clock.flags = 0;
    in[0].u.u.clock.timeout = 3600000000000ull;
    SHOW(open_file("waited", __WASI_OFLAGS_CREAT, __WASI_RIGHTS_FD_READ | __WASI_RIGHTS_FD_WRITE, &fd));
    in[1].userdata = 8;
    in[1].u.tag = __WASI_EVENTTYPE_FD_WRITE;
    in[1].u.u.fd_write.file_descriptor = fd;
    in[2].userdata = 9;
    in[2].u.tag = __WASI_EVENTTYPE_FD_WRITE;
    in[2].u.u.fd_write.file_descriptor = 1;
    SHOW(__wasi_poll_oneoff(in, out, 3, &count));
    for (__wasi_size_t index = 0; index < count; index++)
        printf("userdata %llu error %d type %d\n", out[index].userdata, out[index].error, out[index].type);
    in[1].u.tag = __WASI_EVENTTYPE_FD_READ;
    SHOW(__wasi_poll_oneoff(in + 1, out, 1, &count));
    printf("%zu: type %d flags %d\n", count, out[0].type, out[0].fd_readwrite.flags);
    in[1].u.u.fd_read.file_descriptor = 99;
    SHOW(__wasi_poll_oneoff(in + 1, out, 1, &count));
    in[1].u.u.fd_read.file_descriptor = work;
    SHOW(__wasi_poll_oneoff(in + 1, out, 1, &count));
    in[1].u.u.fd_read.file_descriptor = 1;
    SHOW(__wasi_poll_oneoff(in + 1, out, 1, &count));
    SHOW(__wasi_fd_close(fd));
    SHOW(__wasi_path_unlink_file(work, "waited"));
}

static void rest(void)
{
    uint8_t first[32] = {0}, second[32] = {0}, byte = 0;
    __wasi_fd_t fd;
    __wasi_size_t count;
    __wasi_roflags_t flags;
    __wasi_iovec_t in = {&byte, 1};
    __wasi_ciovec_t out = {&byte, 1};
    title("the rest");
    SHOW(__wasi_random_get(first, sizeof first));
    SHOW(__wasi_random_get(second, sizeof second));
    SHOW(__wasi_random_get(second, 0));
    printf("different: %d\n", memcmp(first, second, sizeof first) != 0);
    SHOW(__wasi_sched_yield());
    for (__wasi_fd_t which = 0; which < 100; which += 99) {
        SHOW(__wasi_sock_accept(which, 0, &fd));
        SHOW(__wasi_sock_recv(which, &in, 1, 0, &count, &flags));
        SHOW(__wasi_sock_send(which, &out, 1, 0, &count));
        SHOW(__wasi_sock_shutdown(which, 1));
    }
}

/* Not in wasi-libc's header any more, but still one of the calls. */
__attribute__((import_module("wasi_snapshot_preview1"), import_name("proc_raise"))) int32_t raise_signal(int32_t);

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "exit") == 0)
        __wasi_proc_exit(atoi(argv[2]));
    for (work = 3;; work++) {
        __wasi_prestat_t prestat;
        uint8_t name[16] = "";
        if (__wasi_fd_prestat_get(work, &prestat))
            return 99;
        if (prestat.u.dir.pr_name_len == 4 && !__wasi_fd_prestat_dir_name(work, name, 4) && !strcmp((char *)name, "work"))
            break;
    }
    arguments();
    clocks();
    standard_streams();
    files();
    directories();
    links();
    outside();
    waiting();
    rest();
    printf("proc_raise = %d\n", raise_signal(6));
    fflush(stdout);
    __wasi_proc_exit(42);
}
