/* Typed views of a memory.
 *
 * `MemoryElements` is the base class of the views. Its fast path reads and writes elements without a Python frame. The
 * fast path accepts an index or a slice with a positive step as a key. It accepts exact ints and floats as values.
 * Instances of their subclasses take the slow path.
 *
 * The slow paths PY_GET_ELEMENTS, PY_SET_ELEMENTS, PY_DELETE_ELEMENTS and PY_COUNT_ELEMENTS handle all other keys and
 * values, with the rules and errors of an API style (python/anywasm/core/elements.py, wasmer/views.py).
 */

#include "memory.h"
#include "numbers.h"

/* Size of the arrays on the stack that hold the bytes of a slice. A longer slice gets an array on the heap. */
#define PY_STACK_BYTES 1024

typedef struct {
    PyObject_HEAD
    /* The memory, or NULL in an object that `_core_over` has not created. The pointer is valid while this object refers
     * to `owner`, because only `owner` deletes the memory. */
    const aw_extern *memory;
    /* A strong reference to the owner, the Python object that deletes `memory`. NULL if `memory` is NULL. */
    PyObject *owner;
    uint64_t offset; /* offset of the first element in the memory, in bytes */
    uint8_t width;   /* size of an element, in bytes */
    char format;     /* type of the elements, as a format character of Python's module `struct` */
} py_elements;

/* Returns the width in bytes of an element of this format. */
static uint8_t py_element_width(char format)
{
    switch (format) {
    case 'B': case 'b': return 1;
    case 'H': case 'h': return 2;
    case 'I': case 'i': case 'f': return 4;
    default: return 8;
    }
}

/* Returns the element at `bytes` as a Python object. */
static PyObject *py_lift_element(char format, const uint8_t *bytes)
{
    union { int16_t h; uint16_t H; int32_t i; uint32_t I; int64_t q; uint64_t Q; float f; double d; } number;
    switch (format) {
    case 'B': return PyLong_FromLong(*bytes);
    case 'b': return PyLong_FromLong((int8_t)*bytes);
    case 'H': memcpy(&number, bytes, 2); return PyLong_FromLong(number.H);
    case 'h': memcpy(&number, bytes, 2); return PyLong_FromLong(number.h);
    case 'I': memcpy(&number, bytes, 4); return PyLong_FromUnsignedLongLong(number.I);
    case 'i': memcpy(&number, bytes, 4); return PyLong_FromLong(number.i);
    case 'Q': memcpy(&number, bytes, 8); return PyLong_FromUnsignedLongLong(number.Q);
    case 'q': memcpy(&number, bytes, 8); return PyLong_FromLongLong(number.q);
    case 'f': memcpy(&number, bytes, 4); return PyFloat_FromDouble((double)number.f);
    default: memcpy(&number, bytes, 8); return PyFloat_FromDouble(number.d);
    }
}

/* Returns a byte as a Python int. A table holds the ints because a call to PyLong_FromLong for each byte takes half of
 * the time that a long slice needs. */
static PyObject *py_lift_byte(uint8_t byte)
{
    static PyObject *ints[256];
    if (!ints[byte] && !(ints[byte] = PyLong_FromLong(byte)))
        return NULL;
    Py_INCREF(ints[byte]);
    return ints[byte];
}

/* Returns a list of `count` elements. `stride` is the distance from one element to the next, in bytes. There is one
 * loop for each format, without a switch inside, because a large slice spends most of its time in this loop. */
