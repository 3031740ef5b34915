/* Two ways through the text. Most words of most news are plain ASCII with white
 * space or simple punctuation behind them: scan_block() finds those by masks of 64
 * bytes, in which bit i stands for byte i. Everything else goes through scan_compound() and
 * scan_cluster(), a code point at a time, which know all the rules; the first is only a
 * shortcut.
 *
 * Nothing here looks back before the start of a word, and a word's compound ends
 * at white space at the latest: so a quoted copy has the same tokens.
 */
#include "text/tokenise.h"

#include "base/err.h"
#include "base/limits.h"
#include "base/sixteen_bytes.h"
#include "text/fold_fast.h"
#include "text/fold_icu.h"

#include <string.h>

enum {
    /* Bytes of a word that are folded: more than enough for a whole term even of
     * four-byte letters that fold to ASCII, and a bound on what marks upon marks
     * can cost. */
    FOLDED_BYTES = 1024,
    ROOM_BYTES = 8192,
    BLOCK = 64, /* bytes looked at together: the bits of a word */
    /* English news has a token each 5.5 to 6 bytes; what is not used costs nothing. */
    BYTES_PER_TOKEN = 4,
};

struct scanner {
    struct slice text;
    struct arena *arena;
    struct tokens *out;
    uint32_t position; /* of the next token */
    uint8_t *small; /* the text in small ASCII letters, as far as it was seen */
    uint8_t *room;  /* for forms that differ from that */
    size_t room_left;
};

/* A word as it is written, before folding. */
struct word {
    size_t start, end;
    struct char_summary sum;
    bool dotted;
};

/* --- memory and output --- */

static int grow(struct scanner *s)
{
    struct tokens *out = s->out;
    size_t capacity = out->count + s->text.len / BYTES_PER_TOKEN + BLOCK;
    if (capacity < out->capacity * 2)
        capacity = out->capacity * 2;
    struct token *token = arena_alloc_unset(s->arena, capacity * sizeof *token);
    if (!token)
        return text_refusal(s->arena, capacity * sizeof *token);
    if (out->count)
        memcpy(token, out->token, out->count * sizeof *token);
    out->token = token;
    out->capacity = capacity;
    return ERR_OK;
}

static inline int push(struct scanner *s, const struct token *token)
{
    int rc = s->out->count < s->out->capacity ? ERR_OK : grow(s);
    if (!rc)
        s->out->token[s->out->count++] = *token;
    return rc;
}

/* Give `token` the next position, and keep it. */
static inline int push_word(struct scanner *s, struct token *token)
{
    if (s->position == UINT32_MAX)
        return ERR_LIMIT;
    token->position = s->position++;
    token->width = 1;
    return push(s, token);
}

/* Room for a term; what is written there is kept with keep_room(). */
static inline int find_room(struct scanner *s)
{
    if (s->room_left >= LIMIT_TERM_BYTES + FOLD_FAST_SLACK)
        return ERR_OK;
    s->room = arena_alloc_unset(s->arena, ROOM_BYTES);
    s->room_left = s->room ? ROOM_BYTES : 0;
    return s->room ? ERR_OK : text_refusal(s->arena, ROOM_BYTES);
}

static inline struct slice keep_room(struct scanner *s, size_t len)
{
    struct slice kept = {s->room, len};
    s->room += len;
    s->room_left -= len;
    return kept;
}

static size_t code_point_floor(struct slice s, size_t limit)
{
    if (s.len <= limit)
        return s.len;
    while (limit > 0 && (s.data[limit] & 0xc0) == 0x80)
        limit--;
    return limit;
}

static inline struct slice cut(struct slice s, size_t limit)
{
    return s.len <= limit ? s
                          : (struct slice){s.data, code_point_floor(s, limit)};
}

/* --- forms --- */

static int copy_form(struct scanner *s, struct slice word,
                     const struct char_summary *sum, struct slice *form)
{
    if (!fold_is_fast(sum))
        return fold_icu(word, s->arena, form);
    int rc = find_room(s);
    if (rc)
        return rc;
    *form = (struct slice){s->room, fold_fast(word, s->room, LIMIT_TERM_BYTES)};
    *form = cut(*form, LIMIT_TERM_BYTES);
    keep_room(s, form->len);
    return ERR_OK;
}

static struct slice without_dots(struct slice word, uint8_t *out)
{
    size_t len = 0;
    for (size_t i = 0; i < word.len; i++)
        if (word.data[i] != '.')
            out[len++] = word.data[i];
    return (struct slice){out, len};
}

