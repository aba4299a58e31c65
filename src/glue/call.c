/* Calls: the way from a Python call to WebAssembly.
 *
 * `Callable` is the base of the styles' function classes: its tp_call takes numbers straight from the argument tuple
 * to the shim and back, without a Python frame. It is three times as fast as a Python `__call__` over cffi. Everything
 * unusual (another count or type of arguments, a number out of range, references, several results) is left to the
 * object's own method `_call_slowly(args)`, and a failed call to `_raise_failure()`.
 *
 * Only the limited API is used, so that one build serves every CPython.
 */

#define AW_MOST_PARAMS 12

typedef struct {
    PyObject_HEAD
    /* NULL: always slowly. */
    const aw_extern *func;
    /* Its owner, held; NULL until it is bound. */
    PyObject *owner;
    /* What the first argument must be, or NULL where calls are given no store; borrowed, only compared. */
    PyObject *store;
    uint8_t params_len;
    uint8_t result; /* 0 where there is none */
    uint8_t params[AW_MOST_PARAMS];
} aw_callable;

static int aw_argument(uint8_t type, PyObject *object, aw_value *value)
{
    if (type == 0x7f || type == 0x7e) {
        int overflow = 0;
        long long number;
        if (!PyLong_Check(object))
            return 0;
        number = PyLong_AsLongLongAndOverflow(object, &overflow);
        if (overflow || (type == 0x7f && (number < INT32_MIN || number > INT32_MAX)))
            return 0;
        if (type == 0x7f)
            value->i32 = (int32_t)number;
        else
            value->i64 = number;
        return 1;
    }
    if (!PyFloat_Check(object))
        return 0;
    if (type == 0x7d)
        value->f32 = (float)PyFloat_AsDouble(object);
    else
        value->f64 = PyFloat_AsDouble(object);
    return 1;
}

static PyObject *aw_call_slowly(PyObject *self, PyObject *args)
{
    return PyObject_CallMethod(self, "_call_slowly", "(O)", args);
}

static PyObject *aw_callable_call(PyObject *self, PyObject *args, PyObject *keywords)
{
    aw_callable *callable = (aw_callable *)self;
    aw_value values[AW_MOST_PARAMS] = {0};
    Py_ssize_t given = PyTuple_Size(args), first = callable->store != NULL;
    size_t index;
    bool done;

    if (keywords != NULL && PyDict_Size(keywords) > 0) {
        PyErr_SetString(PyExc_TypeError, "a WebAssembly function takes no keyword arguments");
        return NULL;
    }
    if (!callable->func || given != callable->params_len + first
        || (first && PyTuple_GetItem(args, 0) != callable->store))
        return aw_call_slowly(self, args);
    for (index = 0; index < callable->params_len; index++) {
        PyObject *argument = PyTuple_GetItem(args, (Py_ssize_t)index + first);
        if (!aw_argument(callable->params[index], argument, &values[index]))
            return aw_call_slowly(self, args);
    }
    Py_BEGIN_ALLOW_THREADS
    done = aw_func_call_numbers(callable->func, values);
    Py_END_ALLOW_THREADS
    if (!done)
        return PyObject_CallMethod(self, "_raise_failure", NULL);
    switch (callable->result) {
    case 0x7f: return PyLong_FromLong(values[0].i32);
    case 0x7e: return PyLong_FromLongLong(values[0].i64);
    case 0x7d: return PyFloat_FromDouble((double)values[0].f32);
    case 0x7c: return PyFloat_FromDouble(values[0].f64);
    default: Py_RETURN_NONE;
    }
}

static int aw_is_number(uint8_t type)
{
    return type >= 0x7c && type <= 0x7f;
}

/* _bind(owner, store or None, parameter types, result types): what the object calls from now on. */
static PyObject *aw_callable_bind(PyObject *self, PyObject *const *args, Py_ssize_t given)
{
    aw_callable *callable = (aw_callable *)self;
    const uint8_t *params, *results;
    Py_ssize_t params_len, results_len, index;
    PyObject *former = callable->owner;
    void *func;
    int plain;

    if (!aw_py_given("_bind", given, 4) || !aw_owned(args[0], AW_EXTERN, &func))
        return NULL;
    params_len = PyBytes_Size(args[2]);
    results_len = PyBytes_Size(args[3]);
    if (params_len < 0 || results_len < 0)
        return NULL;
    params = (const uint8_t *)PyBytes_AsString(args[2]);
    results = (const uint8_t *)PyBytes_AsString(args[3]);
    plain = params_len <= AW_MOST_PARAMS && results_len <= 1;
    for (index = 0; plain && index < params_len; index++)
        plain = aw_is_number(params[index]);
    if (plain && results_len == 1)
        plain = aw_is_number(results[0]);
    callable->func = plain ? func : NULL;
    callable->store = args[1] == Py_None ? NULL : args[1];
    if (plain) {
        callable->params_len = (uint8_t)params_len;
        memcpy(callable->params, params, (size_t)params_len);
        callable->result = results_len ? results[0] : 0;
    }
    Py_INCREF(args[0]);
    callable->owner = args[0];
    Py_XDECREF(former);
    Py_RETURN_NONE;
}

/* An owner refers to nothing, so that the garbage collector need not look at it. */
static void aw_callable_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    Py_XDECREF(((aw_callable *)self)->owner);
    release(self);
    Py_DECREF(type);
}

static PyMethodDef aw_callable_methods[] = {
    {"_bind", (PyCFunction)(void (*)(void))aw_callable_bind, METH_FASTCALL, "Says what is called, for whose store, and with which types."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot aw_callable_slots[] = {
    {Py_tp_call, (void *)aw_callable_call},
    {Py_tp_dealloc, (void *)aw_callable_dealloc},
    {Py_tp_methods, aw_callable_methods},
    {Py_tp_doc, "The fast path of calling a WebAssembly function."},
    {0, NULL},
};

static PyType_Spec aw_callable_spec = {
    "anywasm.engines.Callable", sizeof(aw_callable), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, aw_callable_slots,
};
