/* Stores, host functions, instances and exports: made as owners, without cffi's objects on the way.
 *
 * A program that gives each request a store of its own makes them all the time. Each function gives None where the shim
 * left an error.
 *
 * Only the limited API is used, so that one build serves every CPython.
 */

/* Imports that need no memory of their own. */
#define AW_FEW_IMPORTS 16

static int aw_py_given(const char *name, Py_ssize_t given, Py_ssize_t wanted)
{
    if (given == wanted)
        return 1;
    PyErr_Format(PyExc_TypeError, "%s takes %zd arguments, not %zd", name, wanted, given);
    return 0;
}

/* new_store(engine) */
static PyObject *aw_py_new_store(PyObject *module, PyObject *engine)
{
    void *pointer;
    (void)module;
    if (!aw_owned(engine, AW_ENGINE, &pointer))
        return NULL;
    return aw_own(AW_STORE, aw_store_new(pointer));
}

/* new_instance(store, module, list of externs) */
static PyObject *aw_py_new_instance(PyObject *self, PyObject *const *args, Py_ssize_t given)
{
    void *store, *module, *few[AW_FEW_IMPORTS], **imports = few;
    Py_ssize_t index, count;
    PyObject *result = NULL;
    aw_instance *instance;

    (void)self;
    if (!aw_py_given("new_instance", given, 3) || !aw_owned(args[0], AW_STORE, &store)
        || !aw_owned(args[1], AW_MODULE, &module))
        return NULL;
    count = PyList_Size(args[2]);
    if (count < 0)
        return NULL;
    if (count > AW_FEW_IMPORTS && !(imports = PyMem_Malloc((size_t)count * sizeof *imports)))
        return PyErr_NoMemory();
    for (index = 0; index < count; index++)
        if (!aw_owned(PyList_GetItem(args[2], index), AW_EXTERN, &imports[index]))
            goto done;
    /* The start function runs; another thread that is in the store may want the GIL. */
    Py_BEGIN_ALLOW_THREADS
    instance = aw_instance_new(store, module, (const aw_extern *const *)imports, (size_t)count);
    Py_END_ALLOW_THREADS
    result = aw_own(AW_INSTANCE, instance);
done:
    if (imports != few)
        PyMem_Free(imports);
    return result;
}

/* instance_export(instance, position) */
static PyObject *aw_py_instance_export(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    void *instance;
    size_t index;
    aw_extern *found;

    (void)module;
    if (!aw_py_given("instance_export", given, 2) || !aw_owned(args[0], AW_INSTANCE, &instance))
        return NULL;
    index = PyLong_AsSize_t(args[1]);
    if (PyErr_Occurred())
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    found = aw_instance_export(instance, index);
    Py_END_ALLOW_THREADS
    return aw_own(AW_EXTERN, found);
}

/* new_host_func(store, holder, callable, signature, parameter types, result types): see host.c. */
static PyObject *aw_py_new_host_func(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    void *store;
    aw_extern *func;
    aw_py_host *host;

    (void)module;
    if (!aw_py_given("new_host_func", given, 6) || !aw_owned(args[0], AW_STORE, &store))
        return NULL;
    host = aw_py_host_new(args[1], args[2], args[3], args[4], args[5]);
    if (!host)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    func = aw_func_new(store, host->types, host->params_len, host->types + host->params_len, host->results_len,
                       aw_py_host_call, host, aw_py_host_free);
    Py_END_ALLOW_THREADS
    return aw_own(AW_EXTERN, func);
}

static PyMethodDef aw_make_functions[] = {
    {"new_store", aw_py_new_store, METH_O, "A store of an engine."},
    {"new_host_func", (PyCFunction)(void (*)(void))aw_py_new_host_func, METH_FASTCALL, "A host function."},
    {"new_instance", (PyCFunction)(void (*)(void))aw_py_new_instance, METH_FASTCALL, "An instance with its imports."},
    {"instance_export", (PyCFunction)(void (*)(void))aw_py_instance_export, METH_FASTCALL, "An instance's export."},
    {NULL, NULL, 0, NULL},
};
