/* Number conversion between Python objects and the shim's values.
 *
 * The rule for numbers has three layers, which must agree:
 *   1. The fast path, in this file: an int within the signed range of its type, or a float. call.c uses it for the
 *      arguments and the result of a WebAssembly function, host.c for those of a host function, elements.c and memory.c
 *      for elements and offsets.
 *   2. Each style's rules for all other objects (python/anywasm/wasmer/convert.py, wasmtime/convert.py): unsigned
 *      values, objects with `__index__`, and the error texts. The slow path applies them.
 *   3. Plain values into slots (python/anywasm/core/values.py), on the slow path too.
 *
 * The functions are inline, since they run for every argument of every call. A function call per argument, into a file
 * of its own, is measurable on the shortest calls.
 */

#ifndef PY_NUMBERS_H
#define PY_NUMBERS_H

#include "glue.h"

/* Codes of the value types that are numbers, as in the WebAssembly binary format. */
enum { PY_I32 = 0x7f, PY_I64 = 0x7e, PY_F32 = 0x7d, PY_F64 = 0x7c };

static inline int py_is_number_type(uint8_t type)
{
    return type >= PY_F64 && type <= PY_I32;
}

/* Writes a Python int to `*number` and returns 1; returns 0 if it is beyond 64 bits, signed. `object` must be an int. */
static inline int py_int_as_int64(PyObject *object, int64_t *number)
{
    int overflow = 0;
    *number = PyLong_AsLongLongAndOverflow(object, &overflow);
    return !overflow;
}

/* Writes an offset or index, which is an int from 0 to INT64_MAX, to `*offset` and returns 1. Returns 0 for any other
 * object, instances of subclasses of int included. */
static inline int py_as_offset(PyObject *object, uint64_t *offset)
{
    int64_t number;
    if (!PyLong_CheckExact(object) || !py_int_as_int64(object, &number) || number < 0)
        return 0;
    *offset = (uint64_t)number;
    return 1;
}

/* Writes a Python number to a slot of this type and returns 1. Returns 0, with no exception set, for an object that the
 * slow path has to convert. `exact` excludes instances of subclasses of int and float. */
static inline int py_lower_number(uint8_t type, PyObject *object, int exact, aw_value *value)
{
    if (type == PY_I32 || type == PY_I64) {
        int64_t number;
        /* Without a call, other than `PyLong_Check`. */
        if (!PyLong_CheckExact(object) && (exact || !PyLong_Check(object)))
            return 0;
        if (!py_int_as_int64(object, &number))
            return 0;
        if (type == PY_I32) {
            if (number < INT32_MIN || number > INT32_MAX)
                return 0;
            /* A backend may copy the slot as 64 bits. */
            value->i64 = 0;
            value->i32 = (int32_t)number;
        } else {
            value->i64 = number;
        }
        return 1;
    }
    if (type == PY_F32 || type == PY_F64) {
        double number;
        if (!PyFloat_CheckExact(object) && (exact || !PyFloat_Check(object)))
            return 0;
        number = PyFloat_AsDouble(object);
        if (type == PY_F64) {
            value->f64 = number;
        } else {
            value->i64 = 0;
            value->f32 = (float)number;
        }
        return 1;
    }
    return 0;
}

/* Returns the number in a slot of this type as a Python object. Returns NULL with an exception set if there is no memory
 * for it, and NULL without an exception if the type is not a number type. */
static inline PyObject *py_lift_number(uint8_t type, const aw_value *value)
{
    switch (type) {
    case PY_I32: return PyLong_FromLong(value->i32);
    case PY_I64: return PyLong_FromLongLong(value->i64);
    case PY_F32: return PyFloat_FromDouble((double)value->f32);
    case PY_F64: return PyFloat_FromDouble(value->f64);
    default: return NULL;
    }
}

#endif
