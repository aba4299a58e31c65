/* What all subjects print with. */
#include "show.h"

int show(const char *call, __wasi_errno_t error)
{
    char name[48];
    size_t length = strcspn(call, "(");
    snprintf(name, sizeof name, "%.*s", (int)length, call);
    printf("%s = %d\n", name + (strncmp(name, "__wasi_", 7) ? 0 : 7), error);
    return error == 0;
}

void title(const char *text)
{
    printf("-- %s\n", text);
}

__wasi_errno_t open_with(const char *path, __wasi_oflags_t oflags, __wasi_rights_t rights, __wasi_fdflags_t flags,
                         __wasi_lookupflags_t lookup, __wasi_fd_t *fd)
{
    return __wasi_path_open(work, lookup, path, oflags, rights, rights, flags, fd);
}

__wasi_errno_t open_file(const char *path, __wasi_oflags_t oflags, __wasi_rights_t rights, __wasi_fd_t *fd)
{
    return open_with(path, oflags, rights, 0, 0, fd);
}

__wasi_errno_t write_all(__wasi_fd_t fd, const char *text, __wasi_size_t *count)
{
    __wasi_ciovec_t vector = {(const uint8_t *)text, strlen(text)};
    return __wasi_fd_write(fd, &vector, 1, count);
}

__wasi_errno_t read_some(__wasi_fd_t fd, char *buffer, size_t size, __wasi_size_t *count)
{
    __wasi_iovec_t vector = {(uint8_t *)buffer, size};
    __wasi_errno_t error = __wasi_fd_read(fd, &vector, 1, count);
    buffer[error ? 0 : *count] = 0;
    return error;
}

void show_stat(const char *what, __wasi_errno_t error, const __wasi_filestat_t *stat)
{
    printf("%s = %d", what, error);
    if (!error)
        printf(" type %d links %llu size %llu", stat->filetype, stat->nlink,
               stat->filetype == __WASI_FILETYPE_DIRECTORY ? 0 : stat->size);
    printf("\n");
}
