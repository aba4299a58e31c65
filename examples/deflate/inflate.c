/*
 * Decompression. All input is checked before it is used. Nothing is written beyond the capacity.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "deflate.h"

/* Maps the next bits of the input, as many as the longest code has, to a symbol. */
struct decoder {
    uint32_t max_bits;
    uint16_t table[1 << MAX_BITS]; /* symbol * 16 + length of its code, or 0 for no symbol */
};

struct inflater {
    const uint8_t *src;
    uint32_t next, len;   /* the next byte to read, and the end */
    uint32_t bits, count; /* bits that were read but not used, the next one in bit 0; all bits above are zero */
    int32_t error;        /* of take() or decode(), or 0 */
    uint8_t *dst;
    uint32_t size, cap;
    uint32_t window;      /* the largest distance that the header allows */
};

/* ---- Reading. After an error, the results are in their range but have no meaning. ---- */

/* Returns the next 16 bits or more without consuming them. All bits after the end of the input are zero. */
static uint32_t peek(struct inflater *s)
{
    for (; s->count < 16 && s->next < s->len; s->count += 8)
        s->bits |= (uint32_t)s->src[s->next++] << s->count;
    return s->bits;
}

static void drop(struct inflater *s, uint32_t n)
{
    if (n > s->count) {
        s->error = ERROR_TRUNCATED;
        n = s->count;
    }
    s->bits >>= n;
    s->count -= n;
}

/* Returns the next n <= 16 bits as a number. */
static uint32_t take(struct inflater *s, uint32_t n)
{
    uint32_t value = peek(s) & ((1u << n) - 1);
    drop(s, n);
    return value;
}

static uint32_t decode(struct inflater *s, const struct decoder *d)
{
    uint32_t entry = d->table[peek(s) & ((1u << d->max_bits) - 1)];
    if (entry == 0)
        s->error = ERROR_FORMAT;
    drop(s, entry & 15);
    return entry >> 4;
}

/*
 * Fills in the table for a code of n symbols. The code must be complete. The one exception, if
 * `sparse`, is a code with no symbol, or with one symbol of one bit.
 */
static int32_t build_decoder(struct decoder *d, const uint8_t *lengths, uint32_t n, bool sparse)
{
    uint16_t codes[FIXED_LITERALS];
    uint32_t space = assign_codes(codes, lengths, n);
    d->max_bits = 0;
    for (uint32_t symbol = 0; symbol < n; symbol++)
        d->max_bits = lengths[symbol] > d->max_bits ? lengths[symbol] : d->max_bits;
    if (space > 1 << MAX_BITS || (space < 1 << MAX_BITS && (!sparse || d->max_bits > 1)))
        return ERROR_FORMAT;
    d->table[0] = d->table[1] = 0; /* only a sparse code leaves a hole */
    for (uint32_t symbol = 0; symbol < n; symbol++)
        for (uint32_t i = codes[symbol]; lengths[symbol] != 0 && i < 1u << d->max_bits; i += 1u << lengths[symbol])
            d->table[i] = (uint16_t)(symbol << 4 | lengths[symbol]);
    return 0;
}

/* ---- Blocks ---- */

static int32_t stored_block(struct inflater *s)
{
    drop(s, s->count & 7); /* the rest starts with a full byte */
    uint32_t length = take(s, 16), complement = take(s, 16);
    if (s->error != 0)
        return s->error;
    if (length != (complement ^ 0xFFFF))
        return ERROR_FORMAT;
    if (length > s->len - s->next) /* no bits are left here, so the data starts at the next byte */
        return ERROR_TRUNCATED;
    if (length > s->cap - s->size)
        return ERROR_SPACE;
    for (; length > 0; length--)
        s->dst[s->size++] = s->src[s->next++];
    return 0;
}

