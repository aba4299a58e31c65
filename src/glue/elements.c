/* Typed views of memories: reading and writing elements.
 *
 * `MemoryElements` is the base of the views' classes. It does the plain case, without a Python frame: indices and
 * forward slices, of exact ints and floats. All else is left to the object's own methods `_get_slowly(index)`,
 * `_set_slowly(index, value)`, `_delete(index)` and `_count()`.
 *
 * Only the limited API is used, so that one build serves every CPython.
 */

typedef struct {
    PyObject_HEAD
    /* Belongs to the memory's Python object, which this one's subclass holds. */
    const aw_extern *memory;
    uint64_t offset; /* in bytes */
    uint8_t width;
    char format; /* as in the module `struct` */
} aw_elements;

/* How many bytes an element of a format takes. */
static uint8_t aw_element_width(char format)
{
    switch (format) {
    case 'B': case 'b': return 1;
    case 'H': case 'h': return 2;
    case 'I': case 'i': case 'f': return 4;
    default: return 8;
    }
}

static PyObject *aw_element(char format, const uint8_t *at)
{
    union { int16_t h; uint16_t H; int32_t i; uint32_t I; int64_t q; uint64_t Q; float f; double d; } number;
    switch (format) {
    case 'B': return PyLong_FromLong(*at);
    case 'b': return PyLong_FromLong((int8_t)*at);
    case 'H': memcpy(&number, at, 2); return PyLong_FromLong(number.H);
    case 'h': memcpy(&number, at, 2); return PyLong_FromLong(number.h);
    case 'I': memcpy(&number, at, 4); return PyLong_FromUnsignedLongLong(number.I);
    case 'i': memcpy(&number, at, 4); return PyLong_FromLong(number.i);
    case 'Q': memcpy(&number, at, 8); return PyLong_FromUnsignedLongLong(number.Q);
    case 'q': memcpy(&number, at, 8); return PyLong_FromLongLong(number.q);
    case 'f': memcpy(&number, at, 4); return PyFloat_FromDouble((double)number.f);
    default: memcpy(&number, at, 8); return PyFloat_FromDouble(number.d);
    }
}

/* A byte as an int, from a table: a call for each costs half of what a slice does. */
static PyObject *aw_byte_as_int(uint8_t byte)
{
    static PyObject *ints[256];
    if (!ints[byte] && !(ints[byte] = PyLong_FromLong(byte)))
        return NULL;
    Py_INCREF(ints[byte]);
    return ints[byte];
}

/* A list of `count` elements, `step` elements apart: a loop for each format, since this is what large slices are. */
static PyObject *aw_element_list(char format, const uint8_t *at, Py_ssize_t count, size_t step)
{
    PyObject *list = PyList_New(count), *element;
    Py_ssize_t index;
#define AW_EACH(type, make)                                                                                            \
    for (index = 0; list && index < count; index++, at += step) {                                                      \
        type number;                                                                                                   \
        memcpy(&number, at, sizeof number);                                                                            \
        element = make(number);                                                                                        \
        if (!element || PyList_SetItem(list, index, element) < 0)                                                      \
            Py_CLEAR(list);                                                                                            \
    }
    switch (format) {
    case 'B': AW_EACH(uint8_t, aw_byte_as_int) break;
    case 'b': AW_EACH(int8_t, PyLong_FromLong) break;
    case 'H': AW_EACH(uint16_t, PyLong_FromLong) break;
    case 'h': AW_EACH(int16_t, PyLong_FromLong) break;
    case 'I': AW_EACH(uint32_t, PyLong_FromUnsignedLongLong) break;
    case 'i': AW_EACH(int32_t, PyLong_FromLong) break;
    case 'Q': AW_EACH(uint64_t, PyLong_FromUnsignedLongLong) break;
    case 'q': AW_EACH(int64_t, PyLong_FromLongLong) break;
    case 'f': AW_EACH(float, PyFloat_FromDouble) break;
    default: AW_EACH(double, PyFloat_FromDouble)
    }
#undef AW_EACH
    return list;
}

