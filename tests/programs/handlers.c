/* A library that installs handlers of faults, as crash reporters do. tests/test_faults.py compiles it. */

#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};
static struct sigaction saved[sizeof signals / sizeof *signals];
static sigjmp_buf recovery;
static volatile sig_atomic_t is_recovering;

static struct sigaction *saved_for(int signal)
{
    int index = 0;
    while (signals[index] != signal)
        index++;
    return &saved[index];
}

static void say(const char *text)
{
    ssize_t written = write(1, text, strlen(text));
    (void)written;
}

/* Ends the process. */
static void end(int signal, siginfo_t *info, void *context)
{
    say("ended by the library\n");
    _exit(3);
}

/* Calls the handler that was installed before. */
static void call(int signal, siginfo_t *info, void *context)
{
    struct sigaction *before = saved_for(signal);
    say("seen by the library\n");
    if (before->sa_flags & SA_SIGINFO)
        before->sa_sigaction(signal, info, context);
    else if (before->sa_handler == SIG_DFL)
        _exit(4);
    else if (before->sa_handler != SIG_IGN)
        before->sa_handler(signal);
}

/* Installs the handler that was installed before, so that it gets the fault that happens again. */
static void restore(int signal, siginfo_t *info, void *context)
{
    say("seen by the library\n");
    sigaction(signal, saved_for(signal), NULL);
}

/* Does the same, and sends the signal, as Python's module faulthandler does. */
static void send_again(int signal, siginfo_t *info, void *context)
{
    restore(signal, info, context);
    raise(signal);
}

/* Goes on at another place if the library itself caused the fault. */
static void recover(int signal, siginfo_t *info, void *context)
{
    if (is_recovering)
        siglongjmp(recovery, 1);
    end(signal, info, context);
}

static void simple(int signal)
{
    end(signal, NULL, NULL);
}

static struct sigaction action_of(const char *name, int flags)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_flags = flags | SA_SIGINFO;
    if (!strcmp(name, "end"))
        action.sa_sigaction = end;
    else if (!strcmp(name, "call"))
        action.sa_sigaction = call;
    else if (!strcmp(name, "restore"))
        action.sa_sigaction = restore;
    else if (!strcmp(name, "send_again"))
        action.sa_sigaction = send_again;
    else if (!strcmp(name, "recover"))
        action.sa_sigaction = recover;
    else
        action.sa_flags = flags;
    if (!strcmp(name, "simple"))
        action.sa_handler = simple;
    return action;
}

/* Installs the handler with this name for one signal. */
void install_one(const char *name, int signal)
{
    struct sigaction action = action_of(name, SA_ONSTACK);
    sigaction(signal, &action, saved_for(signal));
}

/* Installs the handler with this name for all signals. */
void install(const char *name, int flags)
{
    struct sigaction action = action_of(name, flags);
    size_t index;
    for (index = 0; index < sizeof signals / sizeof *signals; index++)
        sigaction(signals[index], &action, &saved[index]);
}

/* Installs the handlers that the last `install` replaced. */
void uninstall(void)
{
    size_t index;
    for (index = 0; index < sizeof signals / sizeof *signals; index++)
        sigaction(signals[index], &saved[index], NULL);
}

/* Causes a fault. */
void crash(void)
{
    *(volatile int *)8 = 1;
}

/* Causes a fault and goes on. Returns 1 if the handler `recover` got the fault. */
int crash_and_go_on(void)
{
    int recovered;
    is_recovering = 1;
    recovered = sigsetjmp(recovery, 1);
    if (!recovered)
        crash();
    is_recovering = 0;
    return recovered;
}

/* Gives this thread an alternate stack of this size, or takes it away if the size is 0. */
void set_alternate_stack(size_t size)
{
    stack_t stack;
    memset(&stack, 0, sizeof stack);
    stack.ss_flags = size ? 0 : SS_DISABLE;
    stack.ss_sp = size ? malloc(size) : NULL;
    stack.ss_size = size;
    sigaltstack(&stack, NULL);
}
