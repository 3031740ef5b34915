#include "queryd/coverage.h"

#include "base/err.h"
#include "queryd/corpus.h"
#include "views/timeline.h"

enum { DAY_SECONDS = 86400 };

struct days {
    const struct question *question;
    struct timeline *timeline;
};

/* The dates that AND joins at the top: what all of them leave. */
static bool asked_range(const struct node *node, struct date_range *range)
{
    if (node->kind == NODE_DATE && !node->undated) {
        if (node->range.from > range->from)
            range->from = node->range.from;
        if (node->range.to < range->to)
            range->to = node->range.to;
        return true;
    }
    bool found = false;
    size_t children = node->kind == NODE_AND   ? node->child_count
                      : node->kind == NODE_NOT ? 1
                                               : 0;
    for (size_t i = 0; i < children; i++)
        found |= asked_range(node->child[i], range);
    return found;
}

static int add_day(void *context, struct searcher *searcher, doc_ref doc,
                   const struct hit_list *hits, struct err *err)
{
    (void)hits;
    const struct days *days = context;
    struct date published;
    uint32_t words;
    int rc = days->question->engine->published(searcher, doc, &published,
                                               &words, err);
    return rc ? rc
              : timeline_add_corpus(days->timeline, published,
                                    (struct slice){0}, words);
}

static uint64_t days_of(const struct date_range *range)
{
    return range->to > range->from
               ? (uint64_t)((range->to - range->from + DAY_SECONDS - 1) /
                            DAY_SECONDS)
               : 0;
}

/* An open end is that of the corpus. */
static void close_ends(struct date_range *range, const struct timeline_row *row,
                       size_t rows)
{
    if (range->from <= DATE_MIN)
        range->from = rows ? row[0].from : range->to;
    if (range->to >= DATE_MAX)
        range->to = rows ? row[rows - 1].from + DAY_SECONDS : range->from;
}

static int add_note(struct question *question, struct days *days,
                    struct date_range asked)
{
    struct request *request = question->request;
    struct timeline_row *row, *undated;
    size_t rows, undated_rows;
    int rc = timeline_rows(days->timeline, &row, &rows, &undated, &undated_rows,
                           &request->err);
    if (rc)
        return rc;
    close_ends(&asked, row, rows);
    uint64_t covered = 0, days_asked = days_of(&asked);
    for (size_t i = 0; i < rows; i++)
        covered += row[i].corpus_articles > 0;
    struct note *note = arena_new(&request->arena, struct note);
    char *message = arena_printf(
        &request->arena,
        "the corpus has articles on %llu of the %llu day%s asked for",
        (unsigned long long)covered, (unsigned long long)days_asked,
        days_asked == 1 ? "" : "s");
    if (!note || !message)
        return err_set(&request->err, ERR_NOMEM, "no memory for a note");
    *note = (struct note){"coverage", message, question->more_notes};
    question->more_notes = note;
    return ERR_OK;
}

int coverage_note(struct question *question)
{
    struct request *request = question->request;
    struct date_range asked = {DATE_MIN, DATE_MAX};
    struct corpus corpus;
    uint64_t articles;
    if (!asked_range(question->query.root, &asked))
        return ERR_OK;
    int rc = corpus_of(question, &corpus);
    if (rc == ERR_OK)
        rc = question_count(question, &corpus.query, &request->arena, &articles,
                            &request->err);
    if (rc || articles > COVERAGE_ARTICLES)
        return rc;
    struct days days = {question, timeline_new(BY_DAY, false)};
    if (!days.timeline)
        return err_set(&request->err, ERR_NOMEM, "no memory for the days");
    rc = corpus_visit(question, &corpus, add_day, &days);
    if (rc == ERR_OK)
        rc = add_note(question, &days, asked);
    timeline_free(days.timeline);
    return rc;
}
