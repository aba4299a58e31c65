/*
 * Compression. The input becomes literals and matches (LZ77), which are written in blocks. Each
 * block takes the smallest of the three forms: stored, with the fixed codes, or with its own codes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "deflate.h"

enum {
    MIN_MATCH = 3,
    MAX_MATCH = 258,
    WINDOW = 32768,
    HASH_BITS = 15,
    STORED_MAX = 65535,  /* bytes in one stored block */
    BLOCK_ITEMS = 16384, /* literals and matches in one block */
    MAX_CHAIN = 128,     /* candidates to look at for one match */
    GOOD_MATCH = 8,      /* from this length on, look at a quarter of the candidates only */
    LAZY_MATCH = 32,     /* from this length on, do not look for a longer match one byte later */
    NICE_MATCH = 128,    /* from this length on, look at no more candidates */
    FAR_AWAY = 4096,     /* beyond this distance, three literals cost less than a match of three */
    SYMBOLS = FIXED_LITERALS + FIXED_DISTANCES, /* of both kinds in one array, the literals first */
};

struct code {
    uint8_t lengths[SYMBOLS]; /* 0 for a symbol that does not occur */
    uint16_t codes[SYMBOLS];
};

struct match {
    uint32_t length, distance; /* a literal in a block has the distance 0, and its byte as the length */
};

struct compressor {
    const uint8_t *src;
    uint32_t len;
    uint8_t *dst;
    uint32_t size, cap;
    bool full;                      /* something did not fit into dst */
    uint32_t bits, bit_count;       /* written bits that do not fill a byte yet */

    uint32_t heads[1 << HASH_BITS]; /* for each hash: the last position with this hash plus one, or 0 */
    uint32_t chain[WINDOW];         /* for each position modulo WINDOW: the previous one with its hash plus one, or 0 */
    uint32_t indexed;               /* all positions below this one are in the chains */

    uint32_t start, end;            /* the part of src that the current block covers */
    struct match items[BLOCK_ITEMS];
    uint32_t item_count, counts[SYMBOLS];
    struct code fixed, own;
    uint16_t runs[SYMBOLS];         /* the lengths of the own code as runs: symbol + 32 * the value of its extra bits */
    uint32_t run_count, run_counts[RUNS];
    struct code run_code;
    uint32_t extra_bits;            /* the number of extra bits of all items and runs */
};

/* Writes n <= 16 bits, the lowest one first. */
static void put(struct compressor *c, uint32_t value, uint32_t n)
{
    c->bits |= value << c->bit_count;
    for (c->bit_count += n; c->bit_count >= 8; c->bit_count -= 8, c->bits >>= 8) {
        if (c->size < c->cap)
            c->dst[c->size++] = (uint8_t)c->bits;
        else
            c->full = true;
    }
}

static void put_symbol(struct compressor *c, const struct code *code, uint32_t symbol)
{
    put(c, code->codes[symbol], code->lengths[symbol]);
}

/* ---- Codes ---- */

/*
 * Finds the best code lengths up to `limit` with the package-merge algorithm. The list of each level
 * contains all symbols, and the pairs of neighbours in the list of the previous level, ordered by
 * weight. Then the lightest items of the last list are split into symbols again. Each occurrence of
 * a symbol adds one bit to its code. The items of the lightest pairs are the lightest items of the
 * previous list, so one mark per item is enough to find them again.
 */
