/* Host functions: the way from WebAssembly to a Python callable.
 *
 * cffi's own callbacks cost twice as much as this, and host calls are what many guests do most. Numbers are converted
 * here; all else (references, vectors, several results, unusual objects, exceptions) goes to the store's method
 * `_host_slowly(callable, signature, what, object, address of the slots)`, which gives a token, 0 for success, or, for a
 * success with references among the results, what these are borrowed from.
 *
 * Only the limited API is used, so that one build serves every CPython.
 */

enum { AW_SLOW_RESULT = 0, AW_SLOW_EXCEPTION = 1, AW_SLOW_CALL = 2 };

/* A failure that Python could not even record. */
#define AW_LOST_TOKEN UINT64_MAX

typedef struct {
    /* All borrowed: the Python object of the store holds the others for as long as calls can happen, and is itself alive
     * while something runs in it. A reference from here would make a cycle that Python's garbage collector cannot see. */
    PyObject *store;
    PyObject *callable;
    PyObject *signature;
    size_t params_len, results_len;
    uint8_t types[]; /* parameters, then results */
} aw_py_host;

static void aw_py_host_free(void *env)
{
    /* May run on any thread and without the GIL: nothing of Python's is touched. */
    free(env);
}

static PyObject *aw_py_argument(uint8_t type, const aw_value *value)
{
    switch (type) {
    case 0x7f: return PyLong_FromLong(value->i32);
    case 0x7e: return PyLong_FromLongLong(value->i64);
    case 0x7d: return PyFloat_FromDouble((double)value->f32);
    case 0x7c: return PyFloat_FromDouble(value->f64);
    default: return NULL;
    }
}

/* 1: written; 0: not one of the plain cases. */
static int aw_py_result(uint8_t type, PyObject *object, aw_value *value)
{
    if (type == 0x7f || type == 0x7e) {
        int overflow = 0;
        long long number;
        if (!PyLong_CheckExact(object))
            return 0;
        number = PyLong_AsLongLongAndOverflow(object, &overflow);
        if (overflow || (type == 0x7f && (number < INT32_MIN || number > INT32_MAX)))
            return 0;
        value->i64 = number;
        return 1;
    }
    if ((type == 0x7d || type == 0x7c) && PyFloat_CheckExact(object)) {
        double number = PyFloat_AsDouble(object);
        if (type == 0x7c)
            value->f64 = number;
        else
            value->f32 = (float)number;
        return 1;
    }
    return 0;
}

/* Keeps what the results are borrowed from until the engine has taken them over, which it does before anything else runs
 * in the store; the next such results take its place. What is let go may run Python code (finalizers), which may call
 * the store's functions and leave results here in turn: so nothing is let go once these are in place. */
static int aw_py_keep(PyObject *store, PyObject *kept)
{
    int done = -1;
    PyObject *name = PyUnicode_FromString("_last_results"), *former;
    while (name && (former = PyObject_GetAttr(store, name)) != NULL) {
        if (former == Py_None) {
            done = PyObject_GenericSetAttr(store, name, kept);
            Py_DECREF(former);
            break;
        }
        if (PyObject_GenericSetAttr(store, name, Py_None) < 0) {
            Py_DECREF(former);
            break;
        }
        Py_DECREF(former);
    }
    Py_XDECREF(name);
    return done;
}