/* 1: written; 0: not an element of this format. */
static int aw_to_element(char format, uint8_t width, PyObject *object, uint8_t *at)
{
    if (format == 'f' || format == 'd') {
        double number;
        float narrow;
        if (!PyFloat_CheckExact(object))
            return 0;
        number = PyFloat_AsDouble(object);
        narrow = (float)number;
        memcpy(at, format == 'd' ? (void *)&number : (void *)&narrow, width);
        return 1;
    }
    if (PyLong_CheckExact(object)) {
        int overflow = 0;
        long long number = PyLong_AsLongLongAndOverflow(object, &overflow);
        int fits;
        switch (format) {
        case 'B': fits = number >= 0 && number <= UINT8_MAX; break;
        case 'b': fits = number >= INT8_MIN && number <= INT8_MAX; break;
        case 'H': fits = number >= 0 && number <= UINT16_MAX; break;
        case 'h': fits = number >= INT16_MIN && number <= INT16_MAX; break;
        case 'I': fits = number >= 0 && number <= UINT32_MAX; break;
        case 'i': fits = number >= INT32_MIN && number <= INT32_MAX; break;
        case 'Q': fits = number >= 0; break; /* the upper half is left to Python */
        default: fits = 1;
        }
        if (overflow || !fits)
            return 0;
        memcpy(at, &number, width); /* little-endian, as WebAssembly: core/elements.py checks it */
        return 1;
    }
    return 0;
}

/* Where a run of elements lies: start, count and step in elements. */
typedef struct { Py_ssize_t start, count, step; } aw_run;

/* 1: a slice of at least one element that goes forward; 0: anything else. */
static int aw_elements_run(const aw_elements *self, PyObject *slice, aw_run *run)
{
    uint64_t size;
    Py_ssize_t stop, length;
    if (PySlice_Unpack(slice, &run->start, &stop, &run->step) < 0) {
        PyErr_Clear();
        return 0;
    }
    if (run->step < 1 || aw_py_size(self->memory, &size) != AW_DONE || size < self->offset)
        return 0;
    length = (Py_ssize_t)((size - self->offset) / self->width);
    run->count = PySlice_AdjustIndices(length, &run->start, &stop, run->step);
    return run->count > 0 && run->start <= stop;
}

static uint64_t aw_elements_at(const aw_elements *self, uint64_t index)
{
    return self->offset + index * self->width;
}

/* A list, or NULL without an exception for the slow path. */
static PyObject *aw_elements_slice(const aw_elements *self, PyObject *slice)
{
    uint8_t few[1024], *bytes = few;
    aw_run run;
    size_t span;
    PyObject *list = NULL;

    if (!aw_elements_run(self, slice, &run))
        return NULL;
    span = ((size_t)(run.count - 1) * (size_t)run.step + 1) * self->width;
    if (span > sizeof few && !(bytes = malloc(span)))
        return PyErr_NoMemory();
    if (aw_py_read(self->memory, aw_elements_at(self, (uint64_t)run.start), bytes, span) == AW_DONE)
        list = aw_element_list(self->format, bytes, run.count, (size_t)run.step * self->width);
    if (bytes != few)
        free(bytes);
    return list;
}

static PyObject *aw_elements_get(PyObject *object, PyObject *key)
{
    const aw_elements *self = (aw_elements *)object;
    uint8_t bytes[8];
    uint64_t index;
    if (self->memory && aw_py_place(key, &index)) {
        if (index < UINT64_MAX / 16
            && aw_py_read(self->memory, aw_elements_at(self, index), bytes, self->width) == AW_DONE)
            return aw_element(self->format, bytes);
    } else if (self->memory && PySlice_Check(key)) {
        PyObject *list = aw_elements_slice(self, key);
        if (list || PyErr_Occurred())
            return list;
    }
    return PyObject_CallMethod(object, "_get_slowly", "(O)", key);
}

