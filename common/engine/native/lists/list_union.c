#include "engine/native/lists/list_union.h"

#include "base/err.h"

#include <stdlib.h>

int native_walk_failed(const struct segment *segment, int status,
                       struct err *err)
{
    if (err && err->code == status)
        return status;
    return err_set(err, status, "%s: a list of articles breaks off",
                   segment_file_path(segment->file));
}

static void sink(struct list_union *lists, size_t at)
{
    struct union_member member = lists->heap[at];
    for (;;) {
        size_t least = 2 * at + 1;
        if (least >= lists->count)
            break;
        if (least + 1 < lists->count &&
            lists->heap[least + 1].it->doc < lists->heap[least].it->doc)
            least++;
        if (lists->heap[least].it->doc >= member.it->doc)
            break;
        lists->heap[at] = lists->heap[least];
        at = least;
    }
    lists->heap[at] = member;
}

int list_union_open(const struct segment *segment,
                    const struct word_terms *terms, struct arena *arena,
                    struct list_union *out, struct err *err)
{
    *out = (struct list_union){.segment = segment};
    out->heap = arena_array(arena, struct union_member, terms->count);
    if (terms->count && !out->heap)
        return native_no_memory(err);
    for (size_t i = 0; i < terms->count; i++) {
        const struct word_term *term = &terms->term[i];
        struct union_member *member = &out->heap[i];
        *member =
            (struct union_member){.width = term->width, .lang = term->lang};
        int rc = word_term_open(segment, term, arena, &member->list, err);
        if (rc)
            return rc;
        member->it = postings_iter(member->list);
        if (member->it->status)
            return native_walk_failed(segment, member->it->status, err);
        out->count++;
    }
    for (size_t i = out->count / 2; i > 0; i--)
        sink(out, i - 1);
    return ERR_OK;
}

int list_union_seek(struct list_union *lists, doc_id doc, bool *there,
                    struct err *err)
{
    while (lists->count && lists->heap[0].it->doc < doc) {
        struct doc_iter *it = lists->heap[0].it;
        if (doc_iter_seek(it, doc) == DOC_END && it->status)
            return native_walk_failed(lists->segment, it->status, err);
        sink(lists, 0);
    }
    *there = lists->count && lists->heap[0].it->doc == doc;
    return ERR_OK;
}

/* Those on `doc` are a tree at the heap's top: it is as deep as the heap at most. */
static int add_frequencies(const struct list_union *lists, size_t at,
                           doc_id doc, uint32_t *sum)
{
    if (at >= lists->count || lists->heap[at].it->doc != doc)
        return ERR_OK;
    *sum += postings_frequency(lists->heap[at].list);
    int rc = lists->heap[at].it->status;
    if (rc == ERR_OK)
        rc = add_frequencies(lists, 2 * at + 1, doc, sum);
    return rc ? rc : add_frequencies(lists, 2 * at + 2, doc, sum);
}

int list_union_frequency(const struct list_union *lists, doc_id doc,
                         uint32_t *out, struct err *err)
{
    *out = 0;
    int rc = add_frequencies(lists, 0, doc, out);
    return rc ? native_walk_failed(lists->segment, rc, err) : ERR_OK;
}

struct span_sink {
    const struct list_union *lists;
    doc_id doc;
    int lang; /* of the article */
    struct span *span;
    size_t count, room;
    size_t from; /* lists with an occurrence */
    struct err *err;
};

static bool is_of_article(const struct span_sink *to,
                          const struct union_member *member)
{
    return member->lang == ANY_LANG || member->lang == to->lang;
}

/* What is in the title stands twice in the list, and once among the spans. */
static int add_spans(struct span_sink *to, size_t at)
{
    if (at >= to->lists->count || to->lists->heap[at].it->doc != to->doc)
        return ERR_OK;
    struct union_member *member = &to->lists->heap[at];
    const uint32_t *position;
    uint32_t count = 0;
    int rc = is_of_article(to, member)
                 ? postings_positions(member->list, &position, &count, to->err)
                 : ERR_OK;
    if (rc)
        return rc;
    to->from += count > 0;
    for (uint32_t i = 0; i < count && to->count < to->room; i++)
        if (i == 0 || position[i] != position[i - 1])
            to->span[to->count++] =
                (struct span){position[i], position[i] + member->width};
    rc = add_spans(to, 2 * at + 1);
    return rc ? rc : add_spans(to, 2 * at + 2);
}

static int compare_spans(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

void span_list_sort(struct span_list *spans)
{
    size_t kept = 0;
    struct span *span = spans->span;
    if (spans->count)
        qsort(span, spans->count, sizeof *span, compare_spans);
    for (size_t i = 0; i < spans->count; i++)
        if (i == 0 || compare_spans(&span[i], &span[kept - 1]) != 0)
            span[kept++] = span[i];
    spans->count = kept;
}

static bool asks_for_lang(const struct list_union *lists)
{
    for (size_t i = 0; i < lists->count; i++)
        if (lists->heap[i].lang != ANY_LANG)
            return true;
    return false;
}

int list_union_spans(const struct list_union *lists, doc_id doc,
                     struct arena *arena, struct span_list *out,
                     struct err *err)
{
    struct span_sink to = {
        .lists = lists, .doc = doc, .lang = ANY_LANG, .err = err};
    *out = (struct span_list){0};
    /* The room that all spans of the article need at most. */
    uint32_t room;
    int rc = list_union_frequency(lists, doc, &room, err);
    if (rc || room == 0)
        return rc;
    to.room = room;
    if (asks_for_lang(lists)) {
        uint16_t lang;
        rc = columns_lang(&lists->segment->columns, doc, &lang, err);
        if (rc)
            return rc;
        to.lang = lang;
    }
    to.span = arena_array(arena, struct span, to.room);
    if (!to.span)
        return err_set(err, ERR_LIMIT, "one article has too many hits");
    rc = add_spans(&to, 0);
    if (rc)
        return rc;
    *out = (struct span_list){to.span, to.count};
    if (to.from > 1)
        span_list_sort(out);
    return ERR_OK;
}