static uint64_t aw_py_slow(aw_py_host *host, int what, PyObject *object, aw_value *values)
{
    uint64_t token = AW_LOST_TOKEN;
    int attempt;
    for (attempt = 0; attempt < 2; attempt++) {
        PyObject *result = PyObject_CallMethod(host->store, "_host_slowly", "OOiOK", host->callable, host->signature,
                                               what, object ? object : Py_None,
                                               (unsigned long long)(uintptr_t)values);
        Py_XDECREF(object);
        object = NULL;
        if (result) {
            if (!PyLong_Check(result))
                token = aw_py_keep(host->store, result) < 0 ? AW_LOST_TOKEN : 0;
            else
                token = PyLong_AsUnsignedLongLong(result);
            Py_DECREF(result);
            if (!PyErr_Occurred())
                return token;
        }
        /* Something interrupted it, such as Ctrl-C: that is the failure to record now. */
        {
            PyObject *type, *traceback;
            PyErr_Fetch(&type, &object, &traceback);
            PyErr_NormalizeException(&type, &object, &traceback);
            if (traceback && object)
                PyException_SetTraceback(object, traceback);
            Py_XDECREF(type);
            Py_XDECREF(traceback);
        }
        what = AW_SLOW_EXCEPTION;
        token = AW_LOST_TOKEN;
    }
    Py_XDECREF(object);
    return token;
}

static uint64_t aw_py_exception(aw_py_host *host, aw_value *values)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    if (traceback && value)
        PyException_SetTraceback(value, traceback);
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    return aw_py_slow(host, AW_SLOW_EXCEPTION, value, values);
}

static uint64_t aw_py_call(aw_py_host *host, aw_value *values)
{
    PyObject *args, *result;
    size_t index;
    args = PyTuple_New((Py_ssize_t)host->params_len);
    if (!args)
        return aw_py_exception(host, values);
    for (index = 0; index < host->params_len; index++) {
        PyObject *argument = aw_py_argument(host->types[index], &values[index]);
        if (!argument) {
            Py_DECREF(args);
            if (PyErr_Occurred())
                return aw_py_exception(host, values);
            return aw_py_slow(host, AW_SLOW_CALL, NULL, values);
        }
        PyTuple_SetItem(args, (Py_ssize_t)index, argument);
    }
    result = PyObject_Call(host->callable, args, NULL);
    Py_DECREF(args);
    if (!result)
        return aw_py_exception(host, values);
    if (host->results_len == 0 && result == Py_None) {
        Py_DECREF(result);
        return 0;
    }
    if (host->results_len == 1 && aw_py_result(host->types[host->params_len], result, values)) {
        Py_DECREF(result);
        return 0;
    }
    return aw_py_slow(host, AW_SLOW_RESULT, result, values);
}

#ifndef _WIN32
static void aw_hang(void *unused)
{
    (void)unused;
    for (;;)
        pause();
}
#endif

static uint64_t aw_py_host_call(void *env, aw_value *values)
{
    uint64_t token;
    PyGILState_STATE state;
    /* An interpreter that is shutting down ends a daemon thread that asks for the lock by unwinding it, which must not
     * go through the engine's frames: the thread hangs instead, as it does by itself from Python 3.14 on. */
#ifndef _WIN32
    pthread_cleanup_push(aw_hang, NULL);
#endif
    state = PyGILState_Ensure();
    token = aw_py_call(env, values);
    PyGILState_Release(state);
#ifndef _WIN32
    pthread_cleanup_pop(0);
#endif
    return token;
}

/* NULL with a Python exception set; `params` and `results` are bytes. */
static aw_py_host *aw_py_host_new(PyObject *store, PyObject *callable, PyObject *signature, PyObject *params,
                                  PyObject *results)
{
    Py_ssize_t params_len = PyBytes_Size(params), results_len = PyBytes_Size(results);
    aw_py_host *host;
    if (params_len < 0 || results_len < 0)
        return NULL;
    host = malloc(sizeof *host + (size_t)(params_len + results_len));
    if (!host) {
        PyErr_NoMemory();
        return NULL;
    }
    host->store = store;
    host->callable = callable;
    host->signature = signature;
    host->params_len = (size_t)params_len;
    host->results_len = (size_t)results_len;
    memcpy(host->types, PyBytes_AsString(params), (size_t)params_len);
    memcpy(host->types + params_len, PyBytes_AsString(results), (size_t)results_len);
    return host;
}
