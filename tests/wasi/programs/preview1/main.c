/* Makes every call of WASI preview 1 and prints what comes back, but for what differs from run to run.
 *
 * It works in the preopened directory "work". With the argument "exit N" it does nothing but proc_exit(N).
 */
#include "show.h"

__wasi_fd_t work;

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
