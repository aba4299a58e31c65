/* Host functions: calls from WebAssembly to Python callables.
 *
 * The fast path converts numbers and calls the Python callable. The fast path is in C because a callback of cffi takes
 * twice as long, and many guests call host functions very often.
 *
 * The slow path PY_HOST_SLOWLY (python/anywasm/core/host.py) handles references, vectors and several results. It also
 * handles a result that is not an exact int or float. The slow path takes these arguments:
 *   - the Python object of the store
 *   - the callable
 *   - the signature
 *   - the task: PY_TASK_CALL calls the callable and converts its result, PY_TASK_RESULT only converts the result
 *   - the result of the callable, or None
 *   - the address of the slots (the arguments before the call, the results after it), as an int
 * The slow path returns
 *   - 0 on success,
 *   - a list on success if references are among the results: the list contains the owners, the Python objects that keep
 *     these references valid,
 *   - the token of the exception on failure.
 *
 * numbers.h lists the files that convert numbers by the same rules. exceptions.c describes how an exception passes
 * through the guest.
 */

#include "glue.h"
#include "numbers.h"

/* Tasks of the slow path. python/anywasm/core/host.py must use the same numbers. */
enum {
    PY_TASK_RESULT = 0, /* Convert the callable's result. */
    PY_TASK_CALL = 1,   /* Call the callable with the arguments in the slots, and convert the result. */
};

/* The environment of a host function's callback. The shim owns the environment and frees it with `py_host_free`. */
typedef struct {
    /* The next three references are borrowed. The Python object of the store exists while a guest runs in the store.
     * That object has strong references to `callable` and `signature` as long as a guest can call the function.
     *
     * Strong references would leak memory: a callable that refers to its WebAssembly instance would form a cycle
     * through the shim, and Python's garbage collector cannot see references of the shim. */
    PyObject *store;
    PyObject *callable;
    PyObject *signature;
    size_t params_len, results_len;
    uint8_t types[]; /* codes of the parameter types, then of the result types */
} py_host_env;

/* Frees the environment. The shim may call this finalizer on any thread and without the GIL, so the finalizer must not
 * use Python objects. */
static void py_host_free(void *env)
{
    free(env);
}

/* Stores `owners` in an attribute of the Python object of the store. `owners` are the Python objects that own the
 * references that a host function returns. The references must stay valid until the engine has read them. The engine
 * reads the references before other code runs in the store, so the next host function may replace the owners.
 *
 * The deallocation of the old owners may run Python finalizers. A finalizer may call functions of the same store, which
 * can store other owners in the attribute. The loop therefore sets the attribute to None until the attribute was None
 * already, and only then stores the new owners. No object is deallocated after that and before the engine reads the
 * references.
 *
 * Returns 0, or -1 with an exception set. */
static int py_keep_results(PyObject *store, PyObject *owners)
{
    PyObject *name = py_callbacks[PY_RESULTS_ATTRIBUTE], *old_owners;
    while ((old_owners = PyObject_GetAttr(store, name)) != NULL) {
        int is_empty = old_owners == Py_None;
        /* PyObject_SetAttr would call `__setattr__`, which a program's subclass of the store may define. */
        int outcome = PyObject_GenericSetAttr(store, name, is_empty ? owners : Py_None);
        Py_DECREF(old_owners);
        if (is_empty || outcome < 0)
            return outcome;
    }
    return -1;
}

/* Calls the slow path. Returns 0, or the token of an exception. `result` is the result of the callable or NULL. This
 * function releases the caller's reference to `result`. */
static uint64_t py_host_slowly(const py_host_env *env, int task, PyObject *result, aw_value *values)
{
    uint64_t token = 0;
    PyObject *outcome = PyObject_CallFunction(py_callbacks[PY_HOST_SLOWLY], "OOOiOK", env->store, env->callable,
                                              env->signature, task, result ? result : Py_None,
                                              (unsigned long long)(uintptr_t)values);
    Py_XDECREF(result);
    if (outcome) {
        if (PyLong_Check(outcome))
            token = PyLong_AsUnsignedLongLong(outcome);
        else
            py_keep_results(env->store, outcome);
        Py_DECREF(outcome);
    }
    return PyErr_Occurred() ? py_park_exception(PY_PARK_HOST_EXCEPTION, env->store) : token;
}

