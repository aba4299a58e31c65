/*
 * Declarations that the files share: numbers and tables of the DEFLATE format (RFC 1951), and a few functions.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define EXPORT(name) __attribute__((export_name(#name)))

enum { /* the negative results of compress() and decompress() */
    ERROR_ARGUMENT = -1,  /* a range is not on the heap, or the two ranges overlap */
    ERROR_SPACE = -2,     /* the result does not fit into dst */
    ERROR_TRUNCATED = -3, /* the input ends too early */
    ERROR_FORMAT = -4,    /* the input is malformed */
    ERROR_CHECKSUM = -5,  /* the Adler-32 at the end does not match the data */
};

enum {
    STORED = 0, FIXED = 1, DYNAMIC = 2, /* types of blocks */
    MAX_BITS = 15,        /* the maximum length of the code of a symbol */
    END_OF_BLOCK = 256,
    FIRST_LENGTH = 257,   /* symbol of the shortest match length */
    LITERALS = 286,       /* symbols for literals, the end of the block and match lengths */
    DISTANCES = 30,       /* symbols for distances */
    FIXED_LITERALS = 288, /* the fixed codes have a few more symbols, which must not occur */
    FIXED_DISTANCES = 32,
    RUNS = 19,            /* symbols that describe the code lengths of a dynamic block */
    FIRST_REPEAT = 16,    /* run symbol 16 repeats the previous length, 17 and 18 repeat zero */
};

/* In deflate.c: the smallest value and the number of extra bits of each symbol, and the order of the run symbols. */
extern const uint16_t length_base[LITERALS - FIRST_LENGTH], distance_base[DISTANCES];
extern const uint8_t length_extra[LITERALS - FIRST_LENGTH], distance_extra[DISTANCES];
extern const uint8_t repeat_base[RUNS - FIRST_REPEAT], repeat_extra[RUNS - FIRST_REPEAT], run_order[RUNS];

void fixed_lengths(uint8_t *lengths);
uint32_t assign_codes(uint16_t *codes, const uint8_t *lengths, uint32_t n);
uint32_t adler32(const uint8_t *data, uint32_t len);
bool valid_ranges(const uint8_t *src, uint32_t len, const uint8_t *dst, uint32_t cap);
