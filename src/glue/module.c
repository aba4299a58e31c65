/* The extension module. It contains `ffi` and `lib`, which cffi generates, and the types and functions of the glue. */

#include "glue.h"

/* Returns a new module with `ffi` and `lib`. cffi generates this function, and build.rs renames it. */
PyObject *py_cffi_init(void);

/* Initializes two members of a PyMethodDef, the function and its flags, for a function with an array of arguments. */
#define PY_ARRAY_FUNCTION(function) (PyCFunction)(void (*)(void))function, METH_FASTCALL

/* Returns whether this code runs in the main interpreter of the process, which has the number 0. Other interpreters
 * cannot use the glue, because its static variables refer to objects of one interpreter. */
static bool py_in_main_interpreter(void)
{
    return PyInterpreterState_GetID(PyInterpreterState_Get()) == 0;
}

/* is_main_interpreter() -> whether this code runs in the main interpreter
 *
 * Python does not call `py_init_module` for an interpreter that shares the GIL with the interpreter that has loaded the
 * module. So the loader calls this function. */
static PyObject *py_is_main_interpreter(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    return PyBool_FromLong(py_in_main_interpreter());
}

static PyMethodDef py_module_functions[] = {
    {"is_main_interpreter", py_is_main_interpreter, METH_NOARGS, "Whether this code runs in the main interpreter."},
    {"setup", (PyCFunction)(void (*)(void))py_setup, METH_VARARGS | METH_KEYWORDS,
     "Stores the Python functions that the C code calls."},
    {"own", PY_ARRAY_FUNCTION(py_own), "Returns a new owner of an object of the shim."},
    {"new_store", py_new_store, METH_O, "Returns the owner of a new store of an engine."},
    {"new_host_func", PY_ARRAY_FUNCTION(py_new_host_func), "Returns the owner of a new host function."},
    {"new_instance", PY_ARRAY_FUNCTION(py_new_instance), "Returns the owner of a new instance of a module."},
    {"instance_export", PY_ARRAY_FUNCTION(py_instance_export), "Returns the owner of an instance's export."},
    {"connect_stream", PY_ARRAY_FUNCTION(py_connect_stream), "Connects a standard stream of WASI to a callable."},
    {"watch_signals", py_watch_signals, METH_O, "Makes running guests run Python's signal handlers."},
    {"watch_greenlets", py_watch_greenlets, METH_NOARGS, "Refuses guests while a host function is suspended."},
    {NULL, NULL, 0, NULL},
};

int py_check_argument_count(const char *function, Py_ssize_t count, Py_ssize_t expected)
{
    if (count == expected)
        return 1;
    PyErr_Format(PyExc_TypeError, "%s takes %zd arguments, not %zd", function, expected, count);
    return 0;
}

/* Creates a type and adds the type to the module. Returns 0, or -1 with an exception set on failure. */
static int py_add_type(PyObject *module, const char *name, PyType_Spec *spec)
{
    PyObject *type = PyType_FromSpec(spec);
    int outcome = type ? PyObject_SetAttrString(module, name, type) : -1;
    Py_XDECREF(type);
    return outcome;
}

PyObject *py_init_module(void)
{
    PyObject *module;
    if (!py_in_main_interpreter()) {
        /* The text is that of CPython for an interpreter with a GIL of its own. */
        PyErr_SetString(PyExc_ImportError, "the module does not support loading in subinterpreters");
        return NULL;
    }
    module = py_cffi_init();
    if (!module)
        return NULL;
    if (py_init_callbacks() < 0 || py_owner_add_type(module) < 0
        || PyModule_AddFunctions(module, py_module_functions) < 0
        || py_add_type(module, "Callable", &py_callable_spec) < 0
        || py_add_type(module, "CallTarget", &py_call_target_spec) < 0
        || py_add_type(module, "MemoryBytes", &py_memory_bytes_spec) < 0
        || py_add_type(module, "MemoryBuffer", &py_memory_buffer_spec) < 0
        || py_add_type(module, "MemoryElements", &py_elements_spec) < 0)
        Py_CLEAR(module);
    return module;
}
