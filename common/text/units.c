/* Sentences by the rules of UAX #29, "Unicode Text Segmentation", section 5, revision
 * 41, written out over the few bytes between two words: ICU's iterator walks through
 * every character, which costs more than finding the words does, and it ends a
 * sentence at each new line. docs/decisions/041-sentences.md has the numbers.
 */
#include "text/units.h"

#include "base/err.h"
#include "base/sixteen_bytes.h"
#include "text/abbreviations.h"
#include "text/fold_icu.h"

#include <string.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#define ELLIPSIS SLICE("\xe2\x80\xa6") /* U+2026 */

enum found { FOUND_NOTHING, FOUND_SENTENCE, FOUND_PARAGRAPH };

/* Between two words. */
struct gap {
    struct slice text; /* of the whole part */
    size_t from, to;   /* from: the full stop of "U.S.", too */
    const struct token *before, *after;
};

/* ICU's property, of ASCII without asking it. A line's end is white space here. */
static const uint8_t ascii_class[0x80] = {
    ['.'] = U_SB_ATERM,
    ['!'] = U_SB_STERM,
    ['?'] = U_SB_STERM,
    [','] = U_SB_SCONTINUE,
    ['-'] = U_SB_SCONTINUE,
    [':'] = U_SB_SCONTINUE,
    ['"'] = U_SB_CLOSE,
    ['\''] = U_SB_CLOSE,
    ['('] = U_SB_CLOSE,
    [')'] = U_SB_CLOSE,
    ['['] = U_SB_CLOSE,
    [']'] = U_SB_CLOSE,
    ['{'] = U_SB_CLOSE,
    ['}'] = U_SB_CLOSE,
    [' '] = U_SB_SP,
    ['\t' ... '\r'] = U_SB_SP,
    ['a' ... 'z'] = U_SB_LOWER,
    ['A' ... 'Z'] = U_SB_UPPER,
    ['0' ... '9'] = U_SB_NUMERIC,
};
_Static_assert(U_SB_OTHER == 0, "all others");

/* An ellipsis is three full stops, and ill-formed bytes are nothing. */
static int class_of(int32_t c)
{
    if (c < 0x80)
        return c < 0 ? U_SB_OTHER : ascii_class[c];
    return c == 0x2026 ? U_SB_ATERM
                       : u_getIntPropertyValue(c, UCHAR_SENTENCE_BREAK);
}

static bool is_white(int32_t c)
{
    return c < 0x80 ? class_of(c) == U_SB_SP : u_isUWhiteSpace(c);
}

static int next_class_beyond_ascii(struct slice text, size_t *at)
{
    int32_t c;
    U8_NEXT(text.data, *at, text.len, c);
    int class = class_of(c);
    for (size_t next = *at; next < text.len; *at = next) {
        U8_NEXT(text.data, next, text.len, c);
        int belongs = class_of(c);
        if (belongs != U_SB_EXTEND && belongs != U_SB_FORMAT)
            break;
    }
    return class;
}

/* The class of the character at *at, which moves behind it and behind what belongs
 * to it (SB5), which is never ASCII; -1 at the end. */
static inline int next_class(struct slice text, size_t *at)
{
    if (*at >= text.len)
        return -1;
    if (text.len - *at >= 2 && text.data[*at] < 0x80 &&
        text.data[*at + 1] < 0x80)
        return ascii_class[text.data[(*at)++]];
    return next_class_beyond_ascii(text, at);
}

static int class_before(struct slice text, size_t at)
{
    int class = U_SB_OTHER;
    while (at > 0) {
        size_t end = at--;
        while (at > 0 && end - at < U8_MAX_LENGTH && U8_IS_TRAIL(text.data[at]))
            at--;
        size_t next = at;
        int32_t c;
        U8_NEXT(text.data, next, end, c);
        class = class_of(c);
        if (class != U_SB_EXTEND && class != U_SB_FORMAT)
            break;
    }
    return class;
}

static bool is_cased(int class)
{
    return class == U_SB_UPPER || class == U_SB_LOWER;
}

