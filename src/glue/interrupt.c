/* Python's signal handlers while a guest runs. Without them, Ctrl-C would have no effect until the guest returns.
 *
 * A running guest calls the hook about ten times a second, to learn whether it may go on (`aw_interrupt_hook`). Python
 * runs signal handlers only on its main thread, so the hook does nothing on other threads. If a handler raises an
 * exception, PY_PARK_SIGNAL_EXCEPTION parks it (see exceptions.c), and the guest ends.
 * python/anywasm/core/interrupts.py is the Python part.
 */

#include "glue.h"

#include <stdatomic.h>

/* The identifier of Python's main thread. Guests on other threads read it without the GIL. */
static atomic_ulong py_main_thread;

/* Returns 0, or the token of the exception that ends the guest. */
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

/* watch_signals(`threading.main_thread().ident`) -> None */
PyObject *py_watch_signals(PyObject *module, PyObject *main_thread)
{
    unsigned long ident = PyLong_AsUnsignedLong(main_thread);
    (void)module;
    if (PyErr_Occurred())
        return NULL;
    py_main_thread = ident;
    /* A thread that is about to fork holds the shim's lock for the hook, and may be waiting for the GIL. */
    Py_BEGIN_ALLOW_THREADS
    aw_interrupt_hook(py_interrupt_hook);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}