static int form_of(struct scanner *s, const struct word *w, struct slice *form)
{
    struct slice word = slice_part(s->text, w->start, w->end);
    uint8_t letters[FOLDED_BYTES];
    bool written = !(w->sum.any & (CHAR_UPPER | CHAR_NON_ASCII)) && !w->dotted;
    int rc = ERR_OK;
    word = cut(word, FOLDED_BYTES);
    if (w->dotted)
        word = without_dots(word, letters);
    *form = word;
    if (!written)
        rc = copy_form(s, word, &w->sum, form);
    *form = cut(*form, LIMIT_TERM_BYTES);
    return rc;
}

static int token_of(struct scanner *s, const struct word *w,
                    struct token *token)
{
    *token = (struct token){
        .start = (uint32_t)w->start,
        .end = (uint32_t)w->end,
        .all_caps = w->sum.capitals >= 2 && !(w->sum.any & CHAR_LOWER),
    };
    return form_of(s, w, &token->form);
}

/* --- words: one run of letters, marks and digits, or dotted letters --- */

static inline bool is_number_point(struct slice text, size_t at)
{
    return at < text.len && (text.data[at] == '.' || text.data[at] == ',');
}

static void scan_run(struct slice text, struct word *w)
{
    size_t at = w->start;
    w->sum = char_summary_empty();
    for (;;) {
        size_t next = at;
        uint16_t class = char_class_next(text, &next);
        if (!(class & (CHAR_STARTS_WORD | CHAR_EXTENDS))) {
            size_t digit = next;
            if (!(w->sum.last & CHAR_DIGIT) || !is_number_point(text, at) ||
                !(char_class_next(text, &digit) & CHAR_DIGIT))
                break;
            class = CHAR_FAST;
        }
        char_summary_add(&w->sum, class);
        at = next;
    }
    w->end = at;
    w->dotted = false;
}

/* "U.S.", "J.R.R.", "a.m.": single letters with a dot behind each but perhaps the
 * last, two or more. Small ones, too, since u.s. is typed for U.S. */
static bool scan_dotted(struct slice text, struct word *w)
{
    size_t letters = 0, at = w->start;
    w->sum = char_summary_empty();
    for (;;) {
        struct char_summary sum = w->sum;
        uint16_t class = char_class_next(text, &at);
        if (!(class & (CHAR_UPPER | CHAR_LOWER)) || !(class & CHAR_LETTER))
            break;
        size_t behind;
        do {
            char_summary_add(&sum, class);
            behind = at;
            class = char_class_next(text, &at);
        } while (class & CHAR_EXTENDS);
        bool dot = behind < text.len && text.data[behind] == '.';
        if (!dot && (class & CHAR_STARTS_WORD))
            break; /* the first letter of a longer word */
        letters++;
        w->sum = sum;
        w->end = behind + dot;
        if (!dot)
            break;
    }
    w->dotted = letters >= 2;
    return w->dotted;
}

/* --- compounds: words linked by single apostrophes and hyphens --- */

struct compound {
    struct token part[LIMIT_JOINED_PARTS];
    struct char_summary sum;
    size_t count; /* parts seen; past LIMIT_JOINED_PARTS they are written out */
};

static int join(struct scanner *s, const struct compound *c,
                struct token *joined)
{
    uint8_t *to;
    size_t len = 0;
    int rc = find_room(s);
    if (rc)
        return rc;
    to = s->room;
    for (size_t i = 0; i < c->count; i++) {
        struct slice form = cut(c->part[i].form, LIMIT_TERM_BYTES - len);
        memcpy(to + len, form.data, form.len);
        len += form.len;
        if (form.len < c->part[i].form.len)
            break; /* a shorter part behind it must not fill the rest */
    }
    *joined = (struct token){
        .position = c->part[0].position,
        .width = (uint16_t)c->count,
        .all_caps = c->sum.capitals >= 2 && !(c->sum.any & CHAR_LOWER),
        .joined = true,
        .start = c->part[0].start,
        .end = c->part[c->count - 1].end,
        .form = keep_room(s, len),
    };
    return ERR_OK;
}

static int write_parts(struct scanner *s, struct compound *c)
{
    bool joins = c->count > 1 && c->count <= LIMIT_JOINED_PARTS;
    for (size_t i = 0; i < c->count && i < LIMIT_JOINED_PARTS; i++) {
        int rc = push_word(s, &c->part[i]);
        if (!rc && i == 0 && joins) {
            struct token joined;
            rc = join(s, c, &joined);
            if (!rc)
                rc = push(s, &joined);
        }
        if (rc)
            return rc;
    }
    return ERR_OK;
}

static int add_part(struct scanner *s, struct compound *c, const struct word *w)
{
    struct token token;
    int rc = token_of(s, w, &token);
    if (rc || token.form.len == 0)
        return rc;
    if (c->count < LIMIT_JOINED_PARTS) {
        c->part[c->count++] = token;
        c->sum.any |= w->sum.any;
        c->sum.capitals += w->sum.capitals;
        return ERR_OK;
    }
    if (c->count == LIMIT_JOINED_PARTS) {
        c->count++; /* too many to join: the ones before go out as they are */
        rc = write_parts(s, c);
    }
    return rc ? rc : push_word(s, &token);
}

