/* Declarations that the C files of the glue share.
 *
 * The glue makes the shim (anywasm.h) a Python extension module. cffi wraps every function of anywasm.h. The C files in
 * this folder do the same work faster where speed matters, and do what cffi cannot do:
 *
 *   Python calls the shim    call.c        calls of WebAssembly functions
 *                            memory.c      copies of a memory's bytes
 *                            elements.c    typed views of a memory
 *                            buffer.c      memories through the buffer protocol
 *                            make.c        new stores and instances, and their exports
 *   an engine calls Python   host.c        host functions
 *                            stream.c      standard streams of WASI
 *                            interrupt.c   signal handlers
 *   both need                module.c      the contents of the extension module
 *                            setup.c       the Python functions that C calls
 *                            owner.c       Python objects that own objects of the shim
 *                            numbers.h     number conversion
 *                            exceptions.c  exceptions that end a guest
 *                            gil.c         the GIL on a thread that runs a guest
 *
 * Terms:
 *   fast path   C code for the usual case.
 *   slow path   A Python function for all other cases, with the rules and error texts of the API style in use. If the
 *               fast path cannot handle a case, it changes nothing and calls the slow path.
 *   to park     To keep an exception in a Python dictionary while the engine leaves the guest's frames.
 *   token       The number of a parked exception. Only the token passes through the engine; the token 0 means success.
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

/* Creates the extension module. Returns NULL with an exception set on failure. src/glue/mod.rs calls this function. */
PyObject *py_init_module(void);

/* Returns 1 if `count` is `expected`. Otherwise raises TypeError in the name of `function` and returns 0. */
int py_check_argument_count(const char *function, Py_ssize_t count, Py_ssize_t expected);

/* setup.c */

/* Indices into `py_callbacks`: the Python functions that `setup` gets, each with its arguments and its result. */
enum {
    PY_CALL_SLOWLY,           /* (function, argument tuple) -> what the call returns */
    PY_RAISE_FAILURE,         /* (function): never returns, but raises the exception of the call that has just failed */
    PY_HOST_SLOWLY,           /* see host.c for the arguments and the result */
    PY_PARK_HOST_EXCEPTION,   /* (Python object of the store, exception) -> token */
    PY_PARK_STREAM_EXCEPTION, /* (exception) -> token */
    PY_PARK_SIGNAL_EXCEPTION, /* (exception) -> token */
    PY_GET_ELEMENTS,          /* (view, key) -> element or list of elements */
    PY_SET_ELEMENTS,          /* (view, key, value) -> None */
    PY_DELETE_ELEMENTS,       /* (view, key) -> None */
    PY_COUNT_ELEMENTS,        /* (view) -> number of elements */
    PY_RENEW_BUFFER,          /* (buffer, address of the memory) -> buffer over the memory's present bytes */
    PY_RESULTS_ATTRIBUTE,     /* not a function, but the name of the store's attribute that `py_keep_results` sets */
    PY_CALLBACK_COUNT,
};

/* Strong references, which are never released. Before `setup` has run, each is a function that raises RuntimeError. */
extern PyObject *py_callbacks[PY_CALLBACK_COUNT];

/* Fills `py_callbacks` with the function that raises RuntimeError. Returns -1 with an exception set on failure. */
int py_init_callbacks(void);

PyObject *py_setup(PyObject *module, PyObject *args, PyObject *keywords);

/* owner.c */

/* The kinds of owners: the types of the shim that they own. */
enum {
    PY_ENGINE, PY_EXTERN, PY_INSTANCE, PY_MODULE, PY_OPTIONS, PY_SHARED_MEMORY, PY_STORE, PY_WASI, PY_WASI_ROOT,
    PY_OWNER_KIND_COUNT,
};

/* Returns a new owner of `pointer`, or None for NULL. If Python has no memory for the owner, deletes the object of the
 * shim and returns NULL with an exception set. */
PyObject *py_owner_new(int kind, const void *pointer);

/* Writes the pointer of an owner to `*pointer` and returns 1. If `object` is not an owner of this kind, made by this
 * engine module, raises TypeError and returns 0. The pointer is valid as long as the owner is. */
int py_owner_pointer(PyObject *object, int kind, void **pointer);

/* Creates the type `Owner` and adds it to the module. Returns -1 with an exception set on failure. */
int py_owner_add_type(PyObject *module);

/* exceptions.c */

/* The token of an exception that could not be parked. Python gives no exception this token. */
#define PY_LOST_TOKEN UINT64_MAX

/* Clears the current exception and returns it, with its traceback. Returns NULL if no exception is set. */
PyObject *py_take_exception(void);

/* Clears the current exception, hands it to the Python function `py_callbacks[park]`, and returns its token. `store` is
 * the function's first argument, or NULL for a function that takes only the exception. */
uint64_t py_park_exception(int park, PyObject *store);

/* gil.c */

/* PY_BEGIN_GIL takes the GIL on a thread that runs a guest; PY_END_GIL releases the GIL. Both must stand in one block.
 *
 * A daemon thread may wait for the GIL while the interpreter shuts down. Pythons before 3.14 end such a thread by
 * unwinding its stack (pthread_exit). The frames of an engine on that stack must not be unwound, so the cleanup handler
 * suspends the thread for ever instead, as Python 3.14 does itself. */
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

/* The types and functions that module.c adds to the extension module. The files that define them document them. */

extern PyType_Spec py_callable_spec;      /* call.c */
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

/* interrupt.c */
PyObject *py_watch_signals(PyObject *module, PyObject *main_thread);

#endif
