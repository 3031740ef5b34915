/* Two ways through the text. Most words of most news are plain ASCII with white
 * space or simple punctuation behind them: scan_ascii() takes those a byte at a
 * time. Everything else goes through scan_compound() and scan_cluster(), a code
 * point at a time, which know all the rules; the first is only a shortcut.
 *
 * Nothing here looks back before the start of a word, and a word's compound ends
 * at white space at the latest: so a quoted copy has the same tokens.
 */
#include "text/tokenise.h"

#include "base/eight_bytes.h"
#include "base/err.h"
#include "base/limits.h"
#include "text/fold_fast.h"
#include "text/fold_icu.h"

#include <string.h>

enum {
    /* Bytes of a word that are folded: more than enough for a whole term even of
     * four-byte letters that fold to ASCII, and a bound on what marks upon marks
     * can cost. */
    FOLDED_BYTES = 1024,
    ROOM_BYTES = 8192,
    /* English news has a token each 5.5 to 6 bytes. */
    BYTES_PER_TOKEN = 5,
};

struct scanner {
    struct slice text;
    struct arena *arena;
    struct tokens *out;
    uint32_t position; /* of the next token */
    uint8_t *room;     /* for forms that differ from what is written */
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
    size_t capacity = out->count + s->text.len / BYTES_PER_TOKEN + 16;
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

enum {
    BYTE_LOWER = 1,
    BYTE_UPPER = 2,
    BYTE_DIGIT = 4,
    BYTE_HOOK = 8, /* may hold two words together */
    BYTE_HIGH = 16,
    BYTE_WORD = BYTE_LOWER | BYTE_UPPER | BYTE_DIGIT,
};

static const uint8_t byte_kind[256] = {
    ['a' ... 'z'] = BYTE_LOWER,  ['A' ... 'Z'] = BYTE_UPPER,
    ['0' ... '9'] = BYTE_DIGIT,  ['.'] = BYTE_HOOK,
    [','] = BYTE_HOOK,           ['\''] = BYTE_HOOK,
    ['-'] = BYTE_HOOK,           ['`'] = BYTE_HOOK,
    [0x80 ... 0xff] = BYTE_HIGH,
};

/* The kinds of the letters and digits from text.data[*end] on, eight at a time; *end moves
 * behind them, unless fewer than eight bytes are left. */
static inline uint8_t scan_eights(struct slice text, size_t *end)
{
    uint64_t capitals = 0, small = 0, digits = 0;
    while (text.len - *end >= 8) {
        uint64_t v = load_u64(text.data + *end);
        uint64_t letter = eight_range(v | EIGHT_ONES * 0x20, 'a', 'z') & ~v;
        uint64_t digit = eight_range(v, '0', '9');
        uint64_t other = ~(letter | digit) & EIGHT_HIGH;
        size_t count = other ? eight_first(other) : 8;
        uint64_t before = other ? (other & -other) - 1 : UINT64_MAX;
        capitals |= letter & ~(v << 2) & before; /* bit 5 is not set */
        small |= letter & v << 2 & before;
        digits |= digit & before;
        *end += count;
        if (count < 8)
            break;
    }
    return (uint8_t)((capitals ? BYTE_UPPER : 0) | (small ? BYTE_LOWER : 0) |
                     (digits ? BYTE_DIGIT : 0));
}

/* The word that starts at *at, when it is ASCII and certainly stands alone.
 * False: it may be more than that; *at has not moved. */
static bool scan_ascii(struct slice text, size_t *at, uint8_t *any)
{
    size_t end = *at;
    uint8_t seen = scan_eights(text, &end), kind = 0;
    while (end < text.len && ((kind = byte_kind[text.data[end]]) & BYTE_WORD)) {
        seen |= kind;
        end++;
    }
    if ((kind & (BYTE_HOOK | BYTE_HIGH)) && end + 1 < text.len &&
        (byte_kind[text.data[end + 1]] & (BYTE_WORD | BYTE_HIGH)))
        return false;
    *at = end;
    *any = seen;
    return true;
}

_Static_assert(LIMIT_TERM_BYTES % 8 == 0, "room for whole words");

/* The first `len` bytes of `text`, with bit 5 set. Up to seven more are written. */
static inline void lower_ascii(struct slice text, size_t len, uint8_t *to)
{
    size_t i = 0;
    for (; i < len && text.len - i >= 8; i += 8) {
        uint64_t v = load_u64(text.data + i) | EIGHT_ONES * 0x20;
        memcpy(to + i, &v, sizeof v);
    }
    for (; i < len; i++)
        to[i] = text.data[i] | 0x20;
}

/* As form_of() for ASCII letters and digits: setting one bit makes them small. */
static int push_ascii(struct scanner *s, size_t start, size_t end, uint8_t any)
{
    struct token token = {
        .start = (uint32_t)start,
        .end = (uint32_t)end,
        .form = cut(slice_part(s->text, start, end), LIMIT_TERM_BYTES),
    };
    if (any & BYTE_UPPER) {
        int rc = find_room(s);
        if (rc)
            return rc;
        lower_ascii(slice_part(s->text, start, s->text.len), token.form.len,
                    s->room);
        token.form = keep_room(s, token.form.len);
        if (!(any & BYTE_LOWER)) {
            uint32_t capitals = 0;
            for (size_t i = start; i < end; i++)
                capitals += byte_kind[s->text.data[i]] == BYTE_UPPER;
            token.all_caps = capitals >= 2;
        }
    }
    return push_word(s, &token);
}

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

static int scan_text(struct scanner *s)
{
    int rc = ERR_OK;
    for (size_t at = 0; at < s->text.len && !rc;) {
        uint8_t kind = byte_kind[s->text.data[at]], any;
        size_t start = at;
        if (!(kind & (BYTE_WORD | BYTE_HIGH)))
            at++;
        else if ((kind & BYTE_WORD) && scan_ascii(s->text, &at, &any))
            rc = push_ascii(s, start, at, any);
        else
            rc = scan_other(s, &at);
    }
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
    if (!rc)
        rc = scan_text(&s);
    if (s.position > first_position)
        out->positions = s.position;
    return rc;
}