/* The `s` of "Ukraine's". */
static bool is_possessive(struct slice text, const struct word *w)
{
    return w->end - w->start == 1 && (text.data[w->start] | 0x20) == 's';
}

static int scan_compound(struct scanner *s, size_t *at)
{
    struct compound c;
    struct word w = {.start = *at};
    uint16_t link = 0;
    c.count = 0;
    c.sum = char_summary_empty();
    for (;;) {
        if (!scan_dotted(s->text, &w))
            scan_run(s->text, &w);
        if (!(link & CHAR_APOSTROPHE) || !is_possessive(s->text, &w)) {
            int rc = add_part(s, &c, &w);
            if (rc)
                return rc;
        }
        *at = w.end;
        size_t behind = w.end, next;
        link = char_class_next(s->text, &behind);
        next = behind;
        if (!(link & (CHAR_APOSTROPHE | CHAR_HYPHEN)) ||
            !(char_class_next(s->text, &next) & CHAR_STARTS_WORD))
            break;
        w.start = behind;
    }
    return c.count <= LIMIT_JOINED_PARTS ? write_parts(s, &c) : ERR_OK;
}

/* --- clusters: UAX #29 for the scripts that are CHAR_CLUSTER --- */

static int scan_cluster(struct scanner *s, size_t *at)
{
    struct word w = {.start = *at, .end = *at, .sum = char_summary_empty()};
    struct token token;
    uint16_t class = char_class_next(s->text, at);
    do {
        char_summary_add(&w.sum, class);
        w.end = *at;
        class = char_class_next(s->text, at);
    } while (class & CHAR_EXTENDS);
    *at = w.end;

    int rc = ERR_OK;
    if ((w.sum.all & CHAR_FAST) && w.end - w.start <= 4) {
        /* One character that folds to itself: nearly all of Chinese. */
        token = (struct token){.start = (uint32_t)w.start,
                               .end = (uint32_t)w.end,
                               .form = slice_part(s->text, w.start, w.end)};
    } else {
        rc = token_of(s, &w, &token);
    }
    return rc || token.form.len == 0 ? rc : push_word(s, &token);
}

/* --- the text --- */

/* What the bytes of a block are. */
struct masks {
    uint64_t word; /* ASCII letters and digits */
    uint64_t upper;
    uint64_t high; /* beyond ASCII */
    uint64_t link; /* may hold what stands before and behind it together */
};

/* `from` has 64 bytes; in small letters they go to `small`. Its digits stay, but what is
 * no word becomes something else. */
static inline struct masks look(const uint8_t *from, uint8_t *small)
{
    struct masks m = {0};
    uint64_t hook = 0, point = 0, digit = 0;
    for (unsigned i = 0; i < BLOCK; i += 16) {
        struct sixteen x = sixteen_load(from + i);
        struct sixteen low = sixteen_or(x, sixteen_of(0x20));
        struct sixteen hooks = sixteen_or(
            sixteen_equal(x, '-'),
            sixteen_or(sixteen_equal(x, '\''), sixteen_equal(x, '`')));
        struct sixteen points =
            sixteen_or(sixteen_equal(x, '.'), sixteen_equal(x, ','));
        sixteen_store(small + i, low);
        m.word |= (uint64_t)sixteen_bits(sixteen_range(low, 'a', 'z')) << i;
        digit |= (uint64_t)sixteen_bits(sixteen_range(x, '0', '9')) << i;
        m.upper |= (uint64_t)sixteen_bits(sixteen_range(x, 'A', 'Z')) << i;
        m.high |= (uint64_t)sixteen_bits(x) << i;
        hook |= (uint64_t)sixteen_bits(hooks) << i;
        point |= (uint64_t)sixteen_bits(points) << i;
    }
    m.word |= digit;
    uint64_t one = m.word & ~(m.word << 1) & ~(m.word >> 1);
    /* points in numbers, and behind single letters */
    point &= digit << 1 | one << 1;
    m.link = (hook | point | m.high) & (m.word | m.high) >> 1;
    return m;
}

_Static_assert((int)BLOCK <= (int)LIMIT_TERM_BYTES,
               "words of a block are never cut");

/* What is left of a block. */
struct block {
    size_t base; /* the place of its first byte */
    struct masks m;
    /* Of words: their first bytes, and the first ones behind them. The n-th of the one
     * belong to the n-th of the other. */
    uint64_t starts, ends;
    /* What is not for take_plain(): bytes beyond ASCII, and the ends of words that may be
     * more than they seem. */
    uint64_t special;
};

/* With no more than this, a block has all that is left of the text. */
static bool is_last(const struct scanner *s, size_t base)
{
    return s->text.len - base < BLOCK;
}