/* Decodes literals and matches up to the end of the block. The lengths of the distance codes follow the others. */
static int32_t coded_block(struct inflater *s, const uint8_t *lengths, uint32_t literals, uint32_t distances)
{
    static struct decoder literal_decoder, distance_decoder; /* too large for the stack */
    if (lengths[END_OF_BLOCK] == 0 || build_decoder(&literal_decoder, lengths, literals, true) != 0 ||
        build_decoder(&distance_decoder, lengths + literals, distances, true) != 0)
        return ERROR_FORMAT;
    for (;;) {
        uint32_t symbol = decode(s, &literal_decoder);
        if (s->error != 0 || symbol == END_OF_BLOCK)
            return s->error;
        if (symbol < END_OF_BLOCK) {
            if (s->size == s->cap)
                return ERROR_SPACE;
            s->dst[s->size++] = (uint8_t)symbol;
            continue;
        }
        if (symbol >= LITERALS)
            return ERROR_FORMAT;
        uint32_t length = length_base[symbol - FIRST_LENGTH] + take(s, length_extra[symbol - FIRST_LENGTH]);
        symbol = decode(s, &distance_decoder);
        if (symbol >= DISTANCES)
            return ERROR_FORMAT;
        uint32_t distance = distance_base[symbol] + take(s, distance_extra[symbol]);
        if (s->error != 0)
            return s->error;
        if (distance > s->size || distance > s->window)
            return ERROR_FORMAT;
        if (length > s->cap - s->size)
            return ERROR_SPACE;
        for (; length > 0; length--, s->size++) /* byte by byte: a match may overlap itself */
            s->dst[s->size] = s->dst[s->size - distance];
    }
}

static int32_t fixed_block(struct inflater *s)
{
    uint8_t lengths[FIXED_LITERALS + FIXED_DISTANCES];
    fixed_lengths(lengths);
    return coded_block(s, lengths, FIXED_LITERALS, FIXED_DISTANCES);
}

static int32_t dynamic_block(struct inflater *s)
{
    static struct decoder run_decoder;
    uint8_t run_lengths[RUNS] = {0}, lengths[LITERALS + DISTANCES];
    uint32_t literals = 257 + take(s, 5), distances = 1 + take(s, 5), runs = 4 + take(s, 4);
    if (literals > LITERALS || distances > DISTANCES)
        return ERROR_FORMAT;
    for (uint32_t i = 0; i < runs; i++)
        run_lengths[run_order[i]] = (uint8_t)take(s, 3);
    if (s->error != 0)
        return s->error;
    if (build_decoder(&run_decoder, run_lengths, RUNS, false) != 0)
        return ERROR_FORMAT;
    for (uint32_t i = 0; i < literals + distances;) {
        uint32_t symbol = decode(s, &run_decoder), repeat = 1;
        uint8_t length = (uint8_t)symbol;
        if (symbol >= FIRST_REPEAT) {
            if (symbol == FIRST_REPEAT && i == 0)
                return ERROR_FORMAT;
            length = symbol == FIRST_REPEAT ? lengths[i - 1] : 0;
            repeat = repeat_base[symbol - FIRST_REPEAT] + take(s, repeat_extra[symbol - FIRST_REPEAT]);
        }
        if (s->error != 0)
            return s->error;
        if (repeat > literals + distances - i)
            return ERROR_FORMAT;
        for (; repeat > 0; repeat--)
            lengths[i++] = length;
    }
    return coded_block(s, lengths, literals, distances);
}

/* Decompresses one complete zlib stream. Returns the size or an error. After an error, dst is undefined. */
EXPORT(decompress) int32_t decompress(const uint8_t *src, uint32_t len, uint8_t *dst, uint32_t cap)
{
    if (!valid_ranges(src, len, dst, cap))
        return ERROR_ARGUMENT;
    struct inflater s = {.src = src, .len = len, .dst = dst, .cap = cap < INT32_MAX ? cap : INT32_MAX};

    /* RFC 1950: method 8, a window of up to 32 KiB, check bits, and no preset dictionary. */
    uint32_t method = take(&s, 4), window = take(&s, 4), flags = take(&s, 8);
    if (s.error != 0)
        return s.error;
    if (method != 8 || window > 7 || (window << 12 | method << 8 | flags) % 31 != 0 || (flags & 0x20) != 0)
        return ERROR_FORMAT;
    s.window = 256u << window;

    for (bool final = false; !final;) {
        final = take(&s, 1);
        uint32_t type = take(&s, 2);
        int32_t error = type == STORED    ? stored_block(&s)
                        : type == FIXED   ? fixed_block(&s)
                        : type == DYNAMIC ? dynamic_block(&s)
                                          : ERROR_FORMAT;
        if (error != 0)
            return error;
    }
    drop(&s, s.count & 7);
    uint32_t checksum = 0;
    for (uint32_t i = 0; i < 4; i++)
        checksum = checksum << 8 | take(&s, 8);
    if (s.error != 0)
        return s.error;
    if (s.count > 0 || s.next < len)
        return ERROR_FORMAT; /* other bytes follow the stream */
    return checksum == adler32(dst, s.size) ? (int32_t)s.size : ERROR_CHECKSUM;
}
