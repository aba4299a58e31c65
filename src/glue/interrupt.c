/* Python's signal handlers while WebAssembly runs: without this, Ctrl-C would wait for the guest to end.
 *
 * Running guests ask here now and then whether they may go on (aw_interrupt_hook). Only Python's main thread handles
 * signals; the exception that a handler raises is handed to `park`, which gives the token it is found by again.
 *
 * Only the limited API is used, so that one build serves every CPython.
 */

/* Held for good: the engine module is never unloaded. */
static PyObject *aw_park;
static unsigned long aw_main_thread;

static uint64_t aw_py_may_go_on(void)
{
    uint64_t token = 0;
    PyGILState_STATE state;
    if (PyThread_get_thread_ident() != aw_main_thread)
        return 0;
    state = PyGILState_Ensure();
    if (PyErr_CheckSignals() != 0) {
        PyObject *type, *value, *traceback, *result;
        PyErr_Fetch(&type, &value, &traceback);
        PyErr_NormalizeException(&type, &value, &traceback);
        if (traceback && value)
            PyException_SetTraceback(value, traceback);
        result = PyObject_CallFunctionObjArgs(aw_park, value ? value : Py_None, NULL);
        token = result ? PyLong_AsUnsignedLongLong(result) : AW_LOST_TOKEN;
        if (PyErr_Occurred()) {
            PyErr_Clear();
            token = AW_LOST_TOKEN;
        }
        Py_XDECREF(result);
        Py_XDECREF(type);
        Py_XDECREF(value);
        Py_XDECREF(traceback);
    }
    PyGILState_Release(state);
    return token;
}

/* `main_thread` is what `threading.main_thread().ident` says. */
static void aw_py_watch_signals(uintptr_t park, unsigned long main_thread)
{
    Py_INCREF((PyObject *)park);
    Py_XDECREF(aw_park);
    aw_park = (PyObject *)park;
    aw_main_thread = main_thread;
    aw_interrupt_hook(aw_py_may_go_on);
}