/* Calls the callable. The caller holds the GIL. Returns 0 if the slots at `values` contain the results, or the token
 * (the number) of an exception that Python has parked. */
static uint64_t py_host_call_with_gil(const py_host_env *env, aw_value *values)
{
    PyObject *args = PyTuple_New((Py_ssize_t)env->params_len), *result;
    size_t index;
    if (!args)
        return py_park_exception(PY_PARK_HOST_EXCEPTION, env->store);
    for (index = 0; index < env->params_len; index++) {
        PyObject *argument = py_lift_number(env->types[index], &values[index]);
        if (!argument) {
            Py_DECREF(args);
            if (PyErr_Occurred())
                return py_park_exception(PY_PARK_HOST_EXCEPTION, env->store);
            return py_host_slowly(env, PY_TASK_CALL, NULL, values);
        }
        PyTuple_SetItem(args, (Py_ssize_t)index, argument);
    }
    result = PyObject_Call(env->callable, args, NULL);
    Py_DECREF(args);
    if (!result)
        return py_park_exception(PY_PARK_HOST_EXCEPTION, env->store);
    if ((env->results_len == 0 && result == Py_None)
        || (env->results_len == 1 && py_lower_number(env->types[env->params_len], result, 1, values))) {
        Py_DECREF(result);
        return 0;
    }
    return py_host_slowly(env, PY_TASK_RESULT, result, values);
}

/* The callback of all host functions, an `aw_host_callback`. */
static uint64_t py_host_call(void *env, aw_value *values)
{
    uint64_t token;
    PY_BEGIN_GIL
    token = py_host_call_with_gil(env, values);
    PY_END_GIL
    return token;
}

/* Returns a new environment, or NULL with an exception set on failure. `params` and `results` must be bytes objects
 * with the codes of the parameter types and of the result types. */
static py_host_env *py_host_env_new(PyObject *store, PyObject *callable, PyObject *signature, PyObject *params,
                                    PyObject *results)
{
    Py_ssize_t params_len = PyBytes_Size(params), results_len = PyBytes_Size(results);
    py_host_env *env;
    if (params_len < 0 || results_len < 0)
        return NULL;
    env = malloc(sizeof *env + (size_t)(params_len + results_len));
    if (!env) {
        PyErr_NoMemory();
        return NULL;
    }
    env->store = store;
    env->callable = callable;
    env->signature = signature;
    env->params_len = (size_t)params_len;
    env->results_len = (size_t)results_len;
    memcpy(env->types, PyBytes_AsString(params), (size_t)params_len);
    memcpy(env->types + params_len, PyBytes_AsString(results), (size_t)results_len);
    return env;
}

/* new_host_func(store, Python object of the store, callable, signature, codes of the parameter types, codes of the
 * result types) -> owner of an extern
 *
 * An owner is the Python object that deletes an object of the shim. Returns None if the shim fails. In this case, the
 * shim has stored an error for this thread. The caller must keep references to the store, the callable and the
 * signature, because `py_host_env` only borrows these objects. */
PyObject *py_new_host_func(PyObject *module, PyObject *const *args, Py_ssize_t arg_count)
{
    void *store;
    aw_extern *func;
    py_host_env *env;

    (void)module;
    if (!py_check_argument_count("new_host_func", arg_count, 6) || !py_unwrap_owner(args[0], PY_STORE, &store))
        return NULL;
    env = py_host_env_new(args[1], args[2], args[3], args[4], args[5]);
    if (!env)
        return NULL;
    /* The GIL is released because the shim may wait for another thread in the store. That thread may need the GIL. */
    Py_BEGIN_ALLOW_THREADS
    func = aw_func_new(store, env->types, env->params_len, env->types + env->params_len, env->results_len,
                       py_host_call, env, py_host_free);
    Py_END_ALLOW_THREADS
    return py_owner_new(PY_EXTERN, func);
}
