/* The dictionaries of all segments as one. */
#include "engine/native/read/native_entities.h"

#include "base/err.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "engine/native/shared/native_terms.h"
#include "engine/native/lists/word_terms.h"

#include <stdlib.h>

static const struct native_snapshot *snapshot_of(struct lexicon *lexicon)
{
    return ((struct native_lexicon *)lexicon)->searcher->snapshot;
}

/* --- lists of forms --- */

struct form_list {
    struct slice_list list;
    size_t capacity;
};

static int push(struct form_list *forms, struct slice form, struct arena *arena,
                struct err *err)
{
    if (forms->list.count == forms->capacity) {
        size_t capacity = forms->capacity ? 2 * forms->capacity : 16;
        struct slice *bigger = arena_array(arena, struct slice, capacity);
        if (!bigger)
            return native_no_memory(err);
        if (forms->list.count)
            memcpy(bigger, forms->list.item,
                   forms->list.count * sizeof *bigger);
        forms->list.item = bigger;
        forms->capacity = capacity;
    }
    if (arena_copy_slice(arena, form, &forms->list.item[forms->list.count]))
        return native_no_memory(err);
    forms->list.count++;
    return ERR_OK;
}

static int compare_slices(const void *a, const void *b)
{
    return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

static struct slice_list sorted_unique(struct slice_list list)
{
    size_t kept = 0;
    if (list.count)
        qsort(list.item, list.count, sizeof *list.item, compare_slices);
    for (size_t i = 0; i < list.count; i++)
        if (i == 0 || !slice_eq(list.item[i], list.item[kept - 1]))
            list.item[kept++] = list.item[i];
    list.count = kept;
    return list;
}

/* --- a walk over the forms of all segments, rising, each once --- */

struct form_walk {
    struct arena arena;
    const struct native_snapshot *snapshot;
    struct dictionary_cursor *cursor; /* one a segment */
    size_t count;
    struct slice prefix;           /* of terms: with the class */
    uint8_t current[TERM_KEY_MAX]; /* the last one that was given */
    struct slice form;
    struct err *err;
};

static bool is_over(const struct form_walk *walk,
                    const struct dictionary_cursor *cursor)
{
    return cursor->at_end ||
           !slice_starts_with((struct slice){cursor->term, cursor->term_len},
                              walk->prefix);
}

static int walk_open(struct form_walk *walk,
                     const struct native_snapshot *snapshot,
                     const struct term *prefix, struct err *err)
{
    *walk = (struct form_walk){
        .snapshot = snapshot, .prefix = term_slice(prefix), .err = err};
    arena_init(&walk->arena, LIMIT_QUERY_MEMORY);
    walk->cursor = arena_array(&walk->arena, struct dictionary_cursor,
                               snapshot->segment_count);
    if (snapshot->segment_count && !walk->cursor)
        return native_no_memory(err);
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < snapshot->segment_count; i++)
        rc = dictionary_seek(&snapshot->segment[i]->dictionary, walk->prefix,
                             &walk->cursor[walk->count++], err);
    return rc;
}

static void walk_close(struct form_walk *walk)
{
    arena_reset(&walk->arena);
}

static struct slice cursor_form(const struct dictionary_cursor *cursor)
{
    unsigned width;
    return term_form((struct slice){cursor->term, cursor->term_len}, &width);
}

/* Every cursor behind the current form: its joined variants follow it. *live, unless it is
 * NULL: whether an article that is not dead has one of them, if they were not passed
 * before. */
static int pass_current(struct form_walk *walk, bool *live)
{
    for (size_t i = 0; i < walk->count; i++) {
        struct dictionary_cursor *cursor = &walk->cursor[i];
        while (!is_over(walk, cursor) &&
               slice_eq(cursor_form(cursor), walk->form)) {
            struct term_counts counts;
            int rc = ERR_OK;
            if (live && !*live) {
                rc = term_live_counts(walk->snapshot->segment[i],
                                      &cursor->entry, &counts, walk->err);
                *live = rc == ERR_OK && counts.docs > 0;
            }
            if (rc == ERR_OK)
                rc = dictionary_next(cursor, walk->err);
            if (rc)
                return rc;
        }
    }
    return ERR_OK;
}

/* *more false at the end, else walk->form is the next one. */
static int walk_next(struct form_walk *walk, bool *more)
{
    const struct dictionary_cursor *least = NULL;
    int rc = walk->form.data ? pass_current(walk, NULL) : ERR_OK;
    for (size_t i = 0; i < walk->count; i++) {
        const struct dictionary_cursor *cursor = &walk->cursor[i];
        if (!is_over(walk, cursor) &&
            (!least || slice_cmp(cursor_form(cursor), cursor_form(least)) < 0))
            least = cursor;
    }
    *more = rc == ERR_OK && least;
    if (*more) {
        struct slice form = cursor_form(least);
        memcpy(walk->current, form.data, form.len);
        walk->form = (struct slice){walk->current, form.len};
    }
    return rc;
}

