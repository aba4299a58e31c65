/* Greenlets: several stacks on one thread, between which Python code may switch at any time.
 *
 * A host function that switches to another greenlet is suspended, and with it the guest that has called it. Until the
 * host function goes on, the engine must not run another guest on this thread (src/store/nesting.rs). This file
 * remembers the greenlet of each running callback, and answers the shim's question whether the innermost callback is
 * suspended.
 *
 * While the package `greenlet` is not loaded, there are no greenlets. Then a callback is only counted.
 */

#include "glue.h"

/* A running callback that began after `greenlet` was loaded. The entries of a thread are a list. An entry is not on the
 * C stack, because greenlets copy the stack to other addresses. */
struct py_callback_entry {
    py_callback_entry *outer, *inner;
    PyObject *greenlet; /* a strong reference to the greenlet that the callback runs in */
};

/* The innermost entry of this thread. */
static PY_THREAD_LOCAL py_callback_entry *py_innermost;

/* The number of running callbacks of this thread that have no entry. They are older than all entries, and run in the
 * main greenlet of the thread. */
static PY_THREAD_LOCAL size_t py_early_callbacks;

/* The function `greenlet.getcurrent`; NULL until `greenlet` is loaded. */
static PyObject *py_getcurrent;

/* Returns whether `greenlet` is loaded. */
static int py_has_greenlets(void)
{
    /* The number of loaded modules at the last look. A module cannot be loaded without changing the number, unless
     * another module is removed, too. */
    static Py_ssize_t module_count;
    PyObject *modules, *module;
    Py_ssize_t count;
    if (py_getcurrent)
        return 1;
    modules = PyImport_GetModuleDict();
    count = PyDict_Size(modules);
    if (count == module_count)
        return 0;
    module_count = count;
    module = PyDict_GetItemString(modules, "greenlet");
    if (!module)
        return 0;
    py_getcurrent = PyObject_GetAttrString(module, "getcurrent");
    if (!py_getcurrent) {
        /* The module is still being loaded. */
        PyErr_Clear();
        module_count = 0;
    }
    return py_getcurrent != NULL;
}

/* Returns a new reference to the current greenlet, or NULL without an exception on failure. */
static PyObject *py_current_greenlet(void)
{
    PyObject *current = PyObject_CallObject(py_getcurrent, NULL);
    if (!current)
        PyErr_Clear();
    return current;
}

py_callback_entry *py_begin_callback(void)
{
    py_callback_entry *entry = py_has_greenlets() ? malloc(sizeof *entry) : NULL;
    if (entry && !(entry->greenlet = py_current_greenlet())) {
        free(entry);
        entry = NULL;
    }
    if (!entry) {
        py_early_callbacks++;
        return NULL;
    }
    entry->outer = py_innermost;
    entry->inner = NULL;
    if (py_innermost)
        py_innermost->inner = entry;
    py_innermost = entry;
    return entry;
}

void py_end_callback(py_callback_entry *entry)
{
    if (!entry) {
        py_early_callbacks--;
        return;
    }
    if (entry->outer)
        entry->outer->inner = entry->inner;
    if (entry->inner)
        entry->inner->outer = entry->outer;
    else
        py_innermost = entry->outer;
    Py_DECREF(entry->greenlet);
    free(entry);
}

/* Returns whether `greenlet` is the main greenlet of its thread, the one without a parent. */
static int py_is_main(PyObject *greenlet)
{
    PyObject *parent = PyObject_GetAttrString(greenlet, "parent");
    int is_main = parent == Py_None;
    if (!parent)
        PyErr_Clear();
    Py_XDECREF(parent);
    return is_main;
}

/* Returns whether the innermost callback runs in the current greenlet. The caller holds the GIL. */
static int py_is_in_innermost(void)
{
    PyObject *current;
    int result;
    if ((!py_innermost && !py_early_callbacks) || !py_has_greenlets())
        return 1;
    current = py_current_greenlet();
    if (!current)
        return 1;
    result = py_innermost ? py_innermost->greenlet == current : py_is_main(current);
    Py_DECREF(current);
    return result;
}

/* The hook of `aw_nesting_hook`. */
static bool py_nesting_hook(void)
{
    int result;
    PyGILState_STATE state = PyGILState_Ensure();
    result = py_is_in_innermost();
    PyGILState_Release(state);
    return result;
}

void py_watch_greenlets(void)
{
    aw_nesting_hook(py_nesting_hook);
}
