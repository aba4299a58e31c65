/* Functions that read a memory, write a memory, or return its size. memory.c, elements.c and buffer.c use them.
 *
 * Each function returns one of these outcomes:
 *   AW_DONE     The access succeeded.
 *   AW_FAILED   The shim failed and stored an error for this thread.
 *   AW_OUTSIDE  The range is not completely inside the memory.
 *
 * A function first tries the access without releasing the GIL. It skips this try for a large copy, and the try fails if
 * another thread is in the store. The function then releases the GIL and waits for the other thread, because that
 * thread may need the GIL to leave the store.
 *
 * The first try is inline for speed: most accesses to an element succeed with it.
 */

#ifndef PY_MEMORY_H
#define PY_MEMORY_H

#include "glue.h"

/* Maximum number of bytes that this thread copies without releasing the GIL. */
#define PY_SMALL_COPY 65536

/* These functions, in memory.c, release the GIL and wait until the thread can enter the store. */
uint8_t py_memory_read_waiting(const aw_extern *memory, uint64_t offset, uint8_t *out, size_t len);
uint8_t py_memory_write_waiting(const aw_extern *memory, uint64_t offset, const uint8_t *from, size_t len);
uint8_t py_memory_size_waiting(const aw_extern *memory, uint64_t *size);

/* Copies `len` bytes at the address `offset` of the memory to `out`. Returns an outcome, as `aw_memory_try_read` does,
 * but never AW_BUSY, which means that the access has not been made yet. A short copy is tried at once. A long copy, or
 * a copy from a store that another thread uses, is done without the GIL. */
static inline uint8_t py_memory_read(const aw_extern *memory, uint64_t offset, uint8_t *out, size_t len)
{
    uint8_t outcome = len <= PY_SMALL_COPY ? aw_memory_try_read(memory, offset, out, len) : AW_BUSY;
    return outcome == AW_BUSY ? py_memory_read_waiting(memory, offset, out, len) : outcome;
}

/* Copies `len` bytes at `from` to the address `offset` of the memory, in the same two ways as `py_memory_read`. Returns
 * an outcome, as `aw_memory_try_write` does, but never AW_BUSY. */
static inline uint8_t py_memory_write(const aw_extern *memory, uint64_t offset, const uint8_t *from, size_t len)
{
    uint8_t outcome = len <= PY_SMALL_COPY ? aw_memory_try_write(memory, offset, from, len) : AW_BUSY;
    return outcome == AW_BUSY ? py_memory_write_waiting(memory, offset, from, len) : outcome;
}

/* Writes the size of the memory in bytes to `*size`. Returns an outcome, as `aw_memory_try_size` does, but never
 * AW_BUSY. */
static inline uint8_t py_memory_size(const aw_extern *memory, uint64_t *size)
{
    uint8_t outcome = aw_memory_try_size(memory, size);
    return outcome == AW_BUSY ? py_memory_size_waiting(memory, size) : outcome;
}

/* Returns the address of the bytes in a bytes or bytearray object, and writes the number of bytes to `*len`. Returns
 * NULL for all other objects, and for instances of subclasses. */
const uint8_t *py_exact_bytes(PyObject *object, Py_ssize_t *len);

#endif
