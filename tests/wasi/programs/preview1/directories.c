/* Directories: making, listing, renaming and removing. */
#include "show.h"

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

void directories(void)
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