static void find_lengths(uint8_t *lengths, const uint32_t *counts, uint32_t n, uint32_t limit)
{
    static uint16_t order[LITERALS]; /* the symbols that occur, the rarest first */
    static uint32_t lists[2][2 * LITERALS];
    static bool is_pair[MAX_BITS][2 * LITERALS];
    uint32_t used = 0, size = 0;
    for (uint32_t symbol = 0; symbol < n; symbol++) {
        lengths[symbol] = 0;
        if (counts[symbol] == 0)
            continue;
        uint32_t at = used++;
        for (; at > 0 && counts[order[at - 1]] > counts[symbol]; at--)
            order[at] = order[at - 1];
        order[at] = (uint16_t)symbol;
    }
    if (used < 2) { /* add symbols that do not occur: some decoders require a complete code */
        uint32_t symbol = used == 1 ? order[0] : 0;
        lengths[symbol] = lengths[symbol == 0] = 1;
        return;
    }
    for (uint32_t level = 0; level < limit; level++) {
        const uint32_t *before = lists[level % 2];
        uint32_t *list = lists[(level + 1) % 2], pairs = size / 2, pair = 0, leaf = 0;
        for (size = 0; leaf < used || pair < pairs; size++) {
            uint32_t weight = pair < pairs ? before[2 * pair] + before[2 * pair + 1] : UINT32_MAX;
            is_pair[level][size] = leaf == used || weight < counts[order[leaf]];
            if (is_pair[level][size])
                pair++;
            else
                weight = counts[order[leaf++]];
            list[size] = weight;
        }
    }
    uint32_t taken = 2 * used - 2;
    for (uint32_t level = limit; level-- > 0;) {
        uint32_t leaves = 0;
        for (uint32_t i = 0; i < taken; i++)
            if (!is_pair[level][i])
                lengths[order[leaves++]]++;
        taken = 2 * (taken - leaves);
    }
}

/* The size in bits of all symbols, without their extra bits. */
static uint32_t cost(const uint32_t *counts, const struct code *code, uint32_t n)
{
    uint32_t total = 0;
    for (uint32_t symbol = 0; symbol < n; symbol++)
        total += counts[symbol] * code->lengths[symbol];
    return total;
}

/* Returns the symbol of a value. Each power of two has 2^detail symbols. The lower bits of the value are extra bits. */
static uint32_t value_symbol(uint32_t value, uint32_t detail)
{
    if (value >> detail == 0)
        return value;
    uint32_t extra = 31 - (uint32_t)__builtin_clz(value) - detail;
    return (extra << detail) + (value >> extra);
}

static uint32_t length_symbol(uint32_t length)
{
    return length == MAX_MATCH ? LITERALS - 1 : FIRST_LENGTH + value_symbol(length - MIN_MATCH, 2);
}

static uint32_t distance_symbol(uint32_t distance)
{
    return value_symbol(distance - 1, 1);
}

/* ---- Blocks ---- */

static void start_block(struct compressor *c)
{
    c->start = c->end;
    c->item_count = c->run_count = c->extra_bits = 0;
    for (uint32_t i = 0; i < SYMBOLS; i++)
        c->counts[i] = 0;
    for (uint32_t i = 0; i < RUNS; i++)
        c->run_counts[i] = 0;
    c->counts[END_OF_BLOCK] = 1;
}

/* Adds n code lengths to the runs. */
static void add_runs(struct compressor *c, const uint8_t *lengths, uint32_t n)
{
    for (uint32_t i = 0, same; i < n; i += same) {
        uint32_t symbol = lengths[i], max = symbol == 0 ? 138 : 6, value = 0;
        for (same = 1; same < max && i + same < n && lengths[i + same] == symbol;)
            same++;
        if (same < 3 || (symbol != 0 && (i == 0 || lengths[i - 1] != symbol))) {
            same = 1;
        } else {
            symbol = symbol != 0 ? FIRST_REPEAT : same < 11 ? FIRST_REPEAT + 1 : FIRST_REPEAT + 2;
            value = same - repeat_base[symbol - FIRST_REPEAT];
            c->extra_bits += repeat_extra[symbol - FIRST_REPEAT];
        }
        c->runs[c->run_count++] = (uint16_t)(value << 5 | symbol);
        c->run_counts[symbol]++;
    }
}