/* The current form to `forms`, but not one whose articles are all dead: what an index
 * knows does not depend on what it had before. */
static int push_live(struct form_walk *walk, struct form_list *forms,
                     size_t limit, struct arena *arena)
{
    bool live = false;
    int rc = pass_current(walk, &live);
    if (rc || !live)
        return rc;
    return forms->list.count == limit
               ? err_set(walk->err, ERR_LIMIT, "more than %zu words", limit)
               : push(forms, walk->form, arena, walk->err);
}

/* --- one edit apart --- */

enum { POINTS_MAX = LIMIT_TERM_BYTES };

struct points {
    uint32_t at[POINTS_MAX];
    size_t count;
};

static bool spell(struct slice form, struct points *out)
{
    out->count = 0;
    for (size_t at = 0; at < form.len;) {
        if (out->count == POINTS_MAX)
            return false;
        out->at[out->count++] = utf8_next(form, &at);
    }
    return true;
}

static bool rest_equal(const struct points *a, size_t i, const struct points *b,
                       size_t k)
{
    return a->count - i == b->count - k &&
           memcmp(a->at + i, b->at + k, (a->count - i) * sizeof *a->at) == 0;
}

/* Equal, or one edit apart (Damerau 1964): one code point more, less or another, or two
 * neighbours swapped. What remains behind the first difference decides. */
static bool within_one_edit(const struct points *a, const struct points *b)
{
    size_t shorter = a->count < b->count ? a->count : b->count;
    size_t at = 0;
    if (a->count > shorter + 1 || b->count > shorter + 1)
        return false;
    while (at < shorter && a->at[at] == b->at[at])
        at++;
    if (a->count != b->count)
        return a->count > b->count ? rest_equal(a, at + 1, b, at)
                                   : rest_equal(a, at, b, at + 1);
    if (at == shorter || rest_equal(a, at + 1, b, at + 1))
        return true;
    return at + 1 < shorter && a->at[at] == b->at[at + 1] &&
           a->at[at + 1] == b->at[at] && rest_equal(a, at + 2, b, at + 2);
}

/* A code point has at most four bytes. */
static bool is_near(const struct points *wanted, struct slice form,
                    struct slice candidate)
{
    struct points points;
    return candidate.len <= form.len + 4 && form.len <= candidate.len + 4 &&
           spell(candidate, &points) && within_one_edit(wanted, &points);
}

/* --- the lexicon --- */

static int answer(struct lexicon *lexicon, int rc, struct err *err)
{
    return rc ? rc : native_damage(snapshot_of(lexicon), err);
}

/* The term that all of class WORD begin with whose form begins with `prefix`. A form
 * of the greatest length has no other that it begins. */
static void prefix_term(struct slice prefix, struct term *out)
{
    if (prefix.len)
        term_of_word(out, TERM_WORD, prefix, 1);
    else
        *out = (struct term){1, {TERM_WORD}};
}

static int prefix_forms(struct lexicon *lexicon, struct slice prefix,
                        size_t limit, struct arena *arena,
                        struct slice_list *out, struct err *err)
{
    struct form_list forms = {0};
    struct form_walk walk;
    struct term term;
    bool more = true;
    prefix_term(prefix, &term);
    *out = (struct slice_list){0};
    if (term.len == 0)
        return ERR_OK;
    int rc = walk_open(&walk, snapshot_of(lexicon), &term, err);
    while (rc == ERR_OK) {
        rc = walk_next(&walk, &more);
        if (rc || !more)
            break;
        rc = push_live(&walk, &forms, limit, arena);
    }
    walk_close(&walk);
    *out = forms.list;
    return answer(lexicon, rc, err);
}

/* Looks at every form: the first letter may be the one that differs. */
static int near_forms(struct lexicon *lexicon, struct slice form, size_t limit,
                      struct arena *arena, struct slice_list *out,
                      struct err *err)
{
    struct form_list forms = {0};
    struct form_walk walk;
    struct points wanted;
    struct term term;
    bool more = true;
    prefix_term((struct slice){0}, &term);
    *out = (struct slice_list){0};
    if (!spell(form, &wanted))
        return ERR_OK;
    int rc = walk_open(&walk, snapshot_of(lexicon), &term, err);
    while (rc == ERR_OK) {
        rc = walk_next(&walk, &more);
        if (rc || !more)
            break;
        if (!is_near(&wanted, form, walk.form))
            continue;
        rc = push_live(&walk, &forms, limit, arena);
    }
    walk_close(&walk);
    *out = forms.list;
    return answer(lexicon, rc, err);
}

