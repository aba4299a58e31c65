/* Owners: Python objects that own objects of the shim.
 *
 * An `Owner` contains a pointer to an object of the shim. The deallocation of the owner deletes the shim's object. No
 * other code deletes it. Code that uses the pointer must therefore hold a reference to the owner, even while the GIL is
 * released.
 *
 * Python may deallocate owners on any thread and in any order. The shim's delete functions allow that. An owner refers
 * to no Python object, so it cannot be part of a reference cycle.
 */

#include "glue.h"

/* A kind of owner. */
typedef struct {
    const char *name; /* An owner of the kind NAME has a pointer of the type `aw_NAME *`. */
    void (*delete)(void *pointer);
} py_owner_kind;

/* Defines py_owner_delete_NAME, which calls aw_NAME_delete with a pointer of the right type. */
#define PY_OWNER_DELETE(name)                                                                                          \
    static void py_owner_delete_##name(void *pointer)                                                                  \
    {                                                                                                                  \
        aw_##name##_delete(pointer);                                                                                   \
    }
PY_OWNER_DELETE(engine)
PY_OWNER_DELETE(extern)
PY_OWNER_DELETE(instance)
PY_OWNER_DELETE(module)
PY_OWNER_DELETE(options)
PY_OWNER_DELETE(shared_memory)
PY_OWNER_DELETE(store)
PY_OWNER_DELETE(wasi)
PY_OWNER_DELETE(wasi_root)
#undef PY_OWNER_DELETE

static const py_owner_kind py_owner_kinds[PY_OWNER_KIND_COUNT] = {
    [PY_ENGINE] = {"engine", py_owner_delete_engine},
    [PY_EXTERN] = {"extern", py_owner_delete_extern},
    [PY_INSTANCE] = {"instance", py_owner_delete_instance},
    [PY_MODULE] = {"module", py_owner_delete_module},
    [PY_OPTIONS] = {"options", py_owner_delete_options},
    [PY_SHARED_MEMORY] = {"shared_memory", py_owner_delete_shared_memory},
    [PY_STORE] = {"store", py_owner_delete_store},
    [PY_WASI] = {"wasi", py_owner_delete_wasi},
    [PY_WASI_ROOT] = {"wasi_root", py_owner_delete_wasi_root},
};

typedef struct {
    PyObject_HEAD
    void *pointer; /* the shim's object, never NULL */
    const py_owner_kind *kind;
} py_owner;

static PyTypeObject *py_owner_type;

PyObject *py_owner_new(int kind, const void *pointer)
{
    py_owner *owner;
    if (!pointer)
        Py_RETURN_NONE;
    owner = PyObject_New(py_owner, py_owner_type);
    if (!owner) {
        py_owner_kinds[kind].delete((void *)pointer);
        return NULL;
    }
    owner->pointer = (void *)pointer;
    owner->kind = &py_owner_kinds[kind];
    return (PyObject *)owner;
}

int py_unwrap_owner(PyObject *object, int kind, void **pointer)
{
    if (Py_TYPE(object) != py_owner_type || ((py_owner *)object)->kind != &py_owner_kinds[kind]) {
        PyErr_Format(PyExc_TypeError, "expected an owner of the kind '%s', of the same engine",
                     py_owner_kinds[kind].name);
        return 0;
    }
    *pointer = ((py_owner *)object)->pointer;
    return 1;
}

static void py_owner_dealloc(PyObject *self)
{
    py_owner *owner = (py_owner *)self;
    PyTypeObject *type = Py_TYPE(self);
    /* The GIL is released so that other threads can run: to free a large memory takes long. */
    Py_BEGIN_ALLOW_THREADS
    owner->kind->delete(owner->pointer);
    Py_END_ALLOW_THREADS
    PyObject_Free(self);
    Py_DECREF(type);
}

/* own(name of a kind, address) -> owner of the shim's object at this address
 *
 * The address is an int, the value of a pointer that a cffi function returned. Returns None if the address is 0. This is
 * a function of the module, and the type `Owner` has no constructor, so that no program can make an owner of an address
 * through the class of an owner that it found. */
PyObject *py_own(PyObject *module, PyObject *const *args, Py_ssize_t arg_count)
{
    unsigned long long address;
    int kind;
    (void)module;
    if (!py_check_argument_count("own", arg_count, 2))
        return NULL;
    address = PyLong_AsUnsignedLongLong(args[1]);
    if (PyErr_Occurred())
        return NULL;
    for (kind = 0; kind < PY_OWNER_KIND_COUNT; kind++)
        if (PyUnicode_Check(args[0]) && PyUnicode_CompareWithASCIIString(args[0], py_owner_kinds[kind].name) == 0)
            return py_owner_new(kind, (void *)(uintptr_t)address);
    PyErr_Format(PyExc_ValueError, "nothing is owned of the kind %R", args[0]);
    return NULL;
}

static PyObject *py_owner_get_address(PyObject *self, void *unused)
{
    (void)unused;
    return PyLong_FromUnsignedLongLong((unsigned long long)(uintptr_t)((py_owner *)self)->pointer);
}

static PyObject *py_owner_get_kind(PyObject *self, void *unused)
{
    (void)unused;
    return PyUnicode_FromString(((py_owner *)self)->kind->name);
}

static PyGetSetDef py_owner_properties[] = {
    {"address", py_owner_get_address, NULL, "The pointer, as an int.", NULL},
    {"kind", py_owner_get_kind, NULL, "The name of the kind: the pointer's type is `aw_KIND *`.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot py_owner_slots[] = {
    {Py_tp_dealloc, (void *)py_owner_dealloc},
    {Py_tp_getset, py_owner_properties},
    {Py_tp_doc, "Owns an object of the shim, and deletes it when the owner is deallocated."},
    {0, NULL},
};

static PyType_Spec py_owner_spec = {
    "anywasm.engines.Owner", sizeof(py_owner), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    py_owner_slots,
};

int py_owner_add_type(PyObject *module)
{
    py_owner_type = (PyTypeObject *)PyType_FromSpec(&py_owner_spec);
    return py_owner_type ? PyObject_SetAttrString(module, "Owner", (PyObject *)py_owner_type) : -1;
}