static void put_stored(struct compressor *c, bool final)
{
    for (bool more = true; more;) {
        uint32_t length = c->end - c->start < STORED_MAX ? c->end - c->start : STORED_MAX;
        more = c->start + length < c->end;
        put(c, (final && !more) | STORED << 1, 3);
        put(c, 0, -c->bit_count & 7); /* the rest starts with a full byte */
        put(c, length, 16);
        put(c, length ^ 0xFFFF, 16);
        for (; length > 0; length--)
            put(c, c->src[c->start++], 8);
    }
}

static void put_items(struct compressor *c, const struct code *code)
{
    for (uint32_t i = 0; i < c->item_count; i++) {
        struct match item = c->items[i];
        if (item.distance == 0) {
            put_symbol(c, code, item.length);
            continue;
        }
        uint32_t length = length_symbol(item.length), distance = distance_symbol(item.distance);
        put_symbol(c, code, length);
        put(c, item.length - length_base[length - FIRST_LENGTH], length_extra[length - FIRST_LENGTH]);
        put_symbol(c, code, FIXED_LITERALS + distance);
        put(c, item.distance - distance_base[distance], distance_extra[distance]);
    }
    put_symbol(c, code, END_OF_BLOCK);
}

static void write_block(struct compressor *c, bool final)
{
    uint32_t stored = 8 * (c->end - c->start) + 40 * ((c->end - c->start) / STORED_MAX + 1);
    uint32_t fixed = 3 + c->extra_bits + cost(c->counts, &c->fixed, SYMBOLS);

    struct code *own = &c->own, *run_code = &c->run_code;
    uint32_t literals = LITERALS, distances = DISTANCES, runs = RUNS;
    find_lengths(own->lengths, c->counts, LITERALS, MAX_BITS);
    find_lengths(own->lengths + FIXED_LITERALS, c->counts + FIXED_LITERALS, DISTANCES, MAX_BITS);
    while (own->lengths[literals - 1] == 0) /* stops at 257 or above, because END_OF_BLOCK occurs */
        literals--;
    while (own->lengths[FIXED_LITERALS + distances - 1] == 0) /* stops at 2 or above, see find_lengths() */
        distances--;
    assign_codes(own->codes, own->lengths, literals);
    assign_codes(own->codes + FIXED_LITERALS, own->lengths + FIXED_LITERALS, distances);
    add_runs(c, own->lengths, literals);
    add_runs(c, own->lengths + FIXED_LITERALS, distances);
    find_lengths(run_code->lengths, c->run_counts, RUNS, 7);
    assign_codes(run_code->codes, run_code->lengths, RUNS);
    while (runs > 4 && run_code->lengths[run_order[runs - 1]] == 0)
        runs--;
    uint32_t dynamic = 3 + 5 + 5 + 4 + 3 * runs + cost(c->run_counts, run_code, RUNS) + c->extra_bits +
                       cost(c->counts, own, SYMBOLS);

    if (stored <= fixed && stored <= dynamic) {
        put_stored(c, final);
    } else if (fixed <= dynamic) {
        put(c, final | FIXED << 1, 3);
        put_items(c, &c->fixed);
    } else {
        put(c, final | DYNAMIC << 1, 3);
        put(c, literals - 257, 5);
        put(c, distances - 1, 5);
        put(c, runs - 4, 4);
        for (uint32_t i = 0; i < runs; i++)
            put(c, run_code->lengths[run_order[i]], 3);
        for (uint32_t i = 0; i < c->run_count; i++) {
            uint32_t symbol = c->runs[i] & 31;
            put_symbol(c, run_code, symbol);
            put(c, c->runs[i] >> 5, symbol < FIRST_REPEAT ? 0 : repeat_extra[symbol - FIRST_REPEAT]);
        }
        put_items(c, own);
    }
    start_block(c);
}

/* ---- Matches ---- */

static uint32_t hash(const uint8_t *p)
{
    return ((uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2]) * 2654435761u >> (32 - HASH_BITS);
}

