/* Memories as buffers: Python's buffer protocol over the bytes themselves.
 *
 * `MemoryBuffer` pins the bytes from when it is made until it goes, and it stays while a memoryview or the like shows
 * them: the memory and its store may be dropped, closed or grown meanwhile. What asks for the bytes of a memory that
 * has grown since gets those of a new one, from the object's own method `_anew(address)`.
 *
 * The buffer protocol joined the limited API with Python 3.11. 3.10 has the same slots and the same struct, which are
 * declared here for it.
 */

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
PyAPI_FUNC(int) PyBuffer_FillInfo(Py_buffer *view, PyObject *exporter, void *bytes, Py_ssize_t len, int readonly,
                                  int flags);
#endif

typedef struct {
    PyObject_HEAD
    /* Belongs to cffi's object for the pointer, which this one's subclass holds. */
    const aw_extern *memory;
    aw_pin *pin;
    uint8_t *bytes;
    size_t len;
} aw_memory_buffer;

/* _pinned(address): a new buffer over the memory at this address; None where the shim left an error. */
static PyObject *aw_memory_buffer_pinned(PyObject *type, PyObject *address)
{
    unsigned long long number = PyLong_AsUnsignedLongLong(address);
    aw_memory_buffer *buffer;
    aw_pin *pin;
    uint8_t *bytes;
    size_t len;

    if (PyErr_Occurred())
        return NULL;
    /* The thread in the store may want the GIL. */
    Py_BEGIN_ALLOW_THREADS
    pin = aw_memory_pin((const aw_extern *)(uintptr_t)number, &bytes, &len);
    Py_END_ALLOW_THREADS
    if (!pin)
        Py_RETURN_NONE;
    buffer = (aw_memory_buffer *)PyType_GenericAlloc((PyTypeObject *)type, 0);
    if (!buffer) {
        aw_pin_delete(pin);
        return NULL;
    }
    buffer->memory = (const aw_extern *)(uintptr_t)number;
    buffer->pin = pin;
    buffer->bytes = bytes;
    buffer->len = len;
    return (PyObject *)buffer;
}

static int aw_memory_buffer_fill(PyObject *self, Py_buffer *view, int flags)
{
    aw_memory_buffer *buffer = (aw_memory_buffer *)self;
    /* An empty memory may have no address, and a buffer must have one. */
    void *bytes = buffer->len ? buffer->bytes : (uint8_t *)self;
    return PyBuffer_FillInfo(view, self, bytes, (Py_ssize_t)buffer->len, 0, flags);
}

static int aw_memory_buffer_get(PyObject *self, Py_buffer *view, int flags)
{
    aw_memory_buffer *buffer = (aw_memory_buffer *)self;
    PyObject *anew;
    uint64_t size;
    int done;

    /* Of a store that was closed, the bytes are still there, and do not grow any more. */
    if (aw_py_size(buffer->memory, &size) != AW_DONE || size == buffer->len)
        return aw_memory_buffer_fill(self, view, flags);
    view->obj = NULL;
    anew = PyObject_CallMethod(self, "_anew", "K", (unsigned long long)(uintptr_t)buffer->memory);
    if (!anew)
        return -1;
    /* The view holds it from here on. */
    done = aw_memory_buffer_fill(anew, view, flags);
    Py_DECREF(anew);
    return done;
}

static void aw_memory_buffer_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    aw_pin_delete(((aw_memory_buffer *)self)->pin);
    release(self);
    Py_DECREF(type);
}

static PyMethodDef aw_memory_buffer_methods[] = {
    {"_pinned", aw_memory_buffer_pinned, METH_O | METH_CLASS, "A buffer over the memory at this address."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot aw_memory_buffer_slots[] = {
    {Py_bf_getbuffer, (void *)aw_memory_buffer_get},
    {Py_tp_dealloc, (void *)aw_memory_buffer_dealloc},
    {Py_tp_methods, aw_memory_buffer_methods},
    {Py_tp_doc, "A memory's bytes through the buffer protocol."},
    {0, NULL},
};

static PyType_Spec aw_memory_buffer_spec = {
    "anywasm.engines.MemoryBuffer", sizeof(aw_memory_buffer), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    aw_memory_buffer_slots,
};
