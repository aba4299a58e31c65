/* Number conversion between Python objects and the shim's values.
 *
 * Three places share the rules and must agree:
 *   1. This file, the fast path: an int within the signed range of its type, or a float. call.c and host.c convert
 *      arguments and results with its functions, elements.c and memory.c indices and offsets.
 *   2. Each style, on the slow path: all other objects, such as unsigned numbers, and the error texts
 *      (python/anywasm/wasmer/convert.py, python/anywasm/wasmtime/convert.py).
 *   3. python/anywasm/core/values.py, on the slow path: the values that a style accepted, into slots and back.
 *
 * To lower is to convert a Python object to a value of WebAssembly; to lift is the opposite.
 *
 * The functions are inline because each call runs them for each argument and result: a call to another C file would
 * make short calls measurably slower.
 */

#ifndef PY_NUMBERS_H
#define PY_NUMBERS_H

#include "glue.h"

/* Codes of the value types that are numbers, as in the WebAssembly binary format. */
enum { PY_I32 = 0x7f, PY_I64 = 0x7e, PY_F32 = 0x7d, PY_F64 = 0x7c };

/* Returns whether this code of a value type is one of the four above. */
static inline int py_is_number_type(uint8_t type)
{
    return type >= PY_F64 && type <= PY_I32;
}

/* Writes a Python int to `*number` and returns 1. Returns 0 if the int does not fit. `object` must be an int. */
static inline int py_int_as_int64(PyObject *object, int64_t *number)
{
    int overflow = 0;
    *number = PyLong_AsLongLongAndOverflow(object, &overflow);
    return !overflow;
}

/* Writes an int from 0 to INT64_MAX to `*offset` and returns 1. Returns 0 for any other object, also for an instance of
 * a subclass of int. */
static inline int py_as_offset(PyObject *object, uint64_t *offset)
{
    int64_t number;
    if (!PyLong_CheckExact(object) || !py_int_as_int64(object, &number) || number < 0)
        return 0;
    *offset = (uint64_t)number;
    return 1;
}

/* Writes a Python number to a slot of this type and returns 1. Returns 0, with no exception set, if the slow path has
 * to convert the object. If `exact` is 1, that includes all instances of subclasses of int and float. */
static inline int py_lower_number(uint8_t type, PyObject *object, int exact, aw_value *value)
{
    if (type == PY_I32 || type == PY_I64) {
        int64_t number;
        /* The exact check comes first because it is cheaper: in the limited API, `PyLong_Check` calls a function. */
        if (!PyLong_CheckExact(object) && (exact || !PyLong_Check(object)))
            return 0;
        if (!py_int_as_int64(object, &number))
            return 0;
        if (type == PY_I32 && (number < INT32_MIN || number > INT32_MAX))
            return 0;
        /* An i32 is the first half of the slot, which holds the low bits: python/anywasm/core/elements.py asserts that
         * the machine is little-endian. */
        value->i64 = number;
        return 1;
    }
    if (type == PY_F32 || type == PY_F64) {
        double number;
        if (!PyFloat_CheckExact(object) && (exact || !PyFloat_Check(object)))
            return 0;
        number = PyFloat_AsDouble(object);
        if (type == PY_F64)
            value->f64 = number;
        else
            value->f32 = (float)number;
        return 1;
    }
    return 0;
}

/* Returns the number in a slot of this type as a Python object. Returns NULL with no exception set if the type is not a
 * number type, and NULL with an exception set if Python has no memory for the object. */
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
