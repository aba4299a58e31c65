/* Python exceptions that end a guest.
 *
 * A Python exception cannot pass through the frames of an engine. Python therefore parks the exception: it stores the
 * exception in a dictionary under a number, the token. The shim passes only the token on. An exception of a host
 * function takes these steps:
 *   1. host.c catches the exception and calls `py_park_exception`.
 *   2. Python stores the exception under a new token (python/anywasm/core/parking.py).
 *   3. The shim stores the token in the store record, its own data for the store, and makes the engine trap
 *      (src/store/host.rs).
 *   4. The engine leaves the guest's frames. `Entered::run` (src/store/entered.rs) then returns an error with the
 *      token.
 *   5. Python gets the error, looks up the exception by the token, and raises the same exception object
 *      (`Store._core_exception_for`).
 * Exceptions of WASI streams (stream.c) take the same steps. Exceptions of signal handlers (interrupt.c) take them too,
 * but src/store/deadline.rs stores their tokens.
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

uint64_t py_park_exception(int callback_index, PyObject *store)
{
    int attempt;
    /* A second exception, such as KeyboardInterrupt, may interrupt the Python function that parks the first one. In
     * this case, the next iteration parks the second exception. */
    for (attempt = 0; attempt < 2; attempt++) {
        PyObject *exception = py_take_exception(), *argument = exception ? exception : Py_None, *token_object;
        uint64_t token = PY_LOST_TOKEN;
        if (store)
            token_object = PyObject_CallFunctionObjArgs(py_callbacks[callback_index], store, argument, NULL);
        else
            token_object = PyObject_CallFunctionObjArgs(py_callbacks[callback_index], argument, NULL);
        Py_XDECREF(exception);
        if (token_object) {
            token = PyLong_AsUnsignedLongLong(token_object);
            Py_DECREF(token_object);
        }
        if (!PyErr_Occurred())
            return token;
    }
    PyErr_Clear();
    return PY_LOST_TOKEN;
}
