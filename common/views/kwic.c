#include "views/kwic.h"

#include "base/err.h"
#include "base/hash_map.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "views/view_text.h"

#include <unicode/ubrk.h>

/* How many words of context a line is sorted by. */
enum { KEY_WORDS = 8 };

static int no_memory(struct err *err)
{
    return err_set(err, ERR_LIMIT, "no memory for a line of the concordance");
}

/* A hit among the tokens of its part. */
struct place {
    const struct tokens *tokens;
    enum article_part part;
    size_t first, last; /* tokens; neither is a joined form */
};

static int place_of(const struct analysis *analysis, const struct hit *hit,
                    struct place *out, struct err *err)
{
    const struct tokens *tokens = &analysis->tokens;
    const struct token *first = view_token_at(tokens, hit->span.start);
    const struct token *last = view_token_at(tokens, hit->span.end - 1);
    if (!first || !last || first->part != last->part)
        return err_set(err, ERR_CORRUPT,
                       "the hit at position %u is no word of the stored text",
                       hit->span.start);
    *out = (struct place){tokens, (enum article_part)first->part,
                          (size_t)(first - tokens->token),
                          (size_t)(last - tokens->token)};
    return ERR_OK;
}

/* The next word of the part in one direction; false at its end. */
static bool step(const struct place *place, bool forward, size_t *at)
{
    const struct token *token = place->tokens->token;
    for (size_t i = *at; forward ? i + 1 < place->tokens->count : i > 0;) {
        i = forward ? i + 1 : i - 1;
        if (token[i].part != (uint8_t)place->part)
            return false;
        if (!token[i].joined) {
            *at = i;
            return true;
        }
    }
    return false;
}

/* --- where the context ends --- */

struct side {
    struct slice text; /* of the part */
    const struct place *place;
    bool forward;
    uint32_t edge; /* the hit's own end on this side */
    enum kwic_unit unit;
    uint32_t width;
};

/* Whether a joined form covers this word and the one before: "C-130" is not cut. Such
 * a form comes right after its first part. */
static bool joins_before(const struct place *place, size_t word)
{
    const struct token *token = place->tokens->token;
    uint32_t to = token[word].position;
    for (size_t i = word;
         i-- > 0 && token[i].position + LIMIT_JOINED_PARTS > to;)
        if (token[i].joined && token[i].position + token[i].width > to)
            return true;
    return false;
}

/* Where the text may be cut between the word taken last and the next one: at white
 * space, else, as in Chinese, before the later word. */
static bool cut_between(const struct side *side, size_t taken, size_t next,
                        uint32_t *out)
{
    const struct token *token = side->place->tokens->token;
    size_t a = side->forward ? taken : next, b = side->forward ? next : taken;
    uint32_t from = token[a].end, to = token[b].start;
    if (side->forward) {
        for (uint32_t at = from; at < to; at++)
            if (view_is_blank(side->text.data[at])) {
                *out = at;
                return true;
            }
    } else {
        for (uint32_t at = to; at > from; at--)
            if (view_is_blank(side->text.data[at - 1])) {
                *out = at;
                return true;
            }
    }
    *out = to;
    return side->unit == KWIC_WORDS || !joins_before(side->place, b);
}

static struct slice piece_between(const struct side *side, uint32_t a,
                                  uint32_t b)
{
    return side->forward ? slice_part(side->text, a, b)
                         : slice_part(side->text, b, a);
}

/* The columns of a piece once it is squeezed; anything above `most` when there are
 * more than that. */
static size_t columns_up_to(struct slice piece, size_t most)
{
    size_t columns = 0;
    bool blank = false;
    for (size_t at = 0; at < piece.len && columns <= most;) {
        if (view_is_blank(piece.data[at])) {
            columns += !blank;
            blank = true;
            at++;
            continue;
        }
        size_t start = at;
        utf8_next(piece, &at);
        columns += utf8_columns(slice_part(piece, start, at));
        blank = false;
    }
    return columns;
}

