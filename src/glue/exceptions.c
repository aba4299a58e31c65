/* Python exceptions that end a guest.
 *
 * An exception cannot pass through an engine's frames. It is parked in Python, and only its token passes. The way of a
 * host function's exception:
 *   1. host.c catches the exception and calls `py_park_exception`.
 *   2. Python keeps it under a new token (`Store.park` in python/anywasm/core/, with the parking lot in parking.py).
 *   3. The engine gets a trap for an answer; the shim remembers the token in the store (src/store/host.rs).
 *   4. When the guest's frames are gone, `Entered::run` (src/store/mod.rs) makes the token an error of the shim.
 *   5. Python takes that error, finds the exception by the token, and raises that very object (`core_exception`).
 * Exceptions of WASI streams (stream.c) and of signal handlers (interrupt.c) go the same way from step 2 on.
 */

#include "glue.h"

PyObject *py_take_exception(void)
{
    PyObject *type, *exception, *traceback;
    PyErr_Fetch(&type, &exception, &traceback);
    PyErr_NormalizeException(&type, &exception, &traceback);
    if (traceback && exception)
        PyException_SetTraceback(exception, traceback);
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    return exception;
}

uint64_t py_park_exception(int park, PyObject *store)
{
    int attempt;
    /* Something else may interrupt the parking, such as Ctrl-C. Then that exception is the one to park. */
    for (attempt = 0; attempt < 2; attempt++) {
        PyObject *exception = py_take_exception(), *argument = exception ? exception : Py_None, *result;
        uint64_t token = PY_LOST_TOKEN;
        if (store)
            result = PyObject_CallFunctionObjArgs(py_callbacks[park], store, argument, NULL);
        else
            result = PyObject_CallFunctionObjArgs(py_callbacks[park], argument, NULL);
        Py_XDECREF(exception);
        if (result) {
            token = PyLong_AsUnsignedLongLong(result);
            Py_DECREF(result);
        }
        if (!PyErr_Occurred())
            return token;
    }
    PyErr_Clear();
    return PY_LOST_TOKEN;
}