static struct block block_at(const struct scanner *s, size_t base)
{
    uint8_t rest[BLOCK];
    const uint8_t *from = s->text.data + base;
    uint64_t late = UINT64_C(1) << (BLOCK - 1); /* what follows is not seen */
    if (is_last(s, base)) {
        memset(rest, ' ', sizeof rest);
        memcpy(rest, from, s->text.len - base);
        from = rest;
        late = 0;
    }
    struct block b = {.base = base, .m = look(from, s->small + base)};
    b.starts = b.m.word & ~(b.m.word << 1);
    b.ends = ~b.m.word & b.m.word << 1;
    b.special = b.m.high | (b.ends & (b.m.link | late));
    return b;
}

static bool has_small_letter(struct slice word)
{
    for (size_t i = 0; i < word.len; i++)
        if (word.data[i] >= 'a')
            return true;
    return false;
}

/* The words before the first special byte, as token_of() gives them. */
static int take_plain(struct scanner *s, struct block *b)
{
    uint64_t before = (b->special & -b->special) - 1, ends = b->ends & before;
    struct tokens *out = s->out;
    int rc = ERR_OK;
    if (out->capacity - out->count < BLOCK / 2)
        rc = grow(s);
    if (s->position > UINT32_MAX - BLOCK) /* push_word() minds the last ones */
        ends = 0;
    if (rc || !ends)
        return rc;
    struct token *to = out->token + out->count;
    uint32_t position = s->position;
    b->ends ^= ends;
    do {
        uint32_t start =
            (uint32_t)b->base + (uint32_t)__builtin_ctzll(b->starts);
        uint32_t end = (uint32_t)b->base + (uint32_t)__builtin_ctzll(ends);
        uint64_t upper = b->m.upper & ((ends & -ends) - 1);
        *to = (struct token){.position = position++,
                             .width = 1,
                             .start = start,
                             .end = end,
                             .form = {s->small + start, end - start}};
        if (upper & (upper - 1)) /* two capitals */
            to->all_caps = !has_small_letter(slice_part(s->text, start, end));
        b->m.upper ^= upper;
        b->starts &= b->starts - 1;
        ends &= ends - 1;
        to++;
    } while (ends);
    s->position = position;
    out->count = (size_t)(to - out->token);
    return ERR_OK;
}

/* A word that may be more than ASCII letters and digits. */
static int scan_other(struct scanner *s, size_t *at)
{
    size_t next = *at;
    uint16_t class = char_class_next(s->text, &next);
    if (class & CHAR_STARTS_WORD)
        return scan_compound(s, at);
    if (class & CHAR_CLUSTER)
        return scan_cluster(s, at);
    *at = next;
    return ERR_OK;
}

/* What lies before byte `at` of the text is done. */
static void pass(struct block *b, size_t at)
{
    uint64_t left = at - b->base < BLOCK ? UINT64_MAX << (at - b->base) : 0;
    b->starts &= left;
    b->ends &= left << 1; /* a word may end just there */
    b->m.upper &= left;
    b->m.high &= left;
    b->special &= b->m.high | b->ends;
}

/* The words of the block at *base, which moves to where the next one has to begin. */
static int scan_block(struct scanner *s, size_t *base)
{
    struct block b = block_at(s, *base);
    *base += BLOCK;
    for (;;) {
        int rc = take_plain(s, &b);
        uint64_t left = b.starts | b.m.high;
        if (rc || !left)
            return rc;
        size_t at = b.base + (size_t)__builtin_ctzll(left);
        bool cut_off = (left & -left & b.starts) && b.ends << 1 == 0;
        if (cut_off && at > b.base && !is_last(s, b.base)) {
            *base = at; /* where the next one sees it whole */
            return ERR_OK;
        }
        rc = scan_other(s, &at);
        if (rc)
            return rc;
        if (at >= b.base + BLOCK) {
            *base = at;
            return ERR_OK;
        }
        pass(&b, at);
    }
}

static int scan_text(struct scanner *s)
{
    int rc = ERR_OK;
    for (size_t base = 0; base < s->text.len && !rc;)
        rc = scan_block(s, &base);
    return rc;
}

int tokenise(struct slice text, uint32_t first_position, struct arena *arena,
             struct tokens *out)
{
    struct scanner s = {
        .text = text, .arena = arena, .out = out, .position = first_position};
    if (text.len > UINT32_MAX)
        return ERR_LIMIT;
    int rc = fold_icu_ready();
    if (rc)
        return rc;
    s.small = arena_alloc_unset(arena, text.len + BLOCK);
    if (!s.small)
        return text_refusal(arena, text.len + BLOCK);
    rc = scan_text(&s);
    if (s.position > first_position)
        out->positions = s.position;
    return rc;
}
