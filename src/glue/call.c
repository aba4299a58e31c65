/* Calls from Python to WebAssembly functions.
 *
 * `Callable` is the base class of the function classes of both API styles, the packages `anywasm.wasmer` and
 * `anywasm.wasmtime`. Its tp_call is the fast path: it converts the numbers in the argument tuple, calls the shim, and
 * converts the result. The fast path needs no Python frame. It is therefore three times as fast as a Python `__call__`
 * over cffi.
 *
 * The slow path, the Python function PY_CALL_SLOWLY, makes a call in these cases:
 *   - The number of arguments is wrong.
 *   - An argument has another type than int or float, or is out of range.
 *   - The function has references or vectors among its parameters or results.
 *   - The function has several results.
 *
 * If a call fails, the Python function PY_RAISE_FAILURE raises its exception. numbers.h lists the files that convert
 * numbers by the same rules.
 */

#include "glue.h"
#include "numbers.h"

/* The maximum number of parameters on the fast path. */
#define PY_MAX_PARAMS 12

typedef struct {
    PyObject_HEAD
    /* The function to call, or NULL if all calls take the slow path. The pointer is valid while this object refers to
     * `owner`, because only `owner` deletes the function. */
    const aw_extern *func;
    /* A strong reference to the owner, the Python object that deletes `func`. NULL until `_bind` is called. */
    PyObject *owner;
    /* The Python object that must be the first argument of each call, or NULL in an API style that passes no store. The
     * reference is borrowed. That is safe because the code only compares its address. */
    PyObject *store;
    uint8_t params_len;
    uint8_t result_type; /* code of the value type; 0 if the function has no result */
    uint8_t param_types[PY_MAX_PARAMS];
} py_callable;

static PyObject *py_callable_call_slowly(PyObject *self, PyObject *args)
{
    return PyObject_CallFunctionObjArgs(py_callbacks[PY_CALL_SLOWLY], self, args, NULL);
}

static PyObject *py_callable_call(PyObject *self, PyObject *args, PyObject *keywords)
{
    py_callable *callable = (py_callable *)self;
    aw_value values[PY_MAX_PARAMS] = {0};
    Py_ssize_t arg_count = PyTuple_Size(args), store_args = callable->store != NULL;
    size_t index;
    bool succeeded;

    if (keywords != NULL && PyDict_Size(keywords) > 0) {
        PyErr_SetString(PyExc_TypeError, "a WebAssembly function takes no keyword arguments");
        return NULL;
    }
    if (!callable->func || arg_count != callable->params_len + store_args
        || (store_args && PyTuple_GetItem(args, 0) != callable->store))
        return py_callable_call_slowly(self, args);
    for (index = 0; index < callable->params_len; index++) {
        PyObject *argument = PyTuple_GetItem(args, (Py_ssize_t)index + store_args);
        if (!py_lower_number(callable->param_types[index], argument, 0, &values[index]))
            return py_callable_call_slowly(self, args);
    }
    Py_BEGIN_ALLOW_THREADS
    succeeded = aw_func_call_numbers(callable->func, values);
    Py_END_ALLOW_THREADS
    if (!succeeded)
        return PyObject_CallFunctionObjArgs(py_callbacks[PY_RAISE_FAILURE], self, NULL);
    if (!callable->result_type)
        Py_RETURN_NONE;
    return py_lift_number(callable->result_type, &values[0]);
}

/* _bind(owner, store or None, codes of the parameter types, codes of the result types) -> None
 *
 * Sets the function that later calls of this object call. */
static PyObject *py_callable_bind(PyObject *self, PyObject *const *args, Py_ssize_t arg_count)
{
    py_callable *callable = (py_callable *)self;
    const uint8_t *param_types, *result_types;
    Py_ssize_t params_len, results_len, index;
    PyObject *old_owner = callable->owner;
    void *func;
    int is_fast;

    if (!py_check_argument_count("_bind", arg_count, 4) || !py_unwrap_owner(args[0], PY_EXTERN, &func))
        return NULL;
    params_len = PyBytes_Size(args[2]);
    results_len = PyBytes_Size(args[3]);
    if (params_len < 0 || results_len < 0)
        return NULL;
    param_types = (const uint8_t *)PyBytes_AsString(args[2]);
    result_types = (const uint8_t *)PyBytes_AsString(args[3]);
    is_fast = params_len <= PY_MAX_PARAMS && results_len <= 1;
    for (index = 0; is_fast && index < params_len; index++)
        is_fast = py_is_number_type(param_types[index]);
    if (is_fast && results_len == 1)
        is_fast = py_is_number_type(result_types[0]);
    callable->func = is_fast ? func : NULL;
    callable->store = args[1] == Py_None ? NULL : args[1];
    if (is_fast) {
        callable->params_len = (uint8_t)params_len;
        memcpy(callable->param_types, param_types, (size_t)params_len);
        callable->result_type = results_len ? result_types[0] : 0;
    }
    Py_INCREF(args[0]);
    callable->owner = args[0];
    Py_XDECREF(old_owner);
    Py_RETURN_NONE;
}

/* The type needs no tp_traverse: its only strong reference is to an owner, and an owner refers to no Python object. So
 * the reference cannot be part of a reference cycle. */
static void py_callable_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    freefunc free_object = (freefunc)PyType_GetSlot(type, Py_tp_free);
    Py_XDECREF(((py_callable *)self)->owner);
    free_object(self);
    Py_DECREF(type);
}

static PyMethodDef py_callable_methods[] = {
    {"_bind", (PyCFunction)(void (*)(void))py_callable_bind, METH_FASTCALL,
     "Sets the function to call, the store to expect, and the types."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot py_callable_slots[] = {
    {Py_tp_call, (void *)py_callable_call},
    {Py_tp_dealloc, (void *)py_callable_dealloc},
    {Py_tp_methods, py_callable_methods},
    {Py_tp_doc, "The fast path of a call to a WebAssembly function."},
    {0, NULL},
};

PyType_Spec py_callable_spec = {
    "anywasm.engines.Callable", sizeof(py_callable), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, py_callable_slots,
};