/* How many bytes of the piece, from the hit on, fit in whole graphemes. */
static size_t graphemes_that_fit(const struct side *side, struct slice piece,
                                 UBreakIterator *breaks)
{
    size_t fit = 0, columns = 0;
    bool blank = false;
    int32_t from = side->forward ? ubrk_first(breaks) : ubrk_last(breaks);
    for (;;) {
        int32_t to = side->forward ? ubrk_next(breaks) : ubrk_previous(breaks);
        if (to == UBRK_DONE)
            return fit;
        struct slice grapheme =
            side->forward ? slice_part(piece, (size_t)from, (size_t)to)
                          : slice_part(piece, (size_t)to, (size_t)from);
        bool again = blank;
        blank = view_is_blank(grapheme.data[0]) &&
                view_is_blank(grapheme.data[grapheme.len - 1]);
        if (!(blank && again))
            columns += columns_up_to(grapheme, side->width);
        if (columns > side->width)
            return fit;
        fit += grapheme.len;
        from = to;
    }
}

/* As much of a piece as fits: for the one word beside the hit that is too long. */
static int cut_piece(const struct side *side, struct slice piece, uint32_t *out,
                     struct err *err)
{
    UErrorCode status = U_ZERO_ERROR;
    UText *text = utext_openUTF8(NULL, (const char *)piece.data,
                                 (int64_t)piece.len, &status);
    UBreakIterator *breaks = ubrk_open(UBRK_CHARACTER, "", NULL, 0, &status);
    ubrk_setUText(breaks, text, &status);
    uint32_t fit = 0;
    if (U_SUCCESS(status))
        fit = (uint32_t)graphemes_that_fit(side, piece, breaks);
    ubrk_close(breaks);
    utext_close(text);
    *out = side->forward ? side->edge + fit : side->edge - fit;
    return U_SUCCESS(status) ? ERR_OK : no_memory(err);
}

/* Takes word after word, each with what stands around it up to a cut, while the
 * width lasts. */
static int find_edge(const struct side *side, uint32_t *out, struct err *err)
{
    uint32_t end = side->forward ? (uint32_t)side->text.len : 0;
    uint32_t edge = side->edge;
    size_t at = side->forward ? side->place->last : side->place->first;
    size_t used = 0, words = 0;
    while (edge != end && side->width > 0) {
        bool word = step(side->place, side->forward, &at);
        size_t beyond = at;
        uint32_t to = end;
        words += word;
        if (word && step(side->place, side->forward, &beyond) &&
            !cut_between(side, at, beyond, &to))
            continue;
        struct slice piece = piece_between(side, edge, to);
        size_t size = side->unit == KWIC_WORDS
                          ? words
                          : columns_up_to(piece, side->width - used);
        if (used + size > side->width) {
            *out = edge;
            return edge != side->edge ? ERR_OK
                                      : cut_piece(side, piece, out, err);
        }
        used += size;
        words = 0;
        edge = to;
    }
    *out = edge;
    return ERR_OK;
}

/* The context on one side, without the white space at its outer end: what remains
 * at the hit tells whether there was any. */
static int make_side(const struct side *side, struct arena *arena,
                     struct slice *out, struct err *err)
{
    uint32_t edge;
    int rc = find_edge(side, &edge, err);
    if (rc)
        return rc;
    struct slice piece = piece_between(side, side->edge, edge);
    if (side->forward)
        while (piece.len > 0 && view_is_blank(piece.data[piece.len - 1]))
            piece.len--;
    else
        while (piece.len > 0 && view_is_blank(piece.data[0]))
            piece = slice_part(piece, 1, piece.len);
    struct view_line line;
    rc = view_squeeze(piece, NULL, 0, arena, &line, err);
    *out = line.text;
    return rc;
}

/* --- the line --- */