static PyObject *py_lift_elements(char format, const uint8_t *bytes, Py_ssize_t count, size_t stride)
{
    PyObject *list = PyList_New(count), *element;
    Py_ssize_t index;
#define PY_LIFT_EACH(type, lift)                                                                                       \
    for (index = 0; list && index < count; index++, bytes += stride) {                                                 \
        type number;                                                                                                   \
        memcpy(&number, bytes, sizeof number);                                                                         \
        element = lift(number);                                                                                        \
        if (!element || PyList_SetItem(list, index, element) < 0)                                                      \
            Py_CLEAR(list);                                                                                            \
    }
    switch (format) {
    case 'B': PY_LIFT_EACH(uint8_t, py_lift_byte) break;
    case 'b': PY_LIFT_EACH(int8_t, PyLong_FromLong) break;
    case 'H': PY_LIFT_EACH(uint16_t, PyLong_FromLong) break;
    case 'h': PY_LIFT_EACH(int16_t, PyLong_FromLong) break;
    case 'I': PY_LIFT_EACH(uint32_t, PyLong_FromUnsignedLongLong) break;
    case 'i': PY_LIFT_EACH(int32_t, PyLong_FromLong) break;
    case 'Q': PY_LIFT_EACH(uint64_t, PyLong_FromUnsignedLongLong) break;
    case 'q': PY_LIFT_EACH(int64_t, PyLong_FromLongLong) break;
    case 'f': PY_LIFT_EACH(float, PyFloat_FromDouble) break;
    default: PY_LIFT_EACH(double, PyFloat_FromDouble)
    }
#undef PY_LIFT_EACH
    return list;
}

/* Writes a Python number as an element to `bytes` and returns 1. Returns 0 if the slow path must convert the object. */
static int py_lower_element(char format, uint8_t width, PyObject *object, uint8_t *bytes)
{
    int64_t number;
    int fits;
    if (format == 'f' || format == 'd') {
        double as_double;
        float as_float;
        if (!PyFloat_CheckExact(object))
            return 0;
        as_double = PyFloat_AsDouble(object);
        as_float = (float)as_double;
        memcpy(bytes, format == 'd' ? (void *)&as_double : (void *)&as_float, width);
        return 1;
    }
    if (!PyLong_CheckExact(object) || !py_int_as_int64(object, &number))
        return 0;
    switch (format) {
    case 'B': fits = number >= 0 && number <= UINT8_MAX; break;
    case 'b': fits = number >= INT8_MIN && number <= INT8_MAX; break;
    case 'H': fits = number >= 0 && number <= UINT16_MAX; break;
    case 'h': fits = number >= INT16_MIN && number <= INT16_MAX; break;
    case 'I': fits = number >= 0 && number <= UINT32_MAX; break;
    case 'i': fits = number >= INT32_MIN && number <= INT32_MAX; break;
    case 'Q': fits = number >= 0; break; /* Numbers from 2**63 on do not fit `number`: slow path. */
    default: fits = 1;
    }
    if (!fits)
        return 0;
    /* The low bytes come first: python/anywasm/core/elements.py asserts that the machine is little-endian. */
    memcpy(bytes, &number, width);
    return 1;
}

/* A slice of a view: the index of the first element, the number of elements, and the step. */
typedef struct { Py_ssize_t start, count, step; } py_slice;

/* Converts the Python object `key` to `*slice` and returns 1. Returns 0, with no exception set, if the slow path must
 * handle the slice. The slow path must handle a slice that is empty or whose step is not positive. It must also handle
 * the slice if the shim returns no size for the memory. */
static int py_elements_slice(const py_elements *self, PyObject *key, py_slice *slice)
{
    uint64_t size;
    Py_ssize_t stop, length;
    if (PySlice_Unpack(key, &slice->start, &stop, &slice->step) < 0) {
        PyErr_Clear();
        return 0;
    }
    if (slice->step < 1 || py_memory_size(self->memory, &size) != AW_DONE || size < self->offset)
        return 0;
    length = (Py_ssize_t)((size - self->offset) / self->width);
    slice->count = PySlice_AdjustIndices(length, &slice->start, &stop, slice->step);
    return slice->count > 0 && slice->start <= stop;
}

/* Returns the offset of the element at `index`, in bytes from the start of the memory. */
static uint64_t py_elements_offset(const py_elements *self, uint64_t index)
{
    return self->offset + index * self->width;
}

/* Indices must be below this limit, so that the offset of an element in bytes fits into 64 bits. */
#define PY_INDEX_LIMIT (UINT64_MAX / 16)

/* Returns a list of the elements in a slice. Returns NULL with no exception set if the slow path must read the slice,
 * and NULL with an exception set if Python has no memory. */
