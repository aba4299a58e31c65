/* New stores and instances, and the exports of instances, as owners.
 *
 * A program that gives each request a store of its own creates these objects all the time. These functions need none of
 * cffi's pointer objects, and so are faster. Each returns None if the shim failed and left an error.
 */

#include "glue.h"

/* The size of the array on the stack, which holds the imports of most modules. */
#define PY_FEW_IMPORTS 16

/* new_store(engine) -> store */
PyObject *py_new_store(PyObject *module, PyObject *engine)
{
    void *pointer;
    (void)module;
    if (!py_owner_pointer(engine, PY_ENGINE, &pointer))
        return NULL;
    return py_owner_new(PY_STORE, aw_store_new(pointer));
}

/* new_instance(store, module, list of externs) -> instance */
PyObject *py_new_instance(PyObject *self, PyObject *const *args, Py_ssize_t arg_count)
{
    void *store, *module, *few[PY_FEW_IMPORTS], **imports = few;
    Py_ssize_t index, count;
    PyObject *result = NULL;
    aw_instance *instance;

    (void)self;
    if (!py_check_argument_count("new_instance", arg_count, 3) || !py_owner_pointer(args[0], PY_STORE, &store)
        || !py_owner_pointer(args[1], PY_MODULE, &module))
        return NULL;
    count = PyList_Size(args[2]);
    if (count < 0)
        return NULL;
    if (count > PY_FEW_IMPORTS && !(imports = PyMem_Malloc((size_t)count * sizeof *imports)))
        return PyErr_NoMemory();
    for (index = 0; index < count; index++)
        if (!py_owner_pointer(PyList_GetItem(args[2], index), PY_EXTERN, &imports[index]))
            goto done;
    /* The module's start function runs in this call. Besides, another thread in the store may be waiting for the
     * GIL. */
    Py_BEGIN_ALLOW_THREADS
    instance = aw_instance_new(store, module, (const aw_extern *const *)imports, (size_t)count);
    Py_END_ALLOW_THREADS
    result = py_owner_new(PY_INSTANCE, instance);
done:
    if (imports != few)
        PyMem_Free(imports);
    return result;
}

/* instance_export(instance, position in the module's order) -> extern */
PyObject *py_instance_export(PyObject *module, PyObject *const *args, Py_ssize_t arg_count)
{
    void *instance;
    size_t index;
    aw_extern *found;

    (void)module;
    if (!py_check_argument_count("instance_export", arg_count, 2)
        || !py_owner_pointer(args[0], PY_INSTANCE, &instance))
        return NULL;
    index = PyLong_AsSize_t(args[1]);
    if (PyErr_Occurred())
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    found = aw_instance_export(instance, index);
    Py_END_ALLOW_THREADS
    return py_owner_new(PY_EXTERN, found);
}
