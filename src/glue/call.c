/* Calls from Python to WebAssembly functions.
 *
 * `Callable` is the base class of functions (python/anywasm/core/func.py). Its tp_call is the fast path: it converts the
 * numbers in the argument tuple, calls the shim, and converts the result. The fast path needs no Python frame. It is
 * therefore three times as fast as a Python `__call__` over cffi.
 *
 * `Callable` has no fields, because functions of all engine modules belong to the same Python class, and each engine
 * module has its own types. The first engine module that is loaded adds its `Callable` to the bases of that class. What
 * a call needs is in a `CallTarget`, an object of the function's own engine module. The Python object of the function
 * refers to it by the slot PY_TARGET_SLOT.
 *
 * The slow path, the Python function PY_CALL_SLOWLY, makes a call in these cases:
 *   - The number of arguments is wrong.
 *   - There are keyword arguments.
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

/* What a call needs to know about a function. The fields never change, so a call may use them without the GIL. */
typedef struct {
    PyObject_HEAD
    /* The function to call, or NULL if all calls take the slow path. The pointer is valid while this object refers to
     * `owner`, because only `owner` deletes the function. */
    const aw_extern *func;
    /* A strong reference to the owner, the Python object that deletes `func`. */
    PyObject *owner;
    /* The Python object that must be the first argument of each call, or NULL in an API style that passes no store. The
     * reference is borrowed. That is safe because the code only compares its address. */
    PyObject *store;
    uint8_t params_len;
    uint8_t result_type; /* code of the value type; 0 if the function has no result */
    uint8_t param_types[PY_MAX_PARAMS];
} py_call_target;

/* Calls the function. Returns Py_NotImplemented if the slow path must make the call, and Py_Ellipsis if the shim failed
 * and stored an error for this thread. A WebAssembly function on the fast path returns neither of these objects. */
static PyObject *py_call_target_call(PyObject *object, PyObject *args, PyObject *keywords)
{
    const py_call_target *target = (const py_call_target *)object;
    aw_value values[PY_MAX_PARAMS]; /* Only the slots that the call uses are initialised, for speed. */
    Py_ssize_t arg_count = PyTuple_Size(args), store_args = target->store != NULL;
    size_t index;
    bool succeeded;

    (void)keywords;
    if (!target->func || arg_count != target->params_len + store_args
        || (store_args && PyTuple_GetItem(args, 0) != target->store))
        return Py_INCREF(Py_NotImplemented), Py_NotImplemented;
    for (index = 0; index < target->params_len; index++) {
        PyObject *argument = PyTuple_GetItem(args, (Py_ssize_t)index + store_args);
        values[index] = (aw_value){0};
        if (!py_lower_number(target->param_types[index], argument, 0, &values[index]))
            return Py_INCREF(Py_NotImplemented), Py_NotImplemented;
    }
    Py_BEGIN_ALLOW_THREADS
    succeeded = aw_func_call_numbers(target->func, values);
    Py_END_ALLOW_THREADS
    if (!succeeded)
        return Py_INCREF(Py_Ellipsis), Py_Ellipsis;
    if (!target->result_type)
        Py_RETURN_NONE;
    return py_lift_number(target->result_type, &values[0]);
}

static PyObject *py_callable_call(PyObject *self, PyObject *args, PyObject *keywords)
{
    PyObject *target, *result;
    ternaryfunc call;

    if (!py_get_target) {
        PyErr_SetString(PyExc_RuntimeError, "setup of this engine module has not been called");
        return NULL;
    }
    if (keywords != NULL && PyDict_Size(keywords) > 0)
        return PyObject_CallFunctionObjArgs(py_callbacks[PY_CALL_SLOWLY], self, args, keywords, NULL);
    target = py_get_target(py_callbacks[PY_TARGET_SLOT], self, NULL);
    if (!target)
        return NULL;
    /* The target may belong to another engine module. This module then does not know the type, but knows that its
     * tp_call is the function above of that engine module. */
    call = (ternaryfunc)PyType_GetSlot(Py_TYPE(target), Py_tp_call);
    result = call ? call(target, args, NULL) : (Py_INCREF(Py_NotImplemented), Py_NotImplemented);
    Py_DECREF(target);
    if (result != Py_NotImplemented && result != Py_Ellipsis)
        return result;
    Py_DECREF(result);
    if (result == Py_Ellipsis)
        return PyObject_CallFunctionObjArgs(py_callbacks[PY_RAISE_FAILURE], self, NULL);
    return PyObject_CallFunctionObjArgs(py_callbacks[PY_CALL_SLOWLY], self, args, NULL);
}

/* CallTarget(owner, store or None, codes of the parameter types, codes of the result types) */
static PyObject *py_call_target_construct(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    py_call_target *target;
    PyObject *owner, *store, *params, *results;
    const uint8_t *param_types, *result_types;
    Py_ssize_t params_len, results_len, index;
    void *func;
    int is_fast;

    (void)keywords;
    if (!PyArg_ParseTuple(args, "OOSS", &owner, &store, &params, &results)
        || !py_unwrap_owner(owner, PY_EXTERN, &func))
        return NULL;
    params_len = PyBytes_Size(params);
    results_len = PyBytes_Size(results);
    param_types = (const uint8_t *)PyBytes_AsString(params);
    result_types = (const uint8_t *)PyBytes_AsString(results);
    is_fast = params_len <= PY_MAX_PARAMS && results_len <= 1;
    for (index = 0; is_fast && index < params_len; index++)
        is_fast = py_is_number_type(param_types[index]);
    if (is_fast && results_len == 1)
        is_fast = py_is_number_type(result_types[0]);
    target = (py_call_target *)PyType_GenericAlloc(type, 0);
    if (!target)
        return NULL;
    if (is_fast) {
        target->func = func;
        target->params_len = (uint8_t)params_len;
        memcpy(target->param_types, param_types, (size_t)params_len);
        target->result_type = results_len ? result_types[0] : 0;
    }
    target->store = store == Py_None ? NULL : store;
    Py_INCREF(owner);
    target->owner = owner;
    return (PyObject *)target;
}

/* The type needs no tp_traverse: its only strong reference is to an owner, and an owner refers to no Python object. So
 * the reference cannot be part of a reference cycle. */
static void py_call_target_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_XDECREF(((py_call_target *)self)->owner);
    PyObject_Free(self);
    Py_DECREF(type);
}

static PyType_Slot py_call_target_slots[] = {
    {Py_tp_new, (void *)py_call_target_construct},
    {Py_tp_call, (void *)py_call_target_call},
    {Py_tp_dealloc, (void *)py_call_target_dealloc},
    {Py_tp_doc, "A function, for the fast path of its calls."},
    {0, NULL},
};

PyType_Spec py_call_target_spec = {
    "anywasm.engines.CallTarget", sizeof(py_call_target), 0, Py_TPFLAGS_DEFAULT, py_call_target_slots,
};

static PyType_Slot py_callable_slots[] = {
    {Py_tp_call, (void *)py_callable_call},
    {Py_tp_doc, "The fast path of a call to a WebAssembly function."},
    {0, NULL},
};

PyType_Spec py_callable_spec = {
    "anywasm.engines.Callable", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, py_callable_slots,
};
