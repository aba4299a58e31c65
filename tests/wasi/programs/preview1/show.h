/* Calls of WASI preview 1 that print what comes back, for all subjects. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wasi/api.h>

/* Makes a call and prints its name and error; whether it succeeded. */
#define SHOW(call) show(#call, call)

/* The preopened directory that everything happens in. */
extern __wasi_fd_t work;

int show(const char *call, __wasi_errno_t error);
void title(const char *text);
void show_stat(const char *what, __wasi_errno_t error, const __wasi_filestat_t *stat);

__wasi_errno_t open_with(const char *path, __wasi_oflags_t oflags, __wasi_rights_t rights, __wasi_fdflags_t flags,
                         __wasi_lookupflags_t lookup, __wasi_fd_t *fd);
__wasi_errno_t open_file(const char *path, __wasi_oflags_t oflags, __wasi_rights_t rights, __wasi_fd_t *fd);
__wasi_errno_t write_all(__wasi_fd_t fd, const char *text, __wasi_size_t *count);
__wasi_errno_t read_some(__wasi_fd_t fd, char *buffer, size_t size, __wasi_size_t *count);

/* The subjects, in the order they are printed in. */
void arguments(void);
void clocks(void);
void standard_streams(void);
void files(void);
void directories(void);
void links(void);
void outside(void);
void waiting(void);
void rest(void);