static int segment_frequency(const struct segment *segment, struct slice form,
                             struct arena *scratch, uint64_t *articles,
                             uint64_t *occurrences, struct err *err)
{
    struct word_terms terms;
    uint64_t here;
    int rc = word_terms_form(segment, form, scratch, &terms, err);
    if (rc == ERR_OK) /* an article may hold it plain and joined */
        rc = word_terms_articles(segment, &terms, false, scratch, &here, err);
    *articles += rc ? 0 : here;
    for (size_t i = 0; rc == ERR_OK && i < terms.count; i++) {
        struct term_counts counts;
        rc = term_live_counts(segment, &terms.term[i].entry, &counts, err);
        *occurrences += rc ? 0 : counts.occurrences;
    }
    return rc;
}

static int frequency(struct lexicon *lexicon, struct slice form,
                     uint64_t *articles, uint64_t *occurrences, struct err *err)
{
    const struct native_snapshot *snapshot = snapshot_of(lexicon);
    struct arena scratch;
    int rc = ERR_OK;
    arena_init(&scratch, LIMIT_QUERY_MEMORY);
    *articles = *occurrences = 0;
    for (size_t i = 0; rc == ERR_OK && i < snapshot->segment_count; i++) {
        rc = segment_frequency(snapshot->segment[i], form, &scratch, articles,
                               occurrences, err);
        arena_reset(&scratch);
    }
    return answer(lexicon, rc, err);
}

/* Forms of one segment, by their numbers; but not one whose articles in the language are all
 * dead: forms do not depend on what was there before. */
static int push_numbered(const struct segment *segment, const uint32_t *number,
                         size_t count, struct slice lang, struct arena *scratch,
                         struct form_list *forms, struct arena *arena,
                         struct err *err)
{
    struct dictionary_cursor at;
    for (size_t i = 0; i < count; i++) {
        bool current;
        int rc = dictionary_at(&segment->dictionary, number[i], &at, err);
        if (rc == ERR_OK && (at.term_len < 2 || at.term[0] != TERM_WORD))
            rc = err_set(err, ERR_CORRUPT, "%s: stems: term %u is no word",
                         segment_file_path(segment->file), number[i]);
        if (rc == ERR_OK)
            rc = term_is_current(segment, &at.entry, lang, scratch, &current,
                                 err);
        if (rc == ERR_OK && current)
            rc = push(forms, cursor_form(&at), arena, err);
        if (rc)
            return rc;
    }
    return ERR_OK;
}

static int segment_stem_forms(const struct segment *segment,
                              const struct term *term, struct slice lang,
                              struct arena *scratch, struct form_list *forms,
                              struct arena *arena, struct err *err)
{
    struct term_entry entry;
    struct term_counts live;
    uint32_t *number = NULL;
    size_t count = 0;
    bool there = false;
    int rc = dictionary_find(&segment->dictionary, term_slice(term), &entry,
                             &there, err);
    if (rc || !there)
        return rc;
    rc = term_live_counts(segment, &entry, &live, err);
    if (rc || live.docs == 0)
        return rc;
    rc = stems_forms(&segment->stems, entry.number, scratch, &number, &count,
                     err);
    return rc ? rc
              : push_numbered(segment, number, count, lang, scratch, forms,
                              arena, err);
}

static int stem_forms(struct lexicon *lexicon, struct slice lang,
                      struct slice stem, struct arena *arena,
                      struct slice_list *out, struct err *err)
{
    const struct native_snapshot *snapshot = snapshot_of(lexicon);
    struct form_list forms = {0};
    struct arena scratch;
    struct term term;
    int rc = ERR_OK;
    arena_init(&scratch, LIMIT_QUERY_MEMORY);
    *out = (struct slice_list){0};
    term_of_stem(&term, lang, stem);
    for (size_t i = 0; rc == ERR_OK && term.len && i < snapshot->segment_count;
         i++) {
        rc = segment_stem_forms(snapshot->segment[i], &term, lang, &scratch,
                                &forms, arena, err);
        arena_reset(&scratch);
    }
    if (rc == ERR_OK)
        *out = sorted_unique(forms.list);
    return answer(lexicon, rc, err);
}

static int languages(struct lexicon *lexicon, struct arena *arena,
                     struct slice_list *out, struct err *err)
{
    const struct native_snapshot *snapshot = snapshot_of(lexicon);
    struct form_list langs = {0};
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < snapshot->segment_count; i++) {
        const struct slice_list *names =
            &snapshot->segment[i]->columns.lang_names;
        for (size_t k = 0; rc == ERR_OK && k < names->count; k++)
            if (names->item[k].len)
                rc = push(&langs, names->item[k], arena, err);
    }
    *out = sorted_unique(langs.list);
    return answer(lexicon, rc, err);
}

const struct lexicon_ops native_lexicon_ops = {
    .prefix_forms = prefix_forms,
    .near_forms = near_forms,
    .frequency = frequency,
    .stem_forms = stem_forms,
    .entity_forms = native_entity_forms,
    .entity_frequency = native_entity_frequency,
    .entities = native_entities,
    .languages = languages,
};
