/* Standard input, output and error of a WASI guest, as Python callables.
 *
 * One callable serves a stream. Output: it gets bytes, writes them, and returns how many it wrote (None for all), or a
 * negated errno. Input: it gets a number and returns at most so many bytes; none at the end.
 * PY_PARK_STREAM_EXCEPTION parks an exception that it raises: see exceptions.c.
 */

#include "glue.h"

/* The environment of a stream's callback. The shim owns it. */
typedef struct {
    /* A borrowed reference. The Python object of the WASI context holds the callable as long as it can be called. */
    PyObject *callable;
} py_stream;

/* The finalizer of the environment. It may run on any thread and without the GIL, so it touches no Python object. */
static void py_stream_free(void *env)
{
    free(env);
}

/* Returns the number of bytes written, or a negated errno; -1 if it leaves a Python exception. */
static int64_t py_stream_write(const py_stream *stream, const uint8_t *data, size_t len)
{
    int64_t count;
    PyObject *result = PyObject_CallFunction(stream->callable, "y#", (const char *)data, (Py_ssize_t)len);
    if (!result)
        return -1;
    count = result == Py_None ? (int64_t)len : PyLong_AsLongLong(result);
    Py_DECREF(result);
    return count;
}

/* Returns the number of bytes read; -1 if it leaves a Python exception. */
static int64_t py_stream_read(const py_stream *stream, uint8_t *data, size_t len)
{
    char *bytes;
    Py_ssize_t count;
    PyObject *result = PyObject_CallFunction(stream->callable, "n", (Py_ssize_t)len);
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

static int64_t py_stream_call(const py_stream *stream, uint8_t *data, size_t len, uint64_t *token, int writes)
{
    int64_t count;
    PY_BEGIN_GIL
    count = writes ? py_stream_write(stream, data, len) : py_stream_read(stream, data, len);
    if (PyErr_Occurred())
        *token = py_park_exception(PY_PARK_STREAM_EXCEPTION, NULL);
    PY_END_GIL
    return count;
}

/* The two callbacks that the shim calls, each an `aw_stream_callback`. */

static int64_t py_stream_output(void *env, uint8_t *data, size_t len, uint64_t *token)
{
    return py_stream_call(env, data, len, token, 1);
}

static int64_t py_stream_input(void *env, uint8_t *data, size_t len, uint64_t *token)
{
    return py_stream_call(env, data, len, token, 0);
}

/* connect_stream(WASI context, 0 for standard input, 1 for output or 2 for error, callable) -> whether it succeeded; if
 * not, the shim left an error. The caller holds the callable as long as the shim may call it. */
PyObject *py_connect_stream(PyObject *module, PyObject *const *args, Py_ssize_t arg_count)
{
    void *wasi;
    unsigned long number;
    py_stream *stream;
    bool succeeded;

    (void)module;
    if (!py_check_argument_count("connect_stream", arg_count, 3) || !py_owner_pointer(args[0], PY_WASI, &wasi))
        return NULL;
    number = PyLong_AsUnsignedLong(args[1]);
    if (PyErr_Occurred())
        return NULL;
    stream = malloc(sizeof *stream);
    if (!stream)
        return PyErr_NoMemory();
    stream->callable = args[2];
    /* The shim locks the context, and nothing that may wait for a lock of the shim runs with the GIL held. */
    Py_BEGIN_ALLOW_THREADS
    succeeded = aw_wasi_stdio_stream(wasi, (uint32_t)number, number ? py_stream_output : py_stream_input, stream,
                                     py_stream_free);
    Py_END_ALLOW_THREADS
    return PyBool_FromLong(succeeded);
}
