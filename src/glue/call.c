/* Calls from Python to WebAssembly functions.
 *
 * `Callable` is the base class of the styles' function classes. Its tp_call converts the numbers in the argument tuple,
 * calls the shim, and converts the result. It needs no Python frame, and so is three times as fast as a Python
 * `__call__` over cffi.
 *
 * The slow path PY_CALL_SLOWLY does all other calls: those with too many or too few arguments, with arguments of other
 * types or out of range, and those of functions with references, vectors or several results. PY_RAISE_FAILURE raises
 * the exception of a call that has failed.
 *
 * numbers.h lists the places that share the rules of number conversion.
 */

#include "glue.h"
#include "numbers.h"

/* The maximum number of parameters on the fast path. */
#define PY_MAX_PARAMS 12

typedef struct {
    PyObject_HEAD
    /* NULL if all calls take the slow path. Valid as long as `owner` is held. */
    const aw_extern *func;
    /* The owner of `func`, held; NULL until `_bind`. */
    PyObject *owner;
    /* The object that each call's first argument must be; NULL in a style that passes no store. The reference is
     * borrowed, and the object is only compared. */
    PyObject *store;
    uint8_t params_len;
    uint8_t result; /* the code of the result's type; 0 if the function has no result */
    uint8_t params[PY_MAX_PARAMS];
} py_callable;

static PyObject *py_callable_call_slowly(PyObject *self, PyObject *args)
{
    return PyObject_CallFunctionObjArgs(py_callbacks[PY_CALL_SLOWLY], self, args, NULL);
}

static PyObject *py_callable_call(PyObject *self, PyObject *args, PyObject *keywords)
{
    py_callable *callable = (py_callable *)self;
    aw_value values[PY_MAX_PARAMS] = {0};
    Py_ssize_t arg_count = PyTuple_Size(args), first = callable->store != NULL;
    size_t index;
    bool succeeded;

    if (keywords != NULL && PyDict_Size(keywords) > 0) {
        PyErr_SetString(PyExc_TypeError, "a WebAssembly function takes no keyword arguments");
        return NULL;
    }
    if (!callable->func || arg_count != callable->params_len + first
        || (first && PyTuple_GetItem(args, 0) != callable->store))
        return py_callable_call_slowly(self, args);
    for (index = 0; index < callable->params_len; index++) {
        PyObject *argument = PyTuple_GetItem(args, (Py_ssize_t)index + first);
        if (!py_lower_number(callable->params[index], argument, 0, &values[index]))
            return py_callable_call_slowly(self, args);
    }
    Py_BEGIN_ALLOW_THREADS
    succeeded = aw_func_call_numbers(callable->func, values);
    Py_END_ALLOW_THREADS
    if (!succeeded)
        return PyObject_CallFunctionObjArgs(py_callbacks[PY_RAISE_FAILURE], self, NULL);
    if (!callable->result)
        Py_RETURN_NONE;
    return py_lift_number(callable->result, &values[0]);
}

/* _bind(owner, store or None, codes of the parameter types, codes of the result types): makes the object call this
 * function from now on. */
static PyObject *py_callable_bind(PyObject *self, PyObject *const *args, Py_ssize_t arg_count)
{
    py_callable *callable = (py_callable *)self;
    const uint8_t *params, *results;
    Py_ssize_t params_len, results_len, index;
    PyObject *former = callable->owner;
    void *func;
    int is_fast;

    if (!py_check_argument_count("_bind", arg_count, 4) || !py_owner_pointer(args[0], PY_EXTERN, &func))
        return NULL;
    params_len = PyBytes_Size(args[2]);
    results_len = PyBytes_Size(args[3]);
    if (params_len < 0 || results_len < 0)
        return NULL;
    params = (const uint8_t *)PyBytes_AsString(args[2]);
    results = (const uint8_t *)PyBytes_AsString(args[3]);
    is_fast = params_len <= PY_MAX_PARAMS && results_len <= 1;
    for (index = 0; is_fast && index < params_len; index++)
        is_fast = py_is_number_type(params[index]);
    if (is_fast && results_len == 1)
        is_fast = py_is_number_type(results[0]);
    callable->func = is_fast ? func : NULL;
    callable->store = args[1] == Py_None ? NULL : args[1];
    if (is_fast) {
        callable->params_len = (uint8_t)params_len;
        memcpy(callable->params, params, (size_t)params_len);
        callable->result = results_len ? results[0] : 0;
    }
    Py_INCREF(args[0]);
    callable->owner = args[0];
    Py_XDECREF(former);
    Py_RETURN_NONE;
}

/* The type needs no tp_traverse: an owner refers to no Python object. */
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
