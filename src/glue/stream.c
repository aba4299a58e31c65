/* Connects standard input, output and error of a WASI guest to Python callables.
 *
 * A stream is one Python callable:
 *   - The callable of an output stream takes bytes and writes them. It returns the number of written bytes, None if it
 *     has written all bytes, or a negated errno.
 *   - The callable of an input stream takes the maximum number of bytes to read. It returns the bytes. An empty bytes
 *     object means the end of the input.
 * python/anywasm/core/streams.py creates these callables.
 *
 * If a callable raises an exception, the Python function PY_PARK_STREAM_EXCEPTION parks it: it stores the exception and
 * returns a number, the token, under which it can be found again (see exceptions.c).
 */

#include "glue.h"

/* Calls the callable of an output stream with `len` bytes at `data`. Returns the number of written bytes or a negated
 * errno. Returns -1 with an exception set on failure. */
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

/* Calls the callable of an input stream and copies up to `len` bytes to `data`. Returns the number of bytes. Returns -1
 * with an exception set on failure. */
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

/* The direction of a stream, as seen from the guest. */
typedef enum { PY_INPUT, PY_OUTPUT } py_direction;

/* Acquires the GIL and calls the callable. If the callable raises an exception, parks the exception and writes its
 * token to `*token`. */
static int64_t py_stream_call(PyObject *callable, uint8_t *data, size_t len, uint64_t *token,
                              py_direction direction)
{
    int64_t count;
    PY_BEGIN_GIL
    count = direction == PY_OUTPUT ? py_stream_write(callable, data, len) : py_stream_read(callable, data, len);
    if (PyErr_Occurred())
        *token = py_park_exception(PY_PARK_STREAM_EXCEPTION, NULL);
    PY_END_GIL
    return count;
}

/* The next two functions are callbacks of the type `aw_stream_callback`. Their environment is the Python callable. */

static int64_t py_stream_output(void *env, uint8_t *data, size_t len, uint64_t *token)
{
    return py_stream_call(env, data, len, token, PY_OUTPUT);
}

static int64_t py_stream_input(void *env, uint8_t *data, size_t len, uint64_t *token)
{
    return py_stream_call(env, data, len, token, PY_INPUT);
}

/* connect_stream(owner of a WASI context, stream number, callable) -> bool
 *
 * The stream number is 0 for standard input, 1 for standard output and 2 for standard error. The owner is the Python
 * object that deletes the WASI context. Returns False if the shim fails. In this case, the shim has stored an error for
 * this thread.
 *
 * The shim only borrows the callable, because it may free a stream on any thread and without the GIL. The caller must
 * keep a reference to the callable as long as a guest can use the WASI context. */
PyObject *py_connect_stream(PyObject *module, PyObject *const *args, Py_ssize_t arg_count)
{
    void *wasi;
    unsigned long stream;
    bool succeeded;

    (void)module;
    if (!py_check_argument_count("connect_stream", arg_count, 3) || !py_unwrap_owner(args[0], PY_WASI, &wasi))
        return NULL;
    stream = PyLong_AsUnsignedLong(args[1]);
    if (PyErr_Occurred())
        return NULL;
    /* The GIL is released because the shim locks the WASI context. A thread must not wait for a lock of the shim while
     * it holds the GIL. */
    Py_BEGIN_ALLOW_THREADS
    succeeded = aw_wasi_stdio_stream(wasi, (uint32_t)stream, stream ? py_stream_output : py_stream_input, args[2],
                                     NULL);
    Py_END_ALLOW_THREADS
    return PyBool_FromLong(succeeded);
}
