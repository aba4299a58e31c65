/* Waiting for clocks and descriptors. */
#include "show.h"

void waiting(void)
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
