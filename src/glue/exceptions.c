/* Python exceptions that end a guest.
 *
 * An exception cannot pass through an engine's frames. Python parks the exception, and only its token passes. A host
 * function's exception takes these steps:
 *   1. host.c catches the exception and calls `py_park_exception`.
 *   2. Python keeps the exception under a new token (python/anywasm/core/parking.py).
 *   3. The shim remembers the token in the store, and makes the engine trap (src/store/host.rs).
 *   4. When the engine has left the guest's frames, `Entered::run` (src/store/mod.rs) returns an error with the token.
 *   5. Python takes that error, looks the exception up by its token, and raises the same object
 *      (`Store._core_exception_for`).
 * Exceptions of WASI streams (stream.c) and of signal handlers (interrupt.c) are parked likewise.
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
    /* Another exception, such as that of Ctrl-C, may interrupt the parking. Then the loop parks the other exception. */
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
