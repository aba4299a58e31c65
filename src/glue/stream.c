/* Streams: standard input, output and error of a WASI guest as Python objects.
 *
 * One Python callable serves a stream: called with bytes, it writes them and returns how many it took (None: all);
 * called with a number, it reads and returns at most so many bytes. A negative number is a negated errno. What it
 * raises goes to `park`, which keeps the exception and returns its token.
 */

typedef struct {
    /* Both borrowed: the Python object of the WASI holds them for as long as calls can happen. */
    PyObject *callable;
    PyObject *park;
} aw_py_stream;

static void aw_py_stream_free(void *env)
{
    /* May run on any thread and without the GIL: nothing of Python's is touched. */
    free(env);
}

static uint64_t aw_py_park(aw_py_stream *stream)
{
    uint64_t token = AW_LOST_TOKEN;
    PyObject *type, *value, *traceback, *result;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    if (traceback && value)
        PyException_SetTraceback(value, traceback);
    result = PyObject_CallFunctionObjArgs(stream->park, value ? value : Py_None, NULL);
    if (result) {
        token = PyLong_AsUnsignedLongLong(result);
        Py_DECREF(result);
    }
    PyErr_Clear();
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    return token;
}

/* How many bytes it took, or a negated errno; -1 with a Python exception set. */
static int64_t aw_py_stream_write(aw_py_stream *stream, const uint8_t *data, size_t len)
{
    int64_t count;
    PyObject *result = PyObject_CallFunction(stream->callable, "y#", (const char *)data, (Py_ssize_t)len);
    if (!result)
        return -1;
    count = result == Py_None ? (int64_t)len : PyLong_AsLongLong(result);
    Py_DECREF(result);
    return count;
}

/* How many bytes it gave; -1 with a Python exception set. */
static int64_t aw_py_stream_read(aw_py_stream *stream, uint8_t *data, size_t len)
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

static int64_t aw_py_stream_call(aw_py_stream *stream, uint8_t *data, size_t len, uint64_t *token, int writes)
{
    int64_t count;
    PyGILState_STATE state;
    /* As in host.c: an interpreter that is shutting down must not unwind the engine's frames. */
#ifndef _WIN32
    pthread_cleanup_push(aw_hang, NULL);
#endif
    state = PyGILState_Ensure();
    count = writes ? aw_py_stream_write(stream, data, len) : aw_py_stream_read(stream, data, len);
    if (PyErr_Occurred())
        *token = aw_py_park(stream);
    PyGILState_Release(state);
#ifndef _WIN32
    pthread_cleanup_pop(0);
#endif
    return count;
}

static int64_t aw_py_stream_writes(void *env, uint8_t *data, size_t len, uint64_t *token)
{
    return aw_py_stream_call(env, data, len, token, 1);
}

static int64_t aw_py_stream_reads(void *env, uint8_t *data, size_t len, uint64_t *token)
{
    return aw_py_stream_call(env, data, len, token, 0);
}

static bool aw_py_wasi_stream(const aw_wasi *wasi, uint32_t which, uintptr_t callable, uintptr_t park)
{
    aw_py_stream *stream = malloc(sizeof *stream);
    if (!stream)
        return false;
    stream->callable = (PyObject *)callable;
    stream->park = (PyObject *)park;
    return aw_wasi_stdio_stream(wasi, which, which ? aw_py_stream_writes : aw_py_stream_reads, stream,
                                aw_py_stream_free);
}