/* SB8: whether the next letter, before any other end of a sentence, is small. */
static bool small_letter_follows(struct slice text, size_t at)
{
    for (;;) {
        int class = next_class(text, &at);
        switch (class) {
        case U_SB_LOWER:
            return true;
        case -1:
        case U_SB_OLETTER:
        case U_SB_UPPER:
        case U_SB_SEP:
        case U_SB_ATERM:
        case U_SB_STERM:
            return false;
        }
    }
}

/* Wire text begins paragraphs so. */
static bool is_indented(const struct gap *gap)
{
    for (size_t at = gap->from; at + 1 < gap->to; at++)
        if (gap->text.data[at] == '\n' && gap->text.data[at + 1] == ' ')
            return true;
    return false;
}

/* Whether a sentence ends with the terminator at `at`. */
static bool sentence_ends(const struct gap *gap, size_t at)
{
    struct slice text = gap->text;
    size_t end = at;
    int term = next_class(text, &end);
    size_t next = end;
    int class = next_class(text, &next);
    if (term == U_SB_ATERM) {
        if (class == U_SB_NUMERIC) /* SB6 */
            return false;
        bool many = text.data[at] != '.' &&
                    slice_starts_with(slice_part(text, at, text.len), ELLIPSIS);
        if (!many && class == U_SB_UPPER &&
            is_cased(class_before(text, at))) /* SB7 */
            return false;
    }
    bool closed = class == U_SB_CLOSE;
    for (; class == U_SB_CLOSE; class = next_class(text, &next))
        end = next;
    for (; class == U_SB_SP; class = next_class(text, &next))
        end = next;
    if (class == U_SB_SCONTINUE || class == U_SB_ATERM || class == U_SB_STERM)
        return false; /* SB8a */
    if (term == U_SB_STERM)
        return class != U_SB_LOWER; /* "What?" he said. */
    if (small_letter_follows(text, end))
        return false; /* SB8 */
    bool at_word = text.data[at] == '.' &&
                   (at == gap->before->end || at + 1 == gap->before->end);
    return closed || !at_word ||
           !abbreviation_goes_on(text, gap->before, gap->after) ||
           is_indented(gap); /* SB11 */
}

/* The first blank line decides: what stands before and behind it are two. */
static enum found look(const struct gap *gap)
{
    enum found found = FOUND_NOTHING;
    bool newline = false;
    for (size_t at = gap->from; at < gap->to;) {
        size_t start = at;
        int32_t c;
        U8_NEXT(gap->text.data, at, gap->text.len, c);
        if (c == '\n' && newline)
            return FOUND_PARAGRAPH;
        if (c == '\n')
            newline = true;
        else if (!is_white(c))
            newline = false;
        int class = class_of(c);
        if (found == FOUND_NOTHING &&
            (class == U_SB_ATERM || class == U_SB_STERM) &&
            sentence_ends(gap, start))
            found = FOUND_SENTENCE;
        if (class == U_SB_SEP) /* SB4: U+2029 and the like */
            found = FOUND_SENTENCE;
    }
    return found;
}

/* The commonest punctuation beyond ASCII, which ends nothing: quotation marks and
 * dashes, Chinese commas and brackets. */
static bool is_harmless(int32_t c)
{
    return (c >= 0x2010 && c <= 0x2023) || (c >= 0xa0 && c <= 0xbf) ||
           c == 0x3000 || c == 0x3001 || (c >= 0x3003 && c <= 0x301f) ||
           (c >= 0xff08 && c <= 0xff0c) || c == 0xff1a || c == 0xff1b;
}

/* Of the gaps with marks, many are the end of a line: nothing that ends anything. */
static bool worth_a_look(struct slice text, size_t from, size_t to)
{
    if (to - from == 1 && text.data[from] == '\n')
        return false;
    unsigned newlines = 0;
    for (size_t at = from; at < to;) {
        int32_t c;
        U8_NEXT(text.data, at, to, c);
        if (c == '.' || c == '!' || c == '?' || c < 0 ||
            (c >= 0x80 && !is_harmless(c)))
            return true;
        newlines += c == '\n';
    }
    return newlines > 1;
}

