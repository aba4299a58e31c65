/* Standard input, output and error of a WASI guest, as Python callables.
 *
 * A stream is one callable. The callable of an output stream gets bytes, writes them, and returns how many it has
 * written (None for all of them) or a negated errno. The callable of an input stream gets a number and returns at most
 * so many bytes, or none at the end of the input. python/anywasm/core/streams.py makes these callables.
 *
 * PY_PARK_STREAM_EXCEPTION parks an exception that a callable raises: see exceptions.c.
 */

#include "glue.h"

/* Returns the number of bytes written, or a negated errno; -1 if it leaves a Python exception. */
static int64_t py_stream_write(PyObject *callable, const uint8_t *data, size_t len)
{
    int64_t count;
    PyObject *result = PyObject_CallFunction(callable, "y#", (const char *)data, (Py_ssize_t)len);
    if (!result)
        return -1;
    count = result == Py_None ? (int64_t)len : PyLong_AsLongLong(result);
    Py_DECREF(result);
    return count;
}

/* Returns the number of bytes read; -1 if it leaves a Python exception. */
static int64_t py_stream_read(PyObject *callable, uint8_t *data, size_t len)
{
    char *bytes;
    Py_ssize_t count;
    PyObject *result = PyObject_CallFunction(callable, "n", (Py_ssize_t)len);
    if (!result)
        return -1;
    if (PyBytes_AsStringAndSize(result, &bytes, &count) == 0) {
        if ((size_t)count > len)
            count = (Py_ssize_t)len;
        memcpy(data, bytes, (size_t)count);
    } else {
        count = -1;
    }
    Py_DECREF(result);
    return count;
}

static int64_t py_stream_call(PyObject *callable, uint8_t *data, size_t len, uint64_t *token, int writes)
{
    int64_t count;
    PY_BEGIN_GIL
    count = writes ? py_stream_write(callable, data, len) : py_stream_read(callable, data, len);
    if (PyErr_Occurred())
        *token = py_park_exception(PY_PARK_STREAM_EXCEPTION, NULL);
    PY_END_GIL
    return count;
}

/* The shim calls the next two functions: each is an `aw_stream_callback`, whose environment is the Python callable. */

static int64_t py_stream_output(void *env, uint8_t *data, size_t len, uint64_t *token)
{
    return py_stream_call(env, data, len, token, 1);
}

static int64_t py_stream_input(void *env, uint8_t *data, size_t len, uint64_t *token)
{
    return py_stream_call(env, data, len, token, 0);
}

/* connect_stream(WASI context, 0 for standard input, 1 for output or 2 for error, callable) -> True; False if the shim
 * failed and left an error
 *
 * The shim only borrows the callable: it may drop a stream on any thread, without the GIL. The caller must hold the
 * callable as long as a guest can use the WASI context. */
PyObject *py_connect_stream(PyObject *module, PyObject *const *args, Py_ssize_t arg_count)
{
    void *wasi;
    unsigned long number;
    bool succeeded;

    (void)module;
    if (!py_check_argument_count("connect_stream", arg_count, 3) || !py_owner_pointer(args[0], PY_WASI, &wasi))
        return NULL;
    number = PyLong_AsUnsignedLong(args[1]);
    if (PyErr_Occurred())
        return NULL;
    /* The shim locks the context, and nothing that may wait for a lock of the shim runs with the GIL held. */
    Py_BEGIN_ALLOW_THREADS
    succeeded = aw_wasi_stdio_stream(wasi, (uint32_t)number, number ? py_stream_output : py_stream_input, args[2],
                                     NULL);
    Py_END_ALLOW_THREADS
    return PyBool_FromLong(succeeded);
}
