/* The Python functions that the glue calls: the slow paths, and the functions that park exceptions (store them until
 * the engine has left the guest).
 *
 * python/anywasm/core/glue.py passes the functions to `setup(...)`, once for each engine module.
 */

#include "glue.h"

PyObject *py_callbacks[PY_CALLBACK_COUNT];

descrgetfunc py_get_target;

/* Names of the keyword arguments of `setup`, in the order of `py_callbacks`. */
static const char *const py_callback_names[PY_CALLBACK_COUNT] = {
    [PY_CALL_SLOWLY] = "call_slowly",
    [PY_RAISE_FAILURE] = "raise_failure",
    [PY_HOST_SLOWLY] = "host_slowly",
    [PY_PARK_HOST_EXCEPTION] = "park_host_exception",
    [PY_PARK_STREAM_EXCEPTION] = "park_stream_exception",
    [PY_PARK_SIGNAL_EXCEPTION] = "park_signal_exception",
    [PY_GET_ELEMENTS] = "get_elements",
    [PY_SET_ELEMENTS] = "set_elements",
    [PY_DELETE_ELEMENTS] = "delete_elements",
    [PY_COUNT_ELEMENTS] = "count_elements",
    [PY_RENEW_BUFFER] = "renew_buffer",
    [PY_RESULTS_ATTRIBUTE] = "results_attribute",
    [PY_TARGET_SLOT] = "target_slot",
};

/* setup(*, call_slowly, raise_failure, ...) -> None
 *
 * Stores its arguments in `py_callbacks`. A second call replaces all functions. */
PyObject *py_setup(PyObject *module, PyObject *args, PyObject *keywords)
{
    PyObject *new_callbacks[PY_CALLBACK_COUNT];
    descrgetfunc get_target;
    int index;

    (void)module;
    if (PyTuple_Size(args) != 0 || !keywords || PyDict_Size(keywords) != PY_CALLBACK_COUNT) {
        PyErr_Format(PyExc_TypeError, "setup takes %d keyword arguments", PY_CALLBACK_COUNT);
        return NULL;
    }
    for (index = 0; index < PY_CALLBACK_COUNT; index++) {
        new_callbacks[index] = PyDict_GetItemString(keywords, py_callback_names[index]);
        if (!new_callbacks[index]) {
            PyErr_Format(PyExc_TypeError, "setup lacks the argument '%s'", py_callback_names[index]);
            return NULL;
        }
    }
    get_target = (descrgetfunc)PyType_GetSlot(Py_TYPE(new_callbacks[PY_TARGET_SLOT]), Py_tp_descr_get);
    if (!get_target) {
        PyErr_SetString(PyExc_TypeError, "setup needs a descriptor as its argument 'target_slot'");
        return NULL;
    }
    py_get_target = get_target;
    /* No Python code runs in this loop, so no thread can see a mixture of old and new functions. The references to the
     * old functions are not released, because another thread may be calling an old function. */
    for (index = 0; index < PY_CALLBACK_COUNT; index++) {
        Py_INCREF(new_callbacks[index]);
        py_callbacks[index] = new_callbacks[index];
    }
    Py_RETURN_NONE;
}

/* Raises RuntimeError. All callbacks are this function until `setup` is called. */
static PyObject *py_raise_not_set_up(PyObject *self, PyObject *args)
{
    (void)self;
    (void)args;
    PyErr_SetString(PyExc_RuntimeError, "setup of this engine module has not been called");
    return NULL;
}

static PyMethodDef py_not_set_up = {"not_set_up", py_raise_not_set_up, METH_VARARGS, "Raises RuntimeError."};

int py_init_callbacks(void)
{
    PyObject *placeholder = PyCFunction_NewEx(&py_not_set_up, NULL, NULL);
    int index;
    if (!placeholder)
        return -1;
    for (index = 0; index < PY_CALLBACK_COUNT; index++) {
        /* An interpreter may initialize the module twice. The second time keeps the functions of an earlier `setup`. */
        if (!py_callbacks[index]) {
            Py_INCREF(placeholder);
            py_callbacks[index] = placeholder;
        }
    }
    Py_DECREF(placeholder);
    return 0;
}
