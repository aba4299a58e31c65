/* What a program is told, the time, randomness; and sockets, which there are none of. */
#include "show.h"

void arguments(void)
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

void clocks(void)
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

void rest(void)
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
