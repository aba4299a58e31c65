/* Greenlets: several stacks on one thread, between which Python code may switch at any time.
 *
 * A host function that switches to another greenlet is suspended, and with it the guest that has called it. Until the
 * host function goes on, the engine must not run another guest on this thread (src/store/nesting.rs). This file
 * remembers the greenlet of each running callback, and answers the shim's question whether the innermost callback is
 * suspended.
 *
 * Before the package `greenlet` is imported, there are no greenlets. Then a callback is only counted.
 * python/anywasm/core/greenlets.py calls `watch_greenlets` when the import begins.
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

/* Whether `greenlet` is imported, or is being imported. */
static int py_expects_greenlets;

/* The function `greenlet.getcurrent`; NULL until `greenlet` is loaded. */
static PyObject *py_getcurrent;

/* Returns a new reference to the current greenlet. Returns NULL without an exception if there are no greenlets. */
static PyObject *py_current_greenlet(void)
{
    PyObject *module, *current;
    if (!py_getcurrent) {
        module = PyDict_GetItemString(PyImport_GetModuleDict(), "greenlet");
        py_getcurrent = module ? PyObject_GetAttrString(module, "getcurrent") : NULL;
    }
    current = py_getcurrent ? PyObject_CallObject(py_getcurrent, NULL) : NULL;
    if (!current)
        PyErr_Clear();
    return current;
}

py_callback_entry *py_begin_callback(void)
{
    PyObject *greenlet = py_expects_greenlets ? py_current_greenlet() : NULL;
    py_callback_entry *entry = greenlet ? malloc(sizeof *entry) : NULL;
    if (!entry) {
        Py_XDECREF(greenlet);
        py_early_callbacks++;
        return NULL;
    }
    entry->greenlet = greenlet;
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

/* The hook of `aw_nesting_hook`. */
static bool py_nesting_hook(void)
{
    bool result = true;
    PyGILState_STATE state;
    PyObject *current;
    if (!py_innermost && !py_early_callbacks)
        return true;
    state = PyGILState_Ensure();
    current = py_current_greenlet();
    if (current) {
        result = py_innermost ? py_innermost->greenlet == current : py_is_main(current);
        Py_DECREF(current);
    }
    PyGILState_Release(state);
    return result;
}

/* watch_greenlets() -> None */
PyObject *py_watch_greenlets(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    py_expects_greenlets = 1;
    aw_nesting_hook(py_nesting_hook);
    Py_RETURN_NONE;
}