static PyObject *py_elements_get_slice(const py_elements *self, PyObject *key)
{
    uint8_t stack_bytes[PY_STACK_BYTES], *bytes = stack_bytes;
    py_slice slice;
    size_t len;
    PyObject *list = NULL;

    if (!py_elements_slice(self, key, &slice))
        return NULL;
    len = ((size_t)(slice.count - 1) * (size_t)slice.step + 1) * self->width;
    if (len > sizeof stack_bytes && !(bytes = malloc(len)))
        return PyErr_NoMemory();
    if (py_memory_read(self->memory, py_elements_offset(self, (uint64_t)slice.start), bytes, len) == AW_DONE)
        list = py_lift_elements(self->format, bytes, slice.count, (size_t)slice.step * self->width);
    if (bytes != stack_bytes)
        free(bytes);
    return list;
}

static PyObject *py_elements_get(PyObject *object, PyObject *key)
{
    const py_elements *self = (py_elements *)object;
    uint8_t bytes[8];
    uint64_t index;
    if (self->memory && py_int_as_offset(key, &index)) {
        if (index < PY_INDEX_LIMIT
            && py_memory_read(self->memory, py_elements_offset(self, index), bytes, self->width) == AW_DONE)
            return py_lift_element(self->format, bytes);
    } else if (self->memory && PySlice_Check(key)) {
        PyObject *list = py_elements_get_slice(self, key);
        if (list || PyErr_Occurred())
            return list;
    }
    return PyObject_CallFunctionObjArgs(py_callbacks[PY_GET_ELEMENTS], object, key, NULL);
}

/* Copies the `len` bytes at `bytes` to a slice whose elements are bytes. `object` is the bytes or bytearray object that
 * contains `bytes`. Returns 1 on success, and 0 if the slow path must do the copy. */
static int py_elements_set_bytes(const py_elements *self, const py_slice *slice, PyObject *object,
                                 const uint8_t *bytes, Py_ssize_t len)
{
    uint64_t offset = py_elements_offset(self, (uint64_t)slice->start);
    if (len != slice->count)
        return 0;
    if (PyBytes_CheckExact(object))
        return py_memory_write(self->memory, offset, bytes, (size_t)len) == AW_DONE;
    /* This thread keeps the GIL, so that no other thread can resize the bytearray during the copy. */
    return len <= PY_SMALL_COPY && aw_memory_try_write(self->memory, offset, bytes, (size_t)len) == AW_DONE;
}

/* Assigns values to the elements of a slice. Returns 1 on success, 0 if the slow path must make the assignment, and -1
 * with an exception set on failure. */
static int py_elements_set_slice(const py_elements *self, PyObject *key, PyObject *values)
{
    uint8_t stack_bytes[PY_STACK_BYTES], *bytes = stack_bytes;
    const uint8_t *value_bytes;
    Py_ssize_t index, count;
    size_t len;
    py_slice slice;
    int is_done = 1;

    if (!py_elements_slice(self, key, &slice) || slice.step != 1)
        return 0;
    value_bytes = self->format == 'B' ? py_exact_bytes(values, &count) : NULL;
    if (value_bytes)
        return py_elements_set_bytes(self, &slice, values, value_bytes, count);
    if (!PyList_CheckExact(values) && !PyTuple_CheckExact(values))
        return 0;
    count = PyList_CheckExact(values) ? PyList_Size(values) : PyTuple_Size(values);
    if (count != slice.count)
        return 0;
    len = (size_t)count * self->width;
    if (len > sizeof stack_bytes && !(bytes = malloc(len))) {
        PyErr_NoMemory();
        return -1;
    }
    /* py_lower_element runs no Python code, so the list cannot change during this loop. */
    for (index = 0; is_done && index < count; index++) {
        PyObject *value = PyList_CheckExact(values) ? PyList_GetItem(values, index) : PyTuple_GetItem(values, index);
        is_done = py_lower_element(self->format, self->width, value, bytes + (size_t)index * self->width);
    }
    if (is_done)
        is_done = py_memory_write(self->memory, py_elements_offset(self, (uint64_t)slice.start), bytes, len) == AW_DONE;
    if (bytes != stack_bytes)
        free(bytes);
    return is_done;
}

