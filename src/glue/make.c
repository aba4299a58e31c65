/* Functions that create stores, instances and exports of instances, and return their owners, the Python objects that
 * delete them.
 *
 * Some programs create a store for each request and therefore call these functions all the time. The functions are
 * faster than cffi because they create no pointer objects of cffi. Each function returns None if the shim fails. In
 * this case, the shim has stored an error for this thread.
 */

#include "glue.h"

/* Size of the array of imports on the stack. A module with more imports gets an array on the heap. */
#define PY_STACK_IMPORTS 16

/* new_store(owner of an engine) -> owner of a store */
PyObject *py_new_store(PyObject *module, PyObject *engine)
{
    void *pointer;
    (void)module;
    if (!py_unwrap_owner(engine, PY_ENGINE, &pointer))
        return NULL;
    return py_owner_new(PY_STORE, aw_store_new(pointer));
}

/* new_instance(owner of a store, owner of a module, list of owners of the imports) -> owner of an instance
 *
 * An owner is the Python object that deletes an object of the shim. */
PyObject *py_new_instance(PyObject *self, PyObject *const *args, Py_ssize_t arg_count)
{
    void *store, *module, *stack_imports[PY_STACK_IMPORTS], **imports = stack_imports;
    Py_ssize_t index, count;
    PyObject *result = NULL;
    aw_instance *instance;

    (void)self;
    if (!py_check_argument_count("new_instance", arg_count, 3) || !py_unwrap_owner(args[0], PY_STORE, &store)
        || !py_unwrap_owner(args[1], PY_MODULE, &module))
        return NULL;
    count = PyList_Size(args[2]);
    if (count < 0)
        return NULL;
    if (count > PY_STACK_IMPORTS && !(imports = PyMem_Malloc((size_t)count * sizeof *imports)))
        return PyErr_NoMemory();
    for (index = 0; index < count; index++)
        if (!py_unwrap_owner(PyList_GetItem(args[2], index), PY_EXTERN, &imports[index]))
            goto done;
    /* The GIL is released for two reasons. The guest's start function runs in this call. The shim may also wait for
     * another thread in the store, and that thread may need the GIL. */
    Py_BEGIN_ALLOW_THREADS
    instance = aw_instance_new(store, module, (const aw_extern *const *)imports, (size_t)count);
    Py_END_ALLOW_THREADS
    result = py_owner_new(PY_INSTANCE, instance);
done:
    if (imports != stack_imports)
        PyMem_Free(imports);
    return result;
}

/* instance_export(owner of an instance, index of the export in the module) -> owner of an extern */
PyObject *py_instance_export(PyObject *module, PyObject *const *args, Py_ssize_t arg_count)
{
    void *instance;
    size_t index;
    aw_extern *exported;

    (void)module;
    if (!py_check_argument_count("instance_export", arg_count, 2)
        || !py_unwrap_owner(args[0], PY_INSTANCE, &instance))
        return NULL;
    index = PyLong_AsSize_t(args[1]);
    if (PyErr_Occurred())
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    exported = aw_instance_export(instance, index);
    Py_END_ALLOW_THREADS
    return py_owner_new(PY_EXTERN, exported);
}
