/* Copies bytes between a memory and Python objects.
 *
 * `MemoryBytes` copies a range of a memory to a bytearray, or a bytes or bytearray object to a memory. Its methods are
 * the fast path. A method returns None if the slow path (python/anywasm/core/memory.py) must handle the call. The slow
 * path handles unusual arguments, a range that ends outside the memory, and a failure of the shim.
 */

#include "memory.h"
#include "numbers.h"

uint8_t py_memory_read_waiting(const aw_extern *memory, uint64_t offset, uint8_t *out, size_t len)
{
    bool succeeded;
    Py_BEGIN_ALLOW_THREADS
    succeeded = aw_memory_read(memory, offset, out, len);
    Py_END_ALLOW_THREADS
    return succeeded ? AW_DONE : AW_FAILED;
}

uint8_t py_memory_write_waiting(const aw_extern *memory, uint64_t offset, const uint8_t *from, size_t len)
{
    bool succeeded;
    Py_BEGIN_ALLOW_THREADS
    succeeded = aw_memory_write(memory, offset, from, len);
    Py_END_ALLOW_THREADS
    return succeeded ? AW_DONE : AW_FAILED;
}

uint8_t py_memory_size_waiting(const aw_extern *memory, uint64_t *size)
{
    Py_BEGIN_ALLOW_THREADS
    *size = aw_memory_size(memory);
    Py_END_ALLOW_THREADS
    return *size == UINT64_MAX ? AW_FAILED : AW_DONE;
}

const uint8_t *py_exact_bytes(PyObject *object, Py_ssize_t *len)
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

typedef struct {
    PyObject_HEAD
    /* The memory. The pointer is valid while this object refers to `owner`, because only `owner` deletes the memory. */
    const aw_extern *memory;
    /* A strong reference to the owner, the Python object that deletes `memory`. */
    PyObject *owner;
} py_memory_bytes;

/* read(start, stop) -> bytearray, or None for the slow path */
static PyObject *py_memory_bytes_read(PyObject *self, PyObject *const *args, Py_ssize_t arg_count)
{
    const aw_extern *memory = ((py_memory_bytes *)self)->memory;
    uint64_t start, stop;
    PyObject *copy;

    if (arg_count != 2 || !py_int_as_offset(args[0], &start) || !py_int_as_offset(args[1], &stop)
        || stop < start)
        Py_RETURN_NONE;
    /* The size is checked first, so that Python does not allocate a large bytearray for an invalid range. */
    if (stop - start > PY_SMALL_COPY) {
        uint64_t size;
        if (py_memory_size(memory, &size) != AW_DONE || stop > size)
            Py_RETURN_NONE;
    }
    copy = PyByteArray_FromStringAndSize(NULL, (Py_ssize_t)(stop - start));
    if (!copy)
        return NULL;
    if (py_memory_read(memory, start, (uint8_t *)PyByteArray_AsString(copy), (size_t)(stop - start)) == AW_DONE)
        return copy;
    Py_DECREF(copy);
    Py_RETURN_NONE;
}

/* write(start, bytes or bytearray) -> number of bytes written, or None for the slow path */
static PyObject *py_memory_bytes_write(PyObject *self, PyObject *const *args, Py_ssize_t arg_count)
{
    const aw_extern *memory = ((py_memory_bytes *)self)->memory;
    const uint8_t *bytes;
    Py_ssize_t len;
    uint64_t start;
    uint8_t outcome;

    /* A write of no bytes takes the slow path, because the API styles have different rules for an empty write. */
    if (arg_count != 2 || !py_int_as_offset(args[0], &start) || !(bytes = py_exact_bytes(args[1], &len))
        || len == 0)
        Py_RETURN_NONE;
    if (PyBytes_CheckExact(args[1]))
        outcome = py_memory_write(memory, start, bytes, (size_t)len);
    else if (len <= PY_SMALL_COPY)
        /* This thread keeps the GIL, so that no other thread can resize the bytearray during the copy. */
        outcome = aw_memory_try_write(memory, start, bytes, (size_t)len);
    else
        Py_RETURN_NONE;
    if (outcome == AW_DONE)
        return PyLong_FromSsize_t(len);
    Py_RETURN_NONE;
}

/* MemoryBytes(owner of the memory's `aw_extern`) */
static PyObject *py_memory_bytes_construct(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    py_memory_bytes *self;
    PyObject *owner;
    void *memory;
    (void)keywords;
    if (!PyArg_ParseTuple(args, "O", &owner) || !py_unwrap_owner(owner, PY_EXTERN, &memory))
        return NULL;
    self = (py_memory_bytes *)PyType_GenericAlloc(type, 0);
    if (!self)
        return NULL;
    Py_INCREF(owner);
    self->owner = owner;
    self->memory = memory;
    return (PyObject *)self;
}

/* The type needs no tp_traverse, because an owner refers to no Python object. */
static void py_memory_bytes_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_XDECREF(((py_memory_bytes *)self)->owner);
    PyObject_Free(self);
    Py_DECREF(type);
}

static PyMethodDef py_memory_bytes_methods[] = {
    {"read", (PyCFunction)(void (*)(void))py_memory_bytes_read, METH_FASTCALL, "Reads the bytes from start to stop."},
    {"write", (PyCFunction)(void (*)(void))py_memory_bytes_write, METH_FASTCALL, "Writes bytes at start."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot py_memory_bytes_slots[] = {
    {Py_tp_new, (void *)py_memory_bytes_construct},
    {Py_tp_dealloc, (void *)py_memory_bytes_dealloc},
    {Py_tp_methods, py_memory_bytes_methods},
    {Py_tp_doc, "The fast path of copies of a memory's bytes."},
    {0, NULL},
};

PyType_Spec py_memory_bytes_spec = {
    "anywasm.engines.MemoryBytes", sizeof(py_memory_bytes), 0, Py_TPFLAGS_DEFAULT, py_memory_bytes_slots,
};