/* Assigns `value` to the element or the slice that `key` selects. If `value` is NULL, Python wants to delete elements;
 * the slow path handles all deletions. */
static int py_elements_set(PyObject *object, PyObject *key, PyObject *value)
{
    const py_elements *self = (py_elements *)object;
    uint8_t bytes[8];
    uint64_t index;
    PyObject *result;
    if (value && self->memory && py_int_as_offset(key, &index)) {
        if (index < PY_INDEX_LIMIT && py_lower_element(self->format, self->width, value, bytes)
            && py_memory_write(self->memory, py_elements_offset(self, index), bytes, self->width) == AW_DONE)
            return 0;
    } else if (value && self->memory && PySlice_Check(key)) {
        int outcome = py_elements_set_slice(self, key, value);
        if (outcome)
            return outcome < 0 ? -1 : 0;
    }
    if (value)
        result = PyObject_CallFunctionObjArgs(py_callbacks[PY_SET_ELEMENTS], object, key, value, NULL);
    else
        result = PyObject_CallFunctionObjArgs(py_callbacks[PY_DELETE_ELEMENTS], object, key, NULL);
    Py_XDECREF(result);
    return result ? 0 : -1;
}

static Py_ssize_t py_elements_length(PyObject *object)
{
    const py_elements *self = (py_elements *)object;
    uint64_t size;
    PyObject *result;
    Py_ssize_t length = -1;
    if (self->memory && py_memory_size(self->memory, &size) == AW_DONE)
        return size < self->offset ? 0 : (Py_ssize_t)((size - self->offset) / self->width);
    result = PyObject_CallFunctionObjArgs(py_callbacks[PY_COUNT_ELEMENTS], object, NULL);
    if (result)
        length = PyLong_AsSsize_t(result);
    Py_XDECREF(result);
    return length;
}

/* Maximum offset of a view, in elements. `_core_over` replaces a larger offset by this maximum, so that the offset in
 * bytes fits into 64 bits. The view is empty with both offsets, because no memory is that large. */
#define PY_MAX_OFFSET (1ULL << 56)

/* _core_over(owner of the memory's `aw_extern`, offset in elements, format) -> view of the memory
 *
 * The offset is the position of the view's first element. The format is the type of the elements. */
static PyObject *py_elements_over(PyObject *type, PyObject *args)
{
    py_elements *self;
    PyObject *owner;
    unsigned long long offset;
    void *memory;
    int format;
    if (!PyArg_ParseTuple(args, "OKC", &owner, &offset, &format) || !py_unwrap_owner(owner, PY_EXTERN, &memory))
        return NULL;
    self = (py_elements *)PyType_GenericAlloc((PyTypeObject *)type, 0);
    if (!self)
        return NULL;
    Py_INCREF(owner);
    self->owner = owner;
    self->memory = memory;
    self->format = (char)format;
    self->width = py_element_width(self->format);
    self->offset = (offset < PY_MAX_OFFSET ? offset : PY_MAX_OFFSET) * self->width;
    return (PyObject *)self;
}

/* The type needs no tp_traverse, because an owner refers to no Python object. */
static void py_elements_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    freefunc free_object = (freefunc)PyType_GetSlot(type, Py_tp_free);
    Py_XDECREF(((py_elements *)self)->owner);
    free_object(self);
    Py_DECREF(type);
}

static PyMethodDef py_elements_methods[] = {
    {"_core_over", py_elements_over, METH_VARARGS | METH_CLASS, "Returns a view of the memory of this owner."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot py_elements_slots[] = {
    {Py_tp_dealloc, (void *)py_elements_dealloc},
    {Py_mp_length, (void *)py_elements_length},
    {Py_mp_subscript, (void *)py_elements_get},
    {Py_mp_ass_subscript, (void *)py_elements_set},
    {Py_tp_methods, py_elements_methods},
    {Py_tp_doc, "The fast path of a typed view of a memory."},
    {0, NULL},
};

PyType_Spec py_elements_spec = {
    "anywasm.engines.MemoryElements", sizeof(py_elements), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    py_elements_slots,
};
