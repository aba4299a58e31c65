/*
 * The heap, the checksums, and the parts of the format that both directions need.
 *
 * The module imports nothing and uses no C library. A host asks for memory with allocate(), writes
 * its input there, calls compress() or decompress(), reads the result, and calls reset().
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "deflate.h"

const uint16_t length_base[] = {3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35,
                                43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
const uint8_t length_extra[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
const uint16_t distance_base[] = {1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257,
                                  385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
const uint8_t distance_extra[] = {0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6,
                                  6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13};
const uint8_t repeat_base[] = {3, 3, 11}, repeat_extra[] = {2, 3, 7};
const uint8_t run_order[] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};

/* The code lengths of fixed blocks: first of the literals, then of the distances. */
void fixed_lengths(uint8_t *lengths)
{
    for (uint32_t i = 0; i < FIXED_LITERALS + FIXED_DISTANCES; i++)
        lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : i < FIXED_LITERALS ? 8 : 5;
}

/*
 * Derives the codes of n symbols from their lengths. The first bit of a code is the lowest one.
 * Returns how much of the code space is used: 1 << MAX_BITS if the code is complete. If it is more,
 * there is no such code.
 */
uint32_t assign_codes(uint16_t *codes, const uint8_t *lengths, uint32_t n)
{
    uint32_t counts[MAX_BITS + 1] = {0}, next[MAX_BITS + 1] = {0}, value = 0;
    for (uint32_t symbol = 0; symbol < n; symbol++)
        counts[lengths[symbol]]++;
    for (uint32_t length = 1; length <= MAX_BITS; length++) {
        next[length] = value <<= 1;
        value += counts[length];
    }
    for (uint32_t symbol = 0; symbol < n; symbol++) {
        uint32_t length = lengths[symbol], code = next[length]++, reversed = 0;
        for (uint32_t bit = 0; bit < length; bit++)
            reversed |= (code >> bit & 1) << (length - 1 - bit);
        codes[symbol] = (uint16_t)reversed;
    }
    return value;
}

/* ---- Heap ---- */

enum { PAGE_SIZE = 65536, ALIGNMENT = 16 };

extern uint8_t __heap_base; /* from the linker: its address is the end of the stack and the static data */
static uint32_t heap_top;   /* the end of the last allocation, or 0 before the first one */

static uint64_t memory_end(void)
{
    return (uint64_t)__builtin_wasm_memory_size(0) * PAGE_SIZE;
}

/* Returns the address of `size` free bytes, not cleared, or 0 when the memory cannot grow enough. */
EXPORT(allocate) uint32_t allocate(uint32_t size)
{
    uint64_t start = heap_top != 0 ? heap_top : (uintptr_t)&__heap_base;
    start = (start + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    uint64_t top = start + size, end = memory_end();
    if (top > UINT32_MAX - PAGE_SIZE + 1) /* the last page of 4 GiB stays unused, so no address wraps */
        return 0;
    if (top > end && __builtin_wasm_memory_grow(0, (uint32_t)((top - end + PAGE_SIZE - 1) / PAGE_SIZE)) == UINT32_MAX)
        return 0;
    heap_top = (uint32_t)top;
    return (uint32_t)start;
}

/* Frees everything at once. The memory does not shrink. */
EXPORT(reset) void reset(void)
{
    heap_top = 0;
}

static bool in_memory(const uint8_t *ptr, uint32_t len, uintptr_t start)
{
    return len == 0 || ((uintptr_t)ptr >= start && (uint64_t)(uintptr_t)ptr + len <= memory_end());
}

/* True if both ranges are on the heap, where they hold no data of the module, and share no byte. */
bool valid_ranges(const uint8_t *src, uint32_t len, const uint8_t *dst, uint32_t cap)
{
    uint64_t from = (uintptr_t)src, to = (uintptr_t)dst;
    bool apart = len == 0 || cap == 0 || from + len <= to || to + cap <= from;
    return apart && in_memory(src, len, (uintptr_t)&__heap_base) && in_memory(dst, cap, (uintptr_t)&__heap_base);
}

/* ---- Checksums ---- */

uint32_t adler32(const uint8_t *data, uint32_t len)
{
    uint32_t a = 1, b = 0;
    for (uint32_t i = 0; i < len; a %= 65521, b %= 65521) {
        /* From values below 65521, the sums stay below 2^32 for more than 4096 bytes. */
        for (uint32_t end = len - i < 4096 ? len : i + 4096; i < end; i++)
            b += a += data[i];
    }
    return b << 16 | a;
}

/* The CRC-32 of zlib, gzip and PNG. It has no value left for errors: a range outside of the memory traps. */
EXPORT(crc32) int32_t crc32(const uint8_t *ptr, uint32_t len)
{
    static uint32_t table[256];
    if (!in_memory(ptr, len, 0))
        __builtin_trap();
    for (uint32_t byte = 0; table[255] == 0; byte++) { /* only in the first call */
        table[byte] = byte;
        for (uint32_t bit = 0; bit < 8; bit++)
            table[byte] = table[byte] >> 1 ^ (table[byte] & 1 ? 0xEDB88320 : 0);
    }
    uint32_t crc = UINT32_MAX;
    for (uint32_t i = 0; i < len; i++)
        crc = crc >> 8 ^ table[(crc ^ ptr[i]) & 0xFF];
    return (int32_t)~crc;
}
