/* Which forms a stem has after a merge: those that a live article of its language still
 * contains, so that a merged segment has the stems of one that was built anew. Only
 * forms that lost articles are looked at; the first live article settles it. */
#include "engine/native/merge/merger_internal.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* LANG of LANG:STEM as this segment numbers it; false when it has none such. */
static bool find_lang(const struct columns *columns, struct slice term,
                      uint16_t *out)
{
    const uint8_t *colon = memchr(term.data, ':', term.len);
    if (!colon || colon == term.data)
        return false;
    struct slice lang = slice_part(term, 1, (size_t)(colon - term.data));
    for (size_t i = 0; i < columns->lang_names.count; i++)
        if (slice_eq(columns->lang_names.item[i], lang)) {
            *out = (uint16_t)i;
            return true;
        }
    return false;
}

static int has_dead(const void *number, const void *dead)
{
    return by_number(number, &((const struct dead_term *)dead)->number);
}

static bool lost_articles(const struct merge_source *source, uint32_t number)
{
    return source->dead_count &&
           bsearch(&number, source->dead, source->dead_count,
                   sizeof *source->dead, has_dead);
}

static int find_live(struct merge *m, const struct merge_source *source,
                     struct postings *list, uint16_t lang, bool *found,
                     struct err *err)
{
    struct doc_iter *it = postings_iter(list);
    *found = false;
    for (; it->doc != DOC_END && !*found; doc_iter_next(it)) {
        uint16_t its;
        if (!merge_is_live(m, source->new_of[it->doc]))
            continue;
        int rc = columns_lang(&source->segment->columns, it->doc, &its, err);
        if (rc)
            return rc;
        *found = its == lang;
    }
    return it->status;
}

/* Whether a live article in `lang` of this input contains the form. */
static int still_there(struct merge *m, const struct merge_source *source,
                       uint32_t number, uint16_t lang, bool *out,
                       struct err *err)
{
    const struct segment *segment = source->segment;
    struct postings *list;
    *out = true;
    if (!lost_articles(source, number))
        return ERR_OK;
    int rc = dictionary_at(&segment->dictionary, number, m->look_up, err);
    if (rc == ERR_OK)
        rc = postings_open(segment->file, TERM_WORD, &m->look_up->entry,
                           segment->docs, &m->term_arena, &list, err);
    return rc ? rc : find_live(m, source, list, lang, out, err);
}

/* Those of one input, behind forms[*count]. */
static int add_forms(struct merge *m, struct slice term,
                     const struct merge_source *source, uint32_t **forms,
                     size_t *count, struct err *err)
{
    uint32_t *old;
    size_t old_count;
    uint16_t lang = 0;
    if (source->live.docs == 0)
        return ERR_OK;
    int rc = stems_forms(&source->segment->stems, source->cursor->entry.number,
                         &m->term_arena, &old, &old_count, err);
    if (rc)
        return rc;
    if (!find_lang(&source->segment->columns, term, &lang))
        return err_set(err, ERR_CORRUPT, "%s: columns: no language of \"%.*s\"",
                       segment_file_path(source->segment->file),
                       (int)term.len - 1, (const char *)term.data + 1);
    bool all = source->live.docs == source->cursor->entry.counts.docs;
    uint32_t *more = arena_array(&m->term_arena, uint32_t, *count + old_count);
    if (!more)
        return err_set(err, ERR_NOMEM, "out of memory");
    if (*count)
        memcpy(more, *forms, *count * sizeof *more);
    *forms = more;
    for (size_t i = 0; i < old_count; i++) {
        bool there = true;
        if (old[i] >= source->words)
            return err_set(err, ERR_CORRUPT, "%s: stems: %u is no word",
                           segment_file_path(source->segment->file), old[i]);
        if (!all)
            rc = still_there(m, source, old[i], lang, &there, err);
        if (rc)
            return rc;
        if (there && source->new_form[old[i]] != NO_NUMBER)
            more[(*count)++] = source->new_form[old[i]];
    }
    return ERR_OK;
}

int merge_forms(struct merge *m, struct slice term,
                struct merge_source *const *on, size_t count, uint32_t **forms,
                size_t *form_count, struct err *err)
{
    *form_count = 0;
    *forms = NULL;
    for (size_t i = 0; i < count; i++) {
        int rc = add_forms(m, term, on[i], forms, form_count, err);
        if (rc)
            return rc;
    }
    if (*form_count == 0)
        return err_set(err, ERR_CORRUPT, "%s: stems: no form of \"%.*s\"",
                       segment_file_path(on[0]->segment->file),
                       (int)term.len - 1, (const char *)term.data + 1);
    qsort(*forms, *form_count, sizeof **forms, by_number);
    size_t kept = 1;
    for (size_t i = 1; i < *form_count; i++)
        if ((*forms)[i] != (*forms)[kept - 1])
            (*forms)[kept++] = (*forms)[i];
    *form_count = kept;
    return ERR_OK;
}
