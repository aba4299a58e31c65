/* Declarations that the C files of the glue share.
 *
 * The glue makes the shim (anywasm.h) a Python extension module. cffi wraps every function of anywasm.h; the C files of
 * this folder add what has to be faster than cffi, or what cffi cannot do:
 *
 *   Python calls the shim     call.c: WebAssembly functions; memory.c, elements.c, buffer.c: the bytes of memories;
 *                             make.c: new stores, instances and functions
 *   an engine calls Python    host.c: host functions; stream.c: standard streams of WASI; interrupt.c: signal handlers
 *   shared by both            module.c: the module's contents; setup.c: Python functions that C calls; owner.c: who
 *                             deletes the shim's objects; numbers.h: number conversion; exceptions.c, gil.c
 *
 * Terms:
 *   fast path   The C code for the usual case.
 *   slow path   A Python function for all other cases, which applies the rules and error texts of each API style. Where
 *               the fast path does not know what to do, it changes nothing and calls the slow path.
 *   to park     To keep a Python exception in a dictionary of Python's while the engine leaves the guest's frames.
 *   token       The number that stands for a parked exception. The engine carries only the token; 0 means success.
 *
 * Rules for these files:
 *   - They use only the limited API of Python 3.10, so that one build serves every CPython from 3.10 on.
 *   - Names of the glue begin with `py_` or `PY_`, names of the shim with `aw_` or `AW_`.
 *   - Engine modules are never unloaded, so static objects are never freed.
 */

#ifndef PY_GLUE_H
#define PY_GLUE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifndef _WIN32
#include <pthread.h>
#endif

#include "anywasm.h"

/* module.c */

/* Creates the extension module; returns NULL with an exception set if that fails. Called by src/glue/mod.rs. */
PyObject *py_init_module(void);

/* Returns 1 if `count` is `expected`. Otherwise raises TypeError in the name of `function` and returns 0. */
int py_check_argument_count(const char *function, Py_ssize_t count, Py_ssize_t expected);

/* setup.c */

/* What Python hands over to `setup`, as indices into `py_callbacks`: functions, with arguments and result. */
enum {
    PY_CALL_SLOWLY,           /* (function, argument tuple) -> what the call returns */
    PY_RAISE_FAILURE,         /* (function) -> never returns: raises the exception of the call that has just failed */
    PY_HOST_SLOWLY,           /* see host.c */
    PY_PARK_HOST_EXCEPTION,   /* (Python object of the store, exception) -> token */
    PY_PARK_STREAM_EXCEPTION, /* (exception) -> token */
    PY_PARK_SIGNAL_EXCEPTION, /* (exception) -> token */
    PY_GET_ELEMENTS,          /* (view, key) -> element or list of elements */
    PY_SET_ELEMENTS,          /* (view, key, value) -> None */
    PY_DELETE_ELEMENTS,       /* (view, key) -> None */
    PY_COUNT_ELEMENTS,        /* (view) -> number of elements */
    PY_RENEW_BUFFER,          /* (buffer, address of the memory) -> buffer over the memory's present bytes */
    PY_RESULTS_ATTRIBUTE,     /* not a function but a str: the attribute of a store that `py_keep_results` writes */
    PY_CALLBACK_COUNT,
};

/* Strong references, which are never released. Before `setup` has run, each is a function that raises RuntimeError. */
extern PyObject *py_callbacks[PY_CALLBACK_COUNT];

/* Fills `py_callbacks` with the function that raises RuntimeError. Returns -1 with an exception set if that fails. */
int py_init_callbacks(void);

PyObject *py_setup(PyObject *module, PyObject *args, PyObject *keywords);

/* owner.c */

enum {
    PY_ENGINE, PY_EXTERN, PY_INSTANCE, PY_MODULE, PY_OPTIONS, PY_SHARED_MEMORY, PY_STORE, PY_WASI, PY_WASI_ROOT,
    PY_OWNER_KIND_COUNT,
};

/* Returns a new owner of `pointer`, or None for NULL. If there is no memory for an owner, deletes what `pointer` points
 * to and returns NULL with an exception set. */
PyObject *py_owner_new(int kind, const void *pointer);

/* Writes the pointer of an owner to `*pointer` and returns 1. If `object` is not an owner of this kind, made by this
 * engine module, raises TypeError and returns 0. The pointer is valid as long as the owner is. */
int py_owner_pointer(PyObject *object, int kind, void **pointer);

/* Creates the type `Owner` and adds it to the module. Returns -1 with an exception set if that fails. */
int py_owner_add_type(PyObject *module);

/* exceptions.c */

/* The token of an exception that Python failed to park. No other exception has this token. */
#define PY_LOST_TOKEN UINT64_MAX

/* Clears the current exception and returns it, with its traceback. Returns NULL if no exception is set. */
PyObject *py_take_exception(void);

/* Clears the current exception, hands it to the Python function `py_callbacks[park]`, and returns its token. `store` is
 * the function's first argument, or NULL for a function that takes only the exception. */
uint64_t py_park_exception(int park, PyObject *store);

/* gil.c */

#ifdef _WIN32
#define PY_BEGIN_GIL                                                                                                   \
    {                                                                                                                  \
        PyGILState_STATE py_gil_state = PyGILState_Ensure();
#define PY_END_GIL                                                                                                     \
        PyGILState_Release(py_gil_state);                                                                              \
    }
#else
/* Suspends the calling thread for ever. */
void py_hang(void *unused);

/* PY_BEGIN_GIL takes the GIL on a thread that runs a guest; PY_END_GIL releases it. Both must stand in one block.
 *
 * An interpreter that shuts down ends a daemon thread that waits for the GIL by unwinding the thread's stack. The frames
 * of an engine must not be unwound, so the cleanup handler suspends the thread instead. Python 3.14 and later suspend
 * the thread themselves. */
#define PY_BEGIN_GIL                                                                                                   \
    {                                                                                                                  \
        PyGILState_STATE py_gil_state;                                                                                 \
        pthread_cleanup_push(py_hang, NULL);                                                                           \
        py_gil_state = PyGILState_Ensure();
#define PY_END_GIL                                                                                                     \
        PyGILState_Release(py_gil_state);                                                                              \
        pthread_cleanup_pop(0);                                                                                        \
    }
#endif

/* The types and functions that module.c adds to the module; each file documents its own. */

extern PyType_Spec py_callable_spec;      /* call.c */
extern PyType_Spec py_memory_bytes_spec;  /* memory.c */
extern PyType_Spec py_elements_spec;      /* elements.c */
extern PyType_Spec py_memory_buffer_spec; /* buffer.c */

PyObject *py_new_store(PyObject *module, PyObject *engine);                                       /* make.c */
PyObject *py_new_instance(PyObject *self, PyObject *const *args, Py_ssize_t arg_count);           /* make.c */
PyObject *py_instance_export(PyObject *module, PyObject *const *args, Py_ssize_t arg_count);      /* make.c */
PyObject *py_new_host_func(PyObject *module, PyObject *const *args, Py_ssize_t arg_count);        /* host.c */
PyObject *py_connect_stream(PyObject *module, PyObject *const *args, Py_ssize_t arg_count);       /* stream.c */
PyObject *py_watch_signals(PyObject *module, PyObject *main_thread);                              /* interrupt.c */

#endif