static int append(struct unit_list *units, uint32_t position,
                  struct arena *arena)
{
    struct position_list *list = &units->list;
    if (list->count == units->capacity) {
        size_t capacity = units->capacity ? units->capacity * 2 : 16;
        uint32_t *at = arena_array(arena, uint32_t, capacity);
        if (!at)
            return text_refusal(arena, capacity * sizeof *at);
        if (list->count)
            memcpy(at, list->at, list->count * sizeof *at);
        list->at = at;
        units->capacity = capacity;
    }
    list->at[list->count++] = position;
    return ERR_OK;
}

static int begin(struct units *units, enum found found, uint32_t position,
                 struct arena *arena)
{
    int rc = append(&units->sentences, position, arena);
    if (rc == ERR_OK && found == FOUND_PARAGRAPH)
        rc = append(&units->paragraphs, position, arena);
    return rc;
}

/* --- marks: the bytes that are worth a look, some at a time --- */

enum { BLOCK = 64 };

struct marks {
    struct slice text;
    size_t base; /* of the block whose marks are known */
    uint64_t bits;
};

/* A full stop, '!', '?', the end of a line, or what is not ASCII. */
static uint64_t marks_of(const uint8_t from[BLOCK])
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < BLOCK; i += 16) {
        struct sixteen x = sixteen_load(from + i);
        struct sixteen ends =
            sixteen_or(sixteen_equal(x, '!'), sixteen_equal(x, '?'));
        struct sixteen others =
            sixteen_or(sixteen_equal(x, '.'), sixteen_equal(x, '\n'));
        bits |=
            (uint64_t)(sixteen_bits(sixteen_or(ends, others)) | sixteen_bits(x))
            << i;
    }
    return bits;
}

static void see_block(struct marks *marks, size_t base)
{
    uint8_t rest[BLOCK];
    const uint8_t *from = marks->text.data + base;
    if (marks->text.len - base < BLOCK) {
        memset(rest, ' ', sizeof rest);
        memcpy(rest, from, marks->text.len - base);
        from = rest;
    }
    marks->base = base;
    marks->bits = marks_of(from);
}

/* The next one from `at` on, which never is less than before; text.len: there is none. */
static size_t next_mark(struct marks *marks, size_t at)
{
    while (at < marks->text.len) {
        if (at - marks->base >= BLOCK)
            see_block(marks, at);
        uint64_t left = marks->bits & UINT64_MAX << (at - marks->base);
        if (left)
            return marks->base + (size_t)__builtin_ctzll(left);
        at = marks->base + BLOCK;
    }
    return marks->text.len;
}

/* Where the gap behind a word begins. */
static size_t behind(struct slice text, const struct token *word)
{
    return word->end - (text.data[word->end - 1] == '.');
}

/* From mark to mark: most gaps have none. */
static int find_units(struct slice text, const struct token *token,
                      size_t count, struct arena *arena, struct units *out)
{
    struct marks marks = {.text = text};
    size_t word = 0, next = 1;
    int rc = ERR_OK;
    see_block(&marks, 0);
    for (size_t at = behind(text, &token[0]); rc == ERR_OK;) {
        at = next_mark(&marks, at);
        for (; next < count && (token[next].joined || token[next].start <= at);
             next++)
            if (!token[next].joined)
                word = next;
        if (next == count)
            break;
        struct gap gap = {text, behind(text, &token[word]), token[next].start,
                          &token[word], &token[next]};
        if (at < gap.from) { /* it is the word's */
            at = gap.from;
            continue;
        }
        enum found found =
            worth_a_look(text, gap.from, gap.to) ? look(&gap) : FOUND_NOTHING;
        if (found != FOUND_NOTHING)
            rc = begin(out, found, gap.after->position, arena);
        at = gap.to;
    }
    return rc;
}

int units_add(struct slice text, const struct token *token, size_t count,
              bool one, struct arena *arena, struct units *out)
{
    if (count == 0)
        return ERR_OK;
    int rc = begin(out, FOUND_PARAGRAPH, token[0].position, arena);
    return rc || one ? rc : find_units(text, token, count, arena, out);
}
