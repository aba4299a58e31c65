/* Owners: what the shim gave out, held by Python objects.
 *
 * An `Owner` deletes its pointer when it goes, and never earlier: whoever uses the pointer holds the owner, also while
 * the GIL is given up. It may go on whatever thread, in whatever order: the shim sees to it. It refers to no Python
 * object, so it is part of no cycle.
 *
 * Only the limited API is used, so that one build serves every CPython.
 */

typedef struct {
    const char *name; /* the pointer's type is `aw_NAME *` */
    void (*delete)(void *pointer);
} aw_kind;

#define AW_DELETE(name)                                                                                                \
    static void aw_own_##name(void *pointer)                                                                           \
    {                                                                                                                  \
        aw_##name##_delete(pointer);                                                                                   \
    }
AW_DELETE(engine)
AW_DELETE(extern)
AW_DELETE(instance)
AW_DELETE(module)
AW_DELETE(options)
AW_DELETE(shared_memory)
AW_DELETE(store)
AW_DELETE(wasi)
AW_DELETE(wasi_root)
#undef AW_DELETE

enum {
    AW_ENGINE, AW_EXTERN, AW_INSTANCE, AW_MODULE, AW_OPTIONS, AW_SHARED_MEMORY, AW_STORE, AW_WASI, AW_WASI_ROOT,
    AW_KINDS,
};

static const aw_kind aw_kinds[AW_KINDS] = {
    [AW_ENGINE] = {"engine", aw_own_engine},
    [AW_EXTERN] = {"extern", aw_own_extern},
    [AW_INSTANCE] = {"instance", aw_own_instance},
    [AW_MODULE] = {"module", aw_own_module},
    [AW_OPTIONS] = {"options", aw_own_options},
    [AW_SHARED_MEMORY] = {"shared_memory", aw_own_shared_memory},
    [AW_STORE] = {"store", aw_own_store},
    [AW_WASI] = {"wasi", aw_own_wasi},
    [AW_WASI_ROOT] = {"wasi_root", aw_own_wasi_root},
};

typedef struct {
    PyObject_HEAD
    void *pointer;
    const aw_kind *kind;
} aw_owner;

/* Held for good: the engine module is never unloaded. */
static PyTypeObject *aw_owner_type;

/* A new owner, which deletes the pointer even where there is no memory for it; None for NULL. */
static PyObject *aw_own(int kind, const void *pointer)
{
    aw_owner *owner;
    if (!pointer)
        Py_RETURN_NONE;
    owner = PyObject_New(aw_owner, aw_owner_type);
    if (!owner) {
        aw_kinds[kind].delete((void *)pointer);
        return NULL;
    }
    owner->pointer = (void *)pointer;
    owner->kind = &aw_kinds[kind];
    return (PyObject *)owner;
}

/* Whether it is an owner of this kind, of this engine; else a TypeError. */
static int aw_owned(PyObject *object, int kind, void **pointer)
{
    if (Py_TYPE(object) != aw_owner_type || ((aw_owner *)object)->kind != &aw_kinds[kind]) {
        PyErr_Format(PyExc_TypeError, "expected an owner of the kind '%s', of the same engine", aw_kinds[kind].name);
        return 0;
    }
    *pointer = ((aw_owner *)object)->pointer;
    return 1;
}

static void aw_owner_dealloc(PyObject *self)
{
    aw_owner *owner = (aw_owner *)self;
    PyTypeObject *type = Py_TYPE(self);
    /* Large memories take long to free. */
    Py_BEGIN_ALLOW_THREADS
    owner->kind->delete(owner->pointer);
    Py_END_ALLOW_THREADS
    PyObject_Free(self);
    Py_DECREF(type);
}

/* Owner(kind, address): owns what cffi got from the shim. */
static PyObject *aw_owner_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    const char *name;
    unsigned long long address;
    int kind;
    (void)type;
    (void)keywords;
    if (!PyArg_ParseTuple(args, "sK", &name, &address))
        return NULL;
    for (kind = 0; kind < AW_KINDS; kind++)
        if (strcmp(name, aw_kinds[kind].name) == 0)
            return aw_own(kind, (void *)(uintptr_t)address);
    PyErr_Format(PyExc_ValueError, "nothing is owned of the kind '%s'", name);
    return NULL;
}

static PyObject *aw_owner_address(PyObject *self, void *unused)
{
    (void)unused;
    return PyLong_FromUnsignedLongLong((unsigned long long)(uintptr_t)((aw_owner *)self)->pointer);
}

static PyObject *aw_owner_kind(PyObject *self, void *unused)
{
    (void)unused;
    return PyUnicode_FromString(((aw_owner *)self)->kind->name);
}

static PyGetSetDef aw_owner_properties[] = {
    {"address", aw_owner_address, NULL, "Where it is.", NULL},
    {"kind", aw_owner_kind, NULL, "Of which kind: the pointer's type is `aw_KIND *`.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot aw_owner_slots[] = {
    {Py_tp_new, (void *)aw_owner_new},
    {Py_tp_dealloc, (void *)aw_owner_dealloc},
    {Py_tp_getset, aw_owner_properties},
    {Py_tp_doc, "Deletes what it owns when it goes."},
    {0, NULL},
};

static PyType_Spec aw_owner_spec = {
    "anywasm.engines.Owner", sizeof(aw_owner), 0, Py_TPFLAGS_DEFAULT, aw_owner_slots,
};

static int aw_py_add_owner(PyObject *module)
{
    aw_owner_type = (PyTypeObject *)PyType_FromSpec(&aw_owner_spec);
    return aw_owner_type ? PyObject_SetAttrString(module, "Owner", (PyObject *)aw_owner_type) : -1;
}
