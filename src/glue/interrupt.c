/* Runs Python's signal handlers while a guest runs. Without this file, Ctrl-C would have no effect until the guest
 * returns.
 *
 * A running guest calls the hook about ten times a second (`aw_interrupt_hook`). The hook decides whether the guest may
 * continue. Python runs signal handlers only on the main thread, so the hook does nothing on other threads. If a
 * handler raises an exception, the Python function PY_PARK_SIGNAL_EXCEPTION parks (stores) the exception, and the guest
 * ends (see exceptions.c). python/anywasm/core/interrupts.py calls `watch_signals`.
 */

#include "glue.h"

#include <stdatomic.h>

/* The identifier of Python's main thread. The variable is atomic because threads read it without the GIL. */
static atomic_ulong py_main_thread;

/* The hook. Returns 0 if the guest may continue, or the token of the exception that ends the guest. */
static uint64_t py_interrupt_hook(void)
{
    uint64_t token = 0;
    if (PyThread_get_thread_ident() != py_main_thread)
        return 0;
    PY_BEGIN_GIL
    if (PyErr_CheckSignals() != 0)
        token = py_park_exception(PY_PARK_SIGNAL_EXCEPTION, NULL);
    PY_END_GIL
    return token;
}

/* watch_signals(`threading.main_thread().ident`) -> None
 *
 * Sets the hook of all guests in this process. */
PyObject *py_watch_signals(PyObject *module, PyObject *main_thread)
{
    unsigned long ident = PyLong_AsUnsignedLong(main_thread);
    (void)module;
    if (PyErr_Occurred())
        return NULL;
    py_main_thread = ident;
    /* The GIL is released because the shim locks the hook. A thread that is about to fork holds the same lock and may
     * wait for the GIL. */
    Py_BEGIN_ALLOW_THREADS
    aw_interrupt_hook(py_interrupt_hook);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}
