/* Host functions: calls from WebAssembly to Python callables.
 *
 * The fast path converts numbers and calls the callable. A callback of cffi would cost twice as much, and many guests
 * call the host more often than anything else.
 *
 * The slow path PY_HOST_SLOWLY (python/anywasm/core/host.py) does the rest: references, vectors, several results, and
 * results that are no int or float, or are instances of subclasses. Its arguments are the Python object of the store,
 * the callable, the signature, the task (see below), the callable's result (or None), and the address of the slots as
 * an int. It returns
 *   - 0 for success,
 *   - the token of a parked exception,
 *   - or a list, for success with references among the results: the objects that own these references.
 *
 * numbers.h lists the places that share the rules of number conversion; exceptions.c describes the way of an exception
 * through the guest.
 */

#include "glue.h"
#include "numbers.h"

/* What the slow path has to do. python/anywasm/core/host.py has the same numbers. */
enum {
    PY_TASK_RESULT = 0, /* Convert the callable's result. */
    PY_TASK_CALL = 1,   /* Call the callable with the arguments in the slots, and convert its result. */
};

/* The environment of a host function's callback. The shim owns it. */
typedef struct {
    /* Borrowed references. The Python object of the store holds `callable` and `signature` as long as a guest can call
     * the function, and that object itself is alive while a guest runs in the store. With strong references, a callable
     * that refers to its own instance would form a cycle that Python's garbage collector cannot see. */
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

/* Stores the owners of the result's references in an attribute of the Python object of the store, which holds them
 * until the engine has read the references. The engine reads them before anything else runs in the store, so the next
 * owners may replace these.
 *
 * The release of the former owners may run finalizers. These may call functions of the same store, and so store owners
 * in the attribute too. Therefore the loop empties the attribute until it stays empty, and then stores the new owners.
 * After that nothing is released before the engine reads the references.
 *
 * Returns 0, or -1 with an exception set. */
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

/* Calls the slow path and returns 0 or a token. `result` may be NULL; this function releases it. */
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

/* Calls the callable, with the GIL held. Returns 0, with the results in the slots, or the token of its exception. */
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

/* The shim calls this function: it is an `aw_host_callback`. */
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

/* new_host_func(store, Python object of the store, callable, signature, codes of the parameter types, codes of the
 * result types) -> extern; None if the shim failed and left an error
 *
 * The caller must hold the Python objects that `py_host` only borrows. */
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