/* Returns the longest match that is longer than `beat`, which is at least 2, or a match of length 0 if none is. */
static struct match find_match(struct compressor *c, uint32_t at, uint32_t beat)
{
    struct match best = {0, 0};
    uint32_t limit = c->len - at < MAX_MATCH ? c->len - at : MAX_MATCH;
    if (limit <= beat)
        return best;
    for (; c->indexed < at; c->indexed++) { /* at least three bytes are left at each of these positions */
        uint32_t *head = &c->heads[hash(c->src + c->indexed)];
        c->chain[c->indexed % WINDOW] = *head;
        *head = c->indexed + 1;
    }
    const uint8_t *here = c->src + at;
    uint32_t entry = c->heads[hash(here)], tries = beat < GOOD_MATCH ? MAX_CHAIN : MAX_CHAIN / 4;
    for (; entry != 0 && at - (entry - 1) <= WINDOW && tries > 0; entry = c->chain[(entry - 1) % WINDOW], tries--) {
        const uint8_t *there = c->src + (entry - 1);
        uint32_t distance = at - (entry - 1), length = 0;
        if (there[beat] != here[beat])
            continue;
        while (length < limit && there[length] == here[length])
            length++;
        if (length <= beat || (length == MIN_MATCH && distance > FAR_AWAY))
            continue;
        best = (struct match){length, distance};
        beat = length;
        if (length >= NICE_MATCH || length == limit)
            break;
    }
    return best;
}

/* Adds a match to the block, or the next literal if the match is empty. */
static void add_item(struct compressor *c, struct match match)
{
    if (c->item_count == BLOCK_ITEMS)
        write_block(c, false);
    if (match.length == 0) {
        c->items[c->item_count++] = (struct match){c->src[c->end], 0};
        c->counts[c->src[c->end++]]++;
        return;
    }
    uint32_t length = length_symbol(match.length), distance = distance_symbol(match.distance);
    c->items[c->item_count++] = match;
    c->end += match.length;
    c->counts[length]++;
    c->counts[FIXED_LITERALS + distance]++;
    c->extra_bits += (uint32_t)length_extra[length - FIRST_LENGTH] + distance_extra[distance];
}

/* Writes src to dst as a zlib stream, of at most len + len / 1024 + 64 bytes. Returns the size or an error. */
EXPORT(compress) int32_t compress(const uint8_t *src, uint32_t len, uint8_t *dst, uint32_t cap)
{
    static struct compressor compressor; /* too large for the stack */
    struct compressor *c = &compressor;
    if (!valid_ranges(src, len, dst, cap))
        return ERROR_ARGUMENT;
    c->src = src;
    c->len = len;
    c->dst = dst;
    c->cap = cap < INT32_MAX ? cap : INT32_MAX;
    c->full = false;
    c->size = c->bits = c->bit_count = c->indexed = c->end = 0;
    for (uint32_t i = 0; i < 1 << HASH_BITS; i++)
        c->heads[i] = 0;
    fixed_lengths(c->fixed.lengths);
    assign_codes(c->fixed.codes, c->fixed.lengths, FIXED_LITERALS);
    assign_codes(c->fixed.codes + FIXED_LITERALS, c->fixed.lengths + FIXED_LITERALS, FIXED_DISTANCES);
    start_block(c);

    put(c, 0x9C78, 16); /* RFC 1950: deflate with a window of 32 KiB, default effort, check bits */
    while (c->end < len && !c->full) {
        struct match match = find_match(c, c->end, MIN_MATCH - 1);
        while (match.length != 0 && match.length < LAZY_MATCH) {
            struct match later = find_match(c, c->end + 1, match.length);
            if (later.length == 0)
                break;
            add_item(c, (struct match){0, 0}); /* a longer match one byte later is worth a literal */
            match = later;
        }
        add_item(c, match);
    }
    write_block(c, true);
    put(c, 0, -c->bit_count & 7);
    uint32_t checksum = adler32(src, len);
    for (uint32_t shift = 32; shift > 0; shift -= 8)
        put(c, checksum >> (shift - 8) & 0xFF, 8);
    return c->full ? ERROR_SPACE : (int32_t)c->size;
}
