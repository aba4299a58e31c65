/* Python's buffer protocol for WebAssembly memories. A memoryview shows the memory's bytes without a copy.
 *
 * A `MemoryBuffer` pins the memory's bytes from its creation to its deallocation: the address of the bytes stays valid
 * even if the program grows the memory, deletes the memory, or closes the store. A memoryview over the buffer holds a
 * reference to the buffer.
 *
 * A memory can grow after the creation of its buffer. A memoryview that the program then creates shows the bytes of a
 * new buffer, which the Python function PY_RENEW_BUFFER returns (python/anywasm/core/buffer.py).
 */

#include "memory.h"

/* Python's limited API contains the buffer protocol from version 3.11 on. Python 3.10 has the same type slot and the
 * same struct but does not declare them for the limited API. These declarations are therefore copied here. */
#if Py_LIMITED_API + 0 < 0x030b0000
#define Py_bf_getbuffer 1
typedef struct {
    void *buf;
    PyObject *obj;
    Py_ssize_t len, itemsize;
    int readonly, ndim;
    char *format;
    Py_ssize_t *shape, *strides, *suboffsets;
    void *internal;
} Py_buffer;
#define PyBUF_FORMAT 0x4
#define PyBUF_ND 0x8
#define PyBUF_STRIDES (0x10 | PyBUF_ND)
#endif

typedef struct {
    PyObject_HEAD
    /* The memory. The pointer is valid while this object refers to `owner`, because only `owner` deletes the memory. */
    const aw_extern *memory;
    /* A strong reference to the owner, the Python object that deletes `memory`. This object does not refer to the Python
     * object of the memory, because that object refers to the store, and the store refers to all host functions. If a
     * host function refers to an array over this buffer, the references would form a cycle. An array may belong to a
     * class that Python's garbage collector cannot traverse, and then the cycle would never be freed. */
    PyObject *owner;
    aw_pin *pin;
    uint8_t *bytes;
    size_t len;
} py_memory_buffer;

/* _core_pinned(owner of the memory's `aw_extern`) -> buffer
 *
 * Returns None if the shim fails. In this case, the shim has stored an error for this thread. */
static PyObject *py_memory_buffer_pinned(PyObject *type, PyObject *owner)
{
    py_memory_buffer *buffer;
    void *memory;
    aw_pin *pin;
    uint8_t *bytes;
    size_t len;

    if (!py_unwrap_owner(owner, PY_EXTERN, &memory))
        return NULL;
    /* The GIL is released because the shim may wait for another thread in the store. That thread may need the GIL. */
    Py_BEGIN_ALLOW_THREADS
    pin = aw_memory_pin(memory, &bytes, &len);
    Py_END_ALLOW_THREADS
    if (!pin)
        Py_RETURN_NONE;
    buffer = (py_memory_buffer *)PyType_GenericAlloc((PyTypeObject *)type, 0);
    if (!buffer) {
        aw_pin_delete(pin);
        return NULL;
    }
    Py_INCREF(owner);
    buffer->owner = owner;
    buffer->memory = memory;
    buffer->pin = pin;
    buffer->bytes = bytes;
    buffer->len = len;
    return (PyObject *)buffer;
}

/* Does what PyBuffer_FillInfo does, which the limited API of Python 3.10 does not contain. */
static void py_memory_buffer_fill(PyObject *self, Py_buffer *view, int flags)
{
    static char format[] = "B";
    py_memory_buffer *buffer = (py_memory_buffer *)self;
    Py_INCREF(self);
    view->obj = self;
    /* The address of an empty memory may be NULL. Python needs an address that is not NULL, so `self` is used. */
    view->buf = buffer->len ? buffer->bytes : (uint8_t *)self;
    view->len = (Py_ssize_t)buffer->len;
    view->itemsize = 1;
    view->readonly = 0;
    view->ndim = 1;
    view->format = flags & PyBUF_FORMAT ? format : NULL;
    view->shape = flags & PyBUF_ND ? &view->len : NULL;
    view->strides = (flags & PyBUF_STRIDES) == PyBUF_STRIDES ? &view->itemsize : NULL;
    view->suboffsets = NULL;
    view->internal = NULL;
}

static int py_memory_buffer_get(PyObject *self, Py_buffer *view, int flags)
{
    py_memory_buffer *buffer = (py_memory_buffer *)self;
    PyObject *new_buffer;
    uint64_t size;

    /* If the store is closed, the shim returns no size. The old buffer is then right: the memory can no longer grow,
     * and the pin keeps the bytes. */
    if (py_memory_size(buffer->memory, &size) != AW_DONE || size == buffer->len) {
        py_memory_buffer_fill(self, view, flags);
        return 0;
    }
    view->obj = NULL;
    new_buffer = PyObject_CallFunctionObjArgs(py_callbacks[PY_RENEW_BUFFER], self, buffer->owner, NULL);
    if (!new_buffer)
        return -1;
    /* This call stores a reference to the new buffer in the view. */
    py_memory_buffer_fill(new_buffer, view, flags);
    Py_DECREF(new_buffer);
    return 0;
}

static void py_memory_buffer_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    freefunc free_object = (freefunc)PyType_GetSlot(type, Py_tp_free);
    aw_pin_delete(((py_memory_buffer *)self)->pin);
    Py_XDECREF(((py_memory_buffer *)self)->owner);
    free_object(self);
    Py_DECREF(type);
}

static PyMethodDef py_memory_buffer_methods[] = {
    {"_core_pinned", py_memory_buffer_pinned, METH_O | METH_CLASS, "Returns a buffer over the memory of this owner."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot py_memory_buffer_slots[] = {
    {Py_bf_getbuffer, (void *)py_memory_buffer_get},
    {Py_tp_dealloc, (void *)py_memory_buffer_dealloc},
    {Py_tp_methods, py_memory_buffer_methods},
    {Py_tp_doc, "A memory's bytes through the buffer protocol."},
    {0, NULL},
};

PyType_Spec py_memory_buffer_spec = {
    "anywasm.engines.MemoryBuffer", sizeof(py_memory_buffer), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    py_memory_buffer_slots,
};