/* 1: written; 0: left to the slow path; -1: an exception. */
static int aw_elements_assign(const aw_elements *self, PyObject *slice, PyObject *values)
{
    uint8_t few[1024], *bytes = few;
    const uint8_t *given;
    Py_ssize_t index, count;
    aw_run run;
    int plain = 1;

    if (!aw_elements_run(self, slice, &run) || run.step != 1)
        return 0;
    given = self->format == 'B' ? aw_py_bytes(values, &count) : NULL;
    if (given) {
        if (count != run.count || (count > AW_SMALL_COPY && !PyBytes_CheckExact(values)))
            return 0;
        if (PyBytes_CheckExact(values))
            return aw_py_write(self->memory, aw_elements_at(self, (uint64_t)run.start), given, (size_t)count) == AW_DONE;
        /* Without giving up the GIL: another thread could resize the bytearray. */
        return aw_memory_try_write(self->memory, aw_elements_at(self, (uint64_t)run.start), given, (size_t)count)
            == AW_DONE;
    }
    if (!PyList_CheckExact(values) && !PyTuple_CheckExact(values))
        return 0;
    count = PyList_CheckExact(values) ? PyList_Size(values) : PyTuple_Size(values);
    if (count != run.count)
        return 0;
    if ((size_t)count * self->width > sizeof few && !(bytes = malloc((size_t)count * self->width))) {
        PyErr_NoMemory();
        return -1;
    }
    /* Exact ints and floats run no code of anybody's: the list stays as it is. */
    for (index = 0; plain && index < count; index++) {
        PyObject *value = PyList_CheckExact(values) ? PyList_GetItem(values, index) : PyTuple_GetItem(values, index);
        plain = aw_to_element(self->format, self->width, value, bytes + (size_t)index * self->width);
    }
    if (plain)
        plain = aw_py_write(self->memory, aw_elements_at(self, (uint64_t)run.start), bytes, (size_t)count * self->width)
            == AW_DONE;
    if (bytes != few)
        free(bytes);
    return plain;
}

static int aw_elements_set(PyObject *object, PyObject *key, PyObject *value)
{
    const aw_elements *self = (aw_elements *)object;
    uint8_t bytes[8];
    uint64_t index;
    PyObject *result;
    if (value && self->memory && aw_py_place(key, &index)) {
        if (index < UINT64_MAX / 16 && aw_to_element(self->format, self->width, value, bytes)
            && aw_py_write(self->memory, aw_elements_at(self, index), bytes, self->width) == AW_DONE)
            return 0;
    } else if (value && self->memory && PySlice_Check(key)) {
        int assigned = aw_elements_assign(self, key, value);
        if (assigned)
            return assigned < 0 ? -1 : 0;
    }
    result = value ? PyObject_CallMethod(object, "_set_slowly", "(OO)", key, value)
                   : PyObject_CallMethod(object, "_delete", "(O)", key);
    Py_XDECREF(result);
    return result ? 0 : -1;
}

static Py_ssize_t aw_elements_length(PyObject *object)
{
    const aw_elements *self = (aw_elements *)object;
    uint64_t size;
    PyObject *result;
    Py_ssize_t length = -1;
    if (self->memory && aw_py_size(self->memory, &size) == AW_DONE)
        return size < self->offset ? 0 : (Py_ssize_t)((size - self->offset) / self->width);
    result = PyObject_CallMethod(object, "_count", NULL);
    if (result)
        length = PyLong_AsSsize_t(result);
    Py_XDECREF(result);
    return length;
}

/* _bind(address, offset in elements, format): what is shown. */
static PyObject *aw_elements_bind(PyObject *object, PyObject *args)
{
    aw_elements *self = (aw_elements *)object;
    unsigned long long address, offset;
    int format;
    if (!PyArg_ParseTuple(args, "KKC", &address, &offset, &format))
        return NULL;
    self->memory = (const aw_extern *)(uintptr_t)address;
    self->format = (char)format;
    self->width = aw_element_width(self->format);
    /* An offset that far out is beyond any memory's end, and stays so. */
    self->offset = (offset < 1ULL << 56 ? offset : 1ULL << 56) * self->width;
    Py_RETURN_NONE;
}

static PyMethodDef aw_elements_methods[] = {
    {"_bind", aw_elements_bind, METH_VARARGS, "Says what is shown: address, offset and format."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot aw_elements_slots[] = {
    {Py_mp_length, (void *)aw_elements_length},
    {Py_mp_subscript, (void *)aw_elements_get},
    {Py_mp_ass_subscript, (void *)aw_elements_set},
    {Py_tp_methods, aw_elements_methods},
    {Py_tp_doc, "The fast path of a typed view of a memory."},
    {0, NULL},
};

static PyType_Spec aw_elements_spec = {
    "anywasm.engines.MemoryElements", sizeof(aw_elements), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    aw_elements_slots,
};