static int make_hit(const struct article *article, const struct place *place,
                    const struct hit *hit, struct arena *arena,
                    struct kwic_line *out, struct err *err)
{
    const struct token *token = place->tokens->token;
    uint32_t from = token[place->first].start, to = token[place->last].end;
    struct mark *range = arena_array(arena, struct mark, hit->leaf_count);
    size_t count = 0;
    if (hit->leaf_count && !range)
        return no_memory(err);
    for (size_t i = 0; i < hit->leaf_count; i++) {
        const struct span *leaf = &hit->leaf[i];
        const struct token *a = view_token_at(place->tokens, leaf->start);
        const struct token *b = view_token_at(place->tokens, leaf->end - 1);
        if (a && b && a->start >= from && b->end <= to)
            range[count++] = (struct mark){a->start - from, b->end - from};
    }
    struct view_line line;
    int rc = view_squeeze(slice_part(article->text[place->part], from, to),
                          range, count, arena, &line, err);
    if (rc)
        return rc;
    out->hit = line.text;
    out->mark = line.mark;
    out->mark_count = line.mark_count;
    return ERR_OK;
}

int kwic_line_make(const struct article *article,
                   const struct analysis *analysis, const struct hit *hit,
                   enum kwic_unit unit, uint32_t width, struct arena *arena,
                   struct kwic_line *out, struct err *err)
{
    struct place place = {0};
    int rc = place_of(analysis, hit, &place, err);
    if (rc)
        return rc;
    *out = (struct kwic_line){.part = place.part, .position = hit->span.start};
    struct slice text = article->text[place.part];
    const struct token *token = place.tokens->token;
    struct side left = {text, &place, false, token[place.first].start,
                        unit, width};
    struct side right = {text, &place, true, token[place.last].end,
                         unit, width};
    rc = make_hit(article, &place, hit, arena, out, err);
    if (rc == ERR_OK)
        rc = make_side(&left, arena, &out->left, err);
    if (rc == ERR_OK)
        rc = make_side(&right, arena, &out->right, err);
    return rc;
}

/* --- order --- */

/* Each word ends in a zero byte, and so does the list: fewer words come first, and
 * no word contains one. */
static void put_context(const struct place *place, bool forward,
                        struct bytes_out *out)
{
    size_t at = forward ? place->last : place->first;
    for (int i = 0; i < KEY_WORDS && step(place, forward, &at); i++) {
        struct slice form = place->tokens->token[at].form;
        put_raw(out, form.data, form.len);
        put_u8(out, 0);
    }
    put_u8(out, 0);
}

/* Highest byte first, so that bytes compare as the numbers do. */
static void put_ordered(struct bytes_out *out, uint64_t n, int bytes)
{
    while (bytes-- > 0)
        put_u8(out, (uint8_t)(n >> bytes * 8));
}

/* Newer first, undated last. */
static void put_date(struct bytes_out *out, struct date date)
{
    uint64_t age = UINT64_MAX;
    if (date.precision != DATE_NONE)
        age = (uint64_t)(DATE_MAX - date.seconds);
    put_ordered(out, age, 8);
}

static void put_text(struct bytes_out *out, struct slice text)
{
    put_raw(out, text.data, text.len);
    put_u8(out, 0);
}

int kwic_key(const struct article *article, const struct analysis *analysis,
             const struct hit *hit, enum kwic_sort sort, struct arena *arena,
             struct slice *out, struct err *err)
{
    struct bytes_out bytes = {0};
    int rc = ERR_OK;
    if (sort == KWIC_BY_LEFT || sort == KWIC_BY_RIGHT) {
        struct place place = {0};
        rc = place_of(analysis, hit, &place, err);
        if (rc)
            return rc;
        put_context(&place, sort == KWIC_BY_RIGHT, &bytes);
    }
    if (sort == KWIC_BY_SOURCE)
        put_text(&bytes, article->source);
    if (sort != KWIC_BY_POSITION)
        put_date(&bytes, article->published);
    put_text(&bytes, article->key);
    put_ordered(&bytes, hit->span.start, 4);
    put_ordered(&bytes, hit->span.end, 4);
    if (bytes.failed ||
        arena_copy_slice(arena, (struct slice){bytes.data, bytes.len}, out))
        rc = no_memory(err);
    bytes_out_release(&bytes);
    return rc;
}

uint64_t kwic_sample_value(uint64_t seed, struct slice key, uint32_t position)
{
    uint64_t parts[] = {seed, hash_bytes(key), position};
    uint8_t bytes[sizeof parts];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(parts[i / 8] >> i % 8 * 8);
    return hash_bytes((struct slice){bytes, sizeof bytes});
}
