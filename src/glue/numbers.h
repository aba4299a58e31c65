/* Number conversion between Python objects and slots. A slot (`aw_value`) holds one WebAssembly value.
 *
 * Three places convert numbers and must follow the same rules:
 *   1. This file is the fast path. It converts an int within the signed range of its type, or a float. call.c and
 *      host.c use it for arguments and results. elements.c and memory.c use it for indices and offsets.
 *   2. Each API style has a slow path for all other objects, such as unsigned numbers. The API style defines the error
 *      texts (python/anywasm/wasmer/convert.py, python/anywasm/wasmtime/convert.py).
 *   3. python/anywasm/core/values.py belongs to the slow path too. It writes the values that an API style has accepted
 *      to slots, and reads values from slots.
 *
 * To lower means to convert a Python object to a WebAssembly value. To lift means to convert a WebAssembly value to a
 * Python object.
 *
 * The functions are inline because a WebAssembly call runs them once for each argument and result. Calls to functions
 * in another C file would make short WebAssembly calls measurably slower.
 */

#ifndef PY_NUMBERS_H
#define PY_NUMBERS_H

#include "glue.h"

/* Codes of the number types. The codes are those of the WebAssembly binary format. */
enum { PY_I32 = 0x7f, PY_I64 = 0x7e, PY_F32 = 0x7d, PY_F64 = 0x7c };

/* Returns whether the code `type` of a value type is the code of a number type. */
static inline int py_is_number_type(uint8_t type)
{
    return type >= PY_F64 && type <= PY_I32;
}

/* Writes the Python int `object` to `*number` and returns 1. Returns 0 if the int does not fit into 64 bits. */
static inline int py_int_as_int64(PyObject *object, int64_t *number)
{
    int overflow = 0;
    *number = PyLong_AsLongLongAndOverflow(object, &overflow);
    return !overflow;
}

/* Writes a Python int from 0 to INT64_MAX to `*offset` and returns 1. Returns 0 for all other objects, and for
 * instances of subclasses of int. */
static inline int py_int_as_offset(PyObject *object, uint64_t *offset)
{
    int64_t number;
    if (!PyLong_CheckExact(object) || !py_int_as_int64(object, &number) || number < 0)
        return 0;
    *offset = (uint64_t)number;
    return 1;
}

/* Writes a Python number to `value`, a slot for one WebAssembly value of the type `type`, and returns 1. Returns 0,
 * with no exception set, if the slow path must convert the object. If `exact` is 1, instances of subclasses of int and
 * float take the slow path. */
static inline int py_lower_number(uint8_t type, PyObject *object, int exact, aw_value *value)
{
    if (type == PY_I32 || type == PY_I64) {
        int64_t number;
        /* PyLong_CheckExact comes first because it is faster: in the limited API, PyLong_Check calls a function. */
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

/* Returns the number in a slot as a Python int or float. `type` is the value type of the slot. Returns NULL with no
 * exception set if `type` is not a number type, and NULL with an exception set if Python has no memory. */
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
