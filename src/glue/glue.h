/* Declarations that the C files of the glue share.
 *
 * The glue turns the shim (anywasm.h) into a Python extension module. cffi wraps every function of anywasm.h for
 * Python. The C files in this folder replace cffi where cffi is too slow, and add functions that cffi cannot provide:
 *
 *   Python calls the shim    call.c        calls of WebAssembly functions
 *                            memory.c      copies of a memory's bytes
 *                            elements.c    typed views of a memory
 *                            buffer.c      memories through the buffer protocol
 *                            make.c        new stores and instances, and exports of instances
 *   an engine calls Python   host.c        host functions
 *                            stream.c      standard streams of WASI
 *                            interrupt.c   signal handlers
 *   used in both directions  module.c      the contents of the extension module
 *                            setup.c       the Python functions that C calls
 *                            owner.c       Python objects that own objects of the shim
 *                            numbers.h     number conversion
 *                            exceptions.c  exceptions that end a guest
 *                            gil.c         the GIL on a thread that runs a guest
 *                            greenlet.c    callbacks that are suspended in another greenlet
 *
 * Terms:
 *   fast path   C code for the usual cases.
 *   slow path   A Python function for all other cases, with the rules and error texts of the API style in use. If the
 *               fast path cannot handle a case, it changes nothing and calls the slow path.
 *   to park     To store an exception in a Python dictionary while the engine leaves the guest's frames.
 *   token       The number of a parked exception. The shim passes the token on instead of the exception. The token 0
 *               means success.
 *
 * Rules for these files:
 *   - The files use only the limited API of Python 3.10, so that one build works with every CPython from 3.10 on.
 *   - Names of the glue begin with `py_` or `PY_`, names of the shim with `aw_` or `AW_`.
 *   - Static objects are never freed, because Python never unloads an engine module.
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

/* Returns a new extension module, or NULL with an exception set on failure. src/glue/mod.rs calls this function. */
PyObject *py_init_module(void);

/* Returns 1 if `count` is `expected`. If it is not, sets a TypeError that names `function` and returns 0. */
int py_check_argument_count(const char *function, Py_ssize_t count, Py_ssize_t expected);

/* setup.c */

/* Indices into `py_callbacks`. Each comment gives the arguments and the result of the Python function at the index. */
enum {
    PY_CALL_SLOWLY,           /* (function, argument tuple[, keywords]) -> result of the call */
    PY_RAISE_FAILURE,         /* (function): always raises the exception of the last call, which has failed */
    PY_HOST_SLOWLY,           /* host.c describes the arguments and the result */
    PY_PARK_HOST_EXCEPTION,   /* (Python object of the store, exception) -> token */
    PY_PARK_STREAM_EXCEPTION, /* (exception) -> token */
    PY_PARK_SIGNAL_EXCEPTION, /* (exception) -> token */
    PY_GET_ELEMENTS,          /* (view, key) -> element or list of elements */
    PY_SET_ELEMENTS,          /* (view, key, value) -> None */
    PY_DELETE_ELEMENTS,       /* (view, key) -> None */
    PY_COUNT_ELEMENTS,        /* (view) -> number of elements */
    PY_RENEW_BUFFER,          /* (buffer, owner of the memory) -> buffer over the memory's current bytes */
    PY_RESULTS_ATTRIBUTE,     /* not a function: the name of the store's attribute that `py_keep_results` sets */
    PY_TARGET_SLOT,           /* not a function: the descriptor of the functions' slot that contains a CallTarget */
    PY_CALLBACK_COUNT,        /* the number of indices above */
};

/* The Python functions that the glue calls. The glue never releases these strong references. Before the first call of
 * `setup`, each of them is a function that raises RuntimeError. */
extern PyObject *py_callbacks[PY_CALLBACK_COUNT];

/* The function that reads PY_TARGET_SLOT: `py_get_target(descriptor, function, NULL)` returns a new reference to the
 * object in the slot. */
extern descrgetfunc py_get_target;

/* Sets each callback that is NULL to a function that raises RuntimeError. Returns 0, or -1 with an exception set. */
int py_init_callbacks(void);

PyObject *py_setup(PyObject *module, PyObject *args, PyObject *keywords);

/* owner.c */

/* Kinds of owners, the Python objects that delete objects of the shim. Each kind owns objects of one type of the
 * shim. */
enum {
    PY_ENGINE, PY_EXTERN, PY_INSTANCE, PY_MODULE, PY_OPTIONS, PY_SHARED_MEMORY, PY_STORE, PY_WASI, PY_WASI_ROOT,
    PY_OWNER_KIND_COUNT, /* the number of kinds above */
};

/* Returns a new owner of `pointer`, the Python object that deletes the shim's object. Returns None if `pointer` is
 * NULL. If Python has no memory for the owner, deletes the shim's object and returns NULL with an exception set. */
