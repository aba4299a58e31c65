/* Reading, writing and measuring a memory of WebAssembly: memory.c, elements.c and buffer.c share these functions.
 *
 * The functions return AW_DONE, AW_FAILED (the shim left an error) or AW_OUTSIDE (the range is not within the memory).
 * They first try to do the work with the GIL held. That fails if another thread is in the store, and is not tried for
 * large copies. Then they release the GIL and wait, since the thread in the store may need the GIL to leave the store.
 *
 * The first try is inline because most accesses to an element need nothing else.
 */

#ifndef PY_MEMORY_H
#define PY_MEMORY_H

#include "glue.h"

/* The maximum number of bytes that are copied with the GIL held. */
#define PY_SMALL_COPY 65536

/* memory.c: the functions that release the GIL and wait until they can enter the store. */
uint8_t py_memory_read_waiting(const aw_extern *memory, uint64_t offset, uint8_t *out, size_t len);
uint8_t py_memory_write_waiting(const aw_extern *memory, uint64_t offset, const uint8_t *from, size_t len);
uint8_t py_memory_size_waiting(const aw_extern *memory, uint64_t *size);

static inline uint8_t py_memory_read(const aw_extern *memory, uint64_t offset, uint8_t *out, size_t len)
{
    uint8_t outcome = len <= PY_SMALL_COPY ? aw_memory_try_read(memory, offset, out, len) : AW_BUSY;
    return outcome == AW_BUSY ? py_memory_read_waiting(memory, offset, out, len) : outcome;
}

static inline uint8_t py_memory_write(const aw_extern *memory, uint64_t offset, const uint8_t *from, size_t len)
{
    uint8_t outcome = len <= PY_SMALL_COPY ? aw_memory_try_write(memory, offset, from, len) : AW_BUSY;
    return outcome == AW_BUSY ? py_memory_write_waiting(memory, offset, from, len) : outcome;
}

/* Writes the number of bytes to `*size`. */
static inline uint8_t py_memory_size(const aw_extern *memory, uint64_t *size)
{
    uint8_t outcome = aw_memory_try_size(memory, size);
    return outcome == AW_BUSY ? py_memory_size_waiting(memory, size) : outcome;
}

/* Returns the address of a bytes or bytearray object's bytes, and writes their number to `*len`. Returns NULL for any
 * other object, instances of subclasses included. */
const uint8_t *py_exact_bytes(PyObject *object, Py_ssize_t *len);

#endif
