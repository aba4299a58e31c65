/* Memories: the way from Python to their bytes.
 *
 * `MemoryBytes` copies ranges to and from Python's bytes, without giving up the GIL where little is copied and nobody
 * is in the store. It does the plain case; for all else (unusual arguments, ranges beyond the end, errors) it returns
 * None, and Python does it.
 *
 * Only the limited API is used, so that one build serves every CPython.
 */

/* More than this is copied without the GIL. */
#define AW_SMALL_COPY 65536

static uint8_t aw_py_read(const aw_extern *memory, uint64_t offset, uint8_t *out, size_t len)
{
    uint8_t done = len <= AW_SMALL_COPY ? aw_memory_try_read(memory, offset, out, len) : AW_BUSY;
    if (done == AW_BUSY) {
        Py_BEGIN_ALLOW_THREADS
        done = aw_memory_read(memory, offset, out, len) ? AW_DONE : AW_FAILED;
        Py_END_ALLOW_THREADS
    }
    return done;
}

static uint8_t aw_py_write(const aw_extern *memory, uint64_t offset, const uint8_t *from, size_t len)
{
    uint8_t done = len <= AW_SMALL_COPY ? aw_memory_try_write(memory, offset, from, len) : AW_BUSY;
    if (done == AW_BUSY) {
        Py_BEGIN_ALLOW_THREADS
        done = aw_memory_write(memory, offset, from, len) ? AW_DONE : AW_FAILED;
        Py_END_ALLOW_THREADS
    }
    return done;
}

static uint8_t aw_py_size(const aw_extern *memory, uint64_t *size)
{
    uint8_t done = aw_memory_try_size(memory, size);
    if (done == AW_BUSY) {
        Py_BEGIN_ALLOW_THREADS
        *size = aw_memory_size(memory);
        Py_END_ALLOW_THREADS
        done = *size == UINT64_MAX ? AW_FAILED : AW_DONE;
    }
    return done;
}

/* The bytes of a bytes or bytearray, whose classes are exactly these; NULL for anything else. */
static const uint8_t *aw_py_bytes(PyObject *object, Py_ssize_t *len)
{
    if (PyBytes_CheckExact(object)) {
        *len = PyBytes_Size(object);
        return (const uint8_t *)PyBytes_AsString(object);
    }
    if (PyByteArray_CheckExact(object)) {
        *len = PyByteArray_Size(object);
        return (const uint8_t *)PyByteArray_AsString(object);
    }
    return NULL;
}

/* An int that is not negative; 0 for anything else. */
static int aw_py_place(PyObject *object, uint64_t *place)
{
    int overflow = 0;
    long long number;
    if (!PyLong_CheckExact(object))
        return 0;
    number = PyLong_AsLongLongAndOverflow(object, &overflow);
    *place = (uint64_t)number;
    return !overflow && number >= 0;
}

typedef struct {
    PyObject_HEAD
    /* Belongs to the Python object that holds this one. */
    const aw_extern *memory;
} aw_memory_bytes;

/* read(start, stop): a bytearray, or None. */
static PyObject *aw_memory_bytes_read(PyObject *self, PyObject *const *args, Py_ssize_t given)
{
    const aw_extern *memory = ((aw_memory_bytes *)self)->memory;
    uint64_t start, stop;
    PyObject *result;

    if (!memory || given != 2 || !aw_py_place(args[0], &start) || !aw_py_place(args[1], &stop) || stop < start)
        Py_RETURN_NONE;
    /* Room for a large range is taken only when it is known to be there. */
    if (stop - start > AW_SMALL_COPY) {
        uint64_t size;
        if (aw_py_size(memory, &size) != AW_DONE || stop > size)
            Py_RETURN_NONE;
    }
    result = PyByteArray_FromStringAndSize(NULL, (Py_ssize_t)(stop - start));
    if (!result)
        return NULL;
    if (aw_py_read(memory, start, (uint8_t *)PyByteArray_AsString(result), (size_t)(stop - start)) == AW_DONE)
        return result;
    Py_DECREF(result);
    Py_RETURN_NONE;
}

/* write(start, data): how many bytes, or None. */
static PyObject *aw_memory_bytes_write(PyObject *self, PyObject *const *args, Py_ssize_t given)
{
    const aw_extern *memory = ((aw_memory_bytes *)self)->memory;
    const uint8_t *data;
    Py_ssize_t len;
    uint64_t start;

    /* Nothing to write has rules of its own in every style. Where the GIL is given up, another thread could resize a
     * bytearray: only bytes are that long here. */
    if (!memory || given != 2 || !aw_py_place(args[0], &start) || !(data = aw_py_bytes(args[1], &len)) || len == 0
        || (len > AW_SMALL_COPY && !PyBytes_CheckExact(args[1])))
        Py_RETURN_NONE;
    if (PyBytes_CheckExact(args[1])) {
        if (aw_py_write(memory, start, data, (size_t)len) == AW_DONE)
            return PyLong_FromSsize_t(len);
    } else if (aw_memory_try_write(memory, start, data, (size_t)len) == AW_DONE) {
        return PyLong_FromSsize_t(len);
    }
    Py_RETURN_NONE;
}

/* _bind(address): whose bytes. */
static PyObject *aw_memory_bytes_bind(PyObject *self, PyObject *address)
{
    unsigned long long number = PyLong_AsUnsignedLongLong(address);
    if (PyErr_Occurred())
        return NULL;
    ((aw_memory_bytes *)self)->memory = (const aw_extern *)(uintptr_t)number;
    Py_RETURN_NONE;
}

static PyMethodDef aw_memory_bytes_methods[] = {
    {"read", (PyCFunction)(void (*)(void))aw_memory_bytes_read, METH_FASTCALL, "The bytes from start to stop."},
    {"write", (PyCFunction)(void (*)(void))aw_memory_bytes_write, METH_FASTCALL, "Writes bytes at start."},
    {"_bind", aw_memory_bytes_bind, METH_O, "Says whose bytes they are."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot aw_memory_bytes_slots[] = {
    {Py_tp_methods, aw_memory_bytes_methods},
    {Py_tp_doc, "The fast path of copying a memory's bytes."},
    {0, NULL},
};

static PyType_Spec aw_memory_bytes_spec = {
    "anywasm.engines.MemoryBytes", sizeof(aw_memory_bytes), 0, Py_TPFLAGS_DEFAULT, aw_memory_bytes_slots,
};
