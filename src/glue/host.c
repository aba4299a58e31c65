/* Host functions: calls from WebAssembly to Python callables.
 *
 * cffi's own callbacks cost twice as much, and host calls are what many guests do most. The fast path converts numbers.
 * The slow path does the rest: references, vectors, several results, and objects that are not exactly int or float:
 *
 *     PY_HOST_SLOWLY (Python object of the store, callable, signature, task, result, address of the slots)
 *
 * `task` says what is left to do (see below). It returns 0 for success; or the token of the exception that it parked; or,
 * for a success with references among the results, a list of the objects that own them.
 *
 * See numbers.h for the rule of number conversion, and exceptions.c for the way of an exception through a guest.
 */

#include "glue.h"
#include "numbers.h"

/* What the slow path has to do. python/anywasm/core/host.py has the same numbers. */
enum {
    PY_TASK_RESULT = 0, /* convert `result`, which the callable returned */
    PY_TASK_CALL = 1,   /* call the callable with the arguments in the slots, and convert what it returns */
};

/* The environment of a host function's callback. The shim owns it. */
typedef struct {
    /* Borrowed references. The Python object of the store holds `callable` and `signature` as long as the function can be
     * called, and something holds that object while a guest runs in the store. Strong references here would close a
     * cycle that Python's garbage collector cannot see. */
    PyObject *store;
    PyObject *callable;
    PyObject *signature;
    size_t params_len, results_len;
    uint8_t types[]; /* codes of the parameter types, then of the result types */
} py_host;

/* The finalizer of the environment. It may run on any thread and without the GIL, so it touches no Python object. */
static void py_host_free(void *env)
{
    free(env);
}

/* Keeps the owners of the references among the results, in an attribute of the store, until the engine has taken the
 * references. The engine does so before anything else runs in the store; the next results of this kind replace them.
 *
 * To release the former owners may run finalizers, which may call functions of the store and so leave owners in the
 * attribute again. So the loop first empties the attribute, and nothing is released after the new owners are in it. */
static int py_keep_results(PyObject *store, PyObject *owners)
{
    PyObject *name = py_callbacks[PY_RESULTS_ATTRIBUTE], *former;
    while ((former = PyObject_GetAttr(store, name)) != NULL) {
        int is_empty = former == Py_None;
        /* The generic function, since a program's subclass of the store may define `__setattr__`. */
        int outcome = PyObject_GenericSetAttr(store, name, is_empty ? owners : Py_None);
        Py_DECREF(former);
        if (is_empty || outcome < 0)
            return outcome;
    }
    return -1;
}

/* Runs the slow path, whose `result` may be NULL. Releases `result`. */
static uint64_t py_host_slowly(const py_host *host, int task, PyObject *result, aw_value *values)
{
    uint64_t token = 0;
    PyObject *answer = PyObject_CallFunction(py_callbacks[PY_HOST_SLOWLY], "OOOiOK", host->store, host->callable,
                                             host->signature, task, result ? result : Py_None,
                                             (unsigned long long)(uintptr_t)values);
    Py_XDECREF(result);
    if (answer) {
        if (PyLong_Check(answer))
            token = PyLong_AsUnsignedLongLong(answer);
        else
            py_keep_results(host->store, answer);
        Py_DECREF(answer);
    }
    return PyErr_Occurred() ? py_park_exception(PY_PARK_HOST_EXCEPTION, host->store) : token;
}

/* Calls the callable. On return the slots hold its results, or the token is not 0. */
static uint64_t py_host_call_with_gil(const py_host *host, aw_value *values)
{
    PyObject *args = PyTuple_New((Py_ssize_t)host->params_len), *result;
    size_t index;
    if (!args)
        return py_park_exception(PY_PARK_HOST_EXCEPTION, host->store);
    for (index = 0; index < host->params_len; index++) {
        PyObject *argument = py_lift_number(host->types[index], &values[index]);
        if (!argument) {
            Py_DECREF(args);
            if (PyErr_Occurred())
                return py_park_exception(PY_PARK_HOST_EXCEPTION, host->store);
            return py_host_slowly(host, PY_TASK_CALL, NULL, values);
        }
        PyTuple_SetItem(args, (Py_ssize_t)index, argument);
    }
    result = PyObject_Call(host->callable, args, NULL);
    Py_DECREF(args);
    if (!result)
        return py_park_exception(PY_PARK_HOST_EXCEPTION, host->store);
    if ((host->results_len == 0 && result == Py_None)
        || (host->results_len == 1 && py_lower_number(host->types[host->params_len], result, 1, values))) {
        Py_DECREF(result);
        return 0;
    }
    return py_host_slowly(host, PY_TASK_RESULT, result, values);
}

/* The callback that the shim calls: an `aw_host_callback`. */
static uint64_t py_host_call(void *env, aw_value *values)
{
    uint64_t token;
    PY_BEGIN_GIL
    token = py_host_call_with_gil(env, values);
    PY_END_GIL
    return token;
}

/* Returns NULL with an exception set on failure. `params` and `results` must be bytes. */
static py_host *py_host_new(PyObject *store, PyObject *callable, PyObject *signature, PyObject *params,
                            PyObject *results)
{
    Py_ssize_t params_len = PyBytes_Size(params), results_len = PyBytes_Size(results);
    py_host *host;
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

/* new_host_func(store, Python object of the store, callable, signature, codes of the parameter types, codes of the result
 * types) -> extern. Returns None if the shim failed and left an error. The caller holds the borrowed references that
 * `py_host` lists. */
PyObject *py_new_host_func(PyObject *module, PyObject *const *args, Py_ssize_t arg_count)
{
    void *store;
    aw_extern *func;
    py_host *host;

    (void)module;
    if (!py_check_argument_count("new_host_func", arg_count, 6) || !py_owner_pointer(args[0], PY_STORE, &store))
        return NULL;
    host = py_host_new(args[1], args[2], args[3], args[4], args[5]);
    if (!host)
        return NULL;
    /* Another thread in the store may be waiting for the GIL. */
    Py_BEGIN_ALLOW_THREADS
    func = aw_func_new(store, host->types, host->params_len, host->types + host->params_len, host->results_len,
                       py_host_call, host, py_host_free);
    Py_END_ALLOW_THREADS
    return py_owner_new(PY_EXTERN, func);
}