PyObject *py_owner_new(int kind, const void *pointer);

PyObject *py_own(PyObject *module, PyObject *const *args, Py_ssize_t arg_count);

/* Writes the pointer that the owner `object` owns to `*pointer` and returns 1. The pointer is valid until the owner is
 * deallocated. Sets a TypeError and returns 0 if `object` is not an owner of this kind that this engine module has
 * created. */
int py_unwrap_owner(PyObject *object, int kind, void **pointer);

/* Creates the type `Owner` and adds the type to the module. Returns 0, or -1 with an exception set on failure. */
int py_owner_add_type(PyObject *module);

/* exceptions.c */

/* The token for an exception that Python could not park (store until the guest has ended). No parked exception
 * has this token. */
#define PY_LOST_TOKEN UINT64_MAX

/* Clears the current exception and returns the exception object with its traceback. Returns NULL if no exception is
 * set. */
PyObject *py_take_exception(void);

/* Clears the current exception and passes it to `py_callbacks[callback_index]`, one of the functions PY_PARK_*. That
 * function stores the exception and returns its number, the token. Returns the token. `store` is the first argument of
 * PY_PARK_HOST_EXCEPTION. `store` must be NULL for the other functions, because they take only the exception. */
uint64_t py_park_exception(int callback_index, PyObject *store);

/* greenlet.c */

#ifdef _WIN32
#define PY_THREAD_LOCAL __declspec(thread)
#else
#define PY_THREAD_LOCAL __thread
#endif

/* A running callback of a guest, while greenlets exist. */
typedef struct py_callback_entry py_callback_entry;

/* Records that a callback of a guest begins in the current greenlet. Returns the argument of `py_end_callback`, which
 * may be NULL. The caller holds the GIL. */
py_callback_entry *py_begin_callback(void);

/* Records that a callback ends. The caller holds the GIL. */
void py_end_callback(py_callback_entry *entry);

/* gil.c */

/* PY_BEGIN_GIL acquires the GIL on a thread that runs a guest, for a callback. PY_END_GIL releases the GIL. Both macros
 * must be in the same C block.
 *
 * A daemon thread may wait for the GIL while the interpreter shuts down. Python before 3.14 ends such a thread with
 * pthread_exit, which unwinds the thread's stack. The stack contains frames of the engine, and these must not be
 * unwound. The cleanup handler py_hang therefore suspends the thread for ever. Python 3.14 suspends the daemon threads
 * itself. */
#ifdef _WIN32
#define PY_BEGIN_GIL                                                                                                   \
    {                                                                                                                  \
        PyGILState_STATE py_gil_state = PyGILState_Ensure();                                                           \
        py_callback_entry *py_entry = py_begin_callback();
#define PY_END_GIL                                                                                                     \
        py_end_callback(py_entry);                                                                                     \
        PyGILState_Release(py_gil_state);                                                                              \
    }
#else
/* Suspends the calling thread for ever. The parameter is unused. */
void py_hang(void *unused);

#define PY_BEGIN_GIL                                                                                                   \
    {                                                                                                                  \
        PyGILState_STATE py_gil_state;                                                                                 \
        py_callback_entry *py_entry;                                                                                   \
        pthread_cleanup_push(py_hang, NULL);                                                                           \
        py_gil_state = PyGILState_Ensure();                                                                            \
        py_entry = py_begin_callback();
#define PY_END_GIL                                                                                                     \
        py_end_callback(py_entry);                                                                                     \
        PyGILState_Release(py_gil_state);                                                                              \
        pthread_cleanup_pop(0);                                                                                        \
    }
#endif

/* Types and functions that module.c adds to the extension module. Each definition has a comment in the file named. */

extern PyType_Spec py_callable_spec;      /* call.c */
extern PyType_Spec py_call_target_spec;   /* call.c */
extern PyType_Spec py_memory_bytes_spec;  /* memory.c */
extern PyType_Spec py_elements_spec;      /* elements.c */
extern PyType_Spec py_memory_buffer_spec; /* buffer.c */

/* make.c */
PyObject *py_new_store(PyObject *module, PyObject *engine);
PyObject *py_new_instance(PyObject *self, PyObject *const *args, Py_ssize_t arg_count);
PyObject *py_instance_export(PyObject *module, PyObject *const *args, Py_ssize_t arg_count);

/* host.c */
PyObject *py_new_host_func(PyObject *module, PyObject *const *args, Py_ssize_t arg_count);

/* stream.c */
PyObject *py_connect_stream(PyObject *module, PyObject *const *args, Py_ssize_t arg_count);

/* greenlet.c */
PyObject *py_watch_greenlets(PyObject *module, PyObject *unused);

/* interrupt.c */
PyObject *py_watch_signals(PyObject *module, PyObject *main_thread);

#endif
