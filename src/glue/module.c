/* The extension module: cffi's, with our own types in it. */

/* cffi's own init function, under the name that build.rs gives it. */
PyMODINIT_FUNC anywasm_cffi_init(void);

static int aw_py_add_type(PyObject *module, const char *name, PyType_Spec *spec)
{
    PyObject *type = PyType_FromSpec(spec);
    int done = type ? PyObject_SetAttrString(module, name, type) : -1;
    Py_XDECREF(type);
    return done;
}

/* The module's init function, which the symbol that an interpreter looks for calls. */
PyObject *anywasm_py_init(void)
{
    PyObject *module = anywasm_cffi_init();
    if (!module)
        return NULL;
    if (aw_py_add_owner(module) < 0 || PyModule_AddFunctions(module, aw_make_functions) < 0
        || aw_py_add_type(module, "Callable", &aw_callable_spec) < 0
        || aw_py_add_type(module, "MemoryBytes", &aw_memory_bytes_spec) < 0
        || aw_py_add_type(module, "MemoryBuffer", &aw_memory_buffer_spec) < 0
        || aw_py_add_type(module, "MemoryElements", &aw_elements_spec) < 0)
        Py_CLEAR(module);
    return module;
}
