/* endpoint_facets.c - the result by a field, beside the corpus by the same field; or by
 * the words of its articles, beside the words of all. */
#include "base/limits.h"
#include "queryd/capitals.h"
#include "queryd/corpus.h"
#include "queryd/endpoint.h"
#include "queryd/entity_facets.h"
#include "queryd/view_article.h"
#include "queryd/word_scores.h"

struct facets {
    const struct question *question;
    struct counts *here, *corpus; /* by words there is no `corpus` */
    uint64_t total, total_hits, words;
};

static int count_failed(int rc, struct err *err)
{
    return rc ? err_set(err, rc, "no memory for the counts") : ERR_OK;
}

/* --- by a field --- */

static bool said_before(const struct slice_list *list, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (slice_eq(list->item[i], list->item[at]))
            return true;
    return false;
}

/* Topics are in the stored article only. One without any counts as "". */
static int add_topics(const struct facets *facets, struct counts *counts,
                      doc_ref doc, uint64_t times, struct arena *arena,
                      struct err *err)
{
    const struct question *question = facets->question;
    struct article article;
    int rc = question->engine->article(question->searcher, doc, arena, &article,
                                       err);
    if (rc)
        return rc;
    if (article.topics.count == 0)
        rc = counts_add(counts, SLICE(""), times);
    for (size_t i = 0; i < article.topics.count && rc == 0; i++)
        if (!said_before(&article.topics, i))
            rc = counts_add(counts, article.topics.item[i], times);
    return count_failed(rc, err);
}

static int add_field(const struct facets *facets, struct counts *counts,
                     doc_ref doc, uint64_t times, struct arena *arena,
                     struct err *err)
{
    const struct question *question = facets->question;
    struct article_info info;
    int rc = question->engine->info(question->searcher, doc, arena, &info, err);
    if (rc)
        return rc;
    struct slice value = question->request->params.by == FACETS_BY_SOURCE
                             ? info.source
                             : info.lang;
    return count_failed(counts_add(counts, value, times), err);
}

/* Undated articles count as "". */
static int add_year(const struct facets *facets, struct counts *counts,
                    doc_ref doc, uint64_t times, struct err *err)
{
    const struct question *question = facets->question;
    char year[DATE_TEXT_SIZE] = "";
    struct date published;
    uint32_t words;
    int rc = question->engine->published(question->searcher, doc, &published,
                                         &words, err);
    if (rc)
        return rc;
    if (published.precision != DATE_NONE) {
        published.precision = DATE_YEAR;
        date_format(published, year);
    }
    return count_failed(counts_add(counts, slice_of(year), times), err);
}

static int add_value(const struct facets *facets, struct counts *counts,
                     doc_ref doc, uint64_t times, struct err *err)
{
    struct arena arena;
    arena_init(&arena, LIMIT_QUERY_MEMORY);
    counts_next_article(counts);
    int rc;
    switch (facets->question->request->params.by) {
    case FACETS_BY_TOPIC:
        rc = add_topics(facets, counts, doc, times, &arena, err);
        break;
    case FACETS_BY_YEAR:
        rc = add_year(facets, counts, doc, times, err);
        break;
    default:
        rc = add_field(facets, counts, doc, times, &arena, err);
    }
    arena_reset(&arena);
    return rc;
}

static int add_corpus(void *context, struct searcher *searcher, doc_ref doc,
                      const struct hit_list *hits, struct err *err)
{
    (void)searcher, (void)hits;
    struct facets *facets = context;
    return add_value(facets, facets->corpus, doc, 0, err);
}

/* --- by words --- */

static int add_words(struct facets *facets, doc_ref doc, struct err *err)
{
    struct view_article view;
    int rc = view_article_read(&view, facets->question, doc);
    if (rc == 0) {
        counts_next_article(facets->here);
        facets->words += view.analysis.word_count;
        rc = count_failed(counts_add_words(facets->here, &view.analysis), err);
    }
    view_article_release(&view);
    return rc;
}

static int add_match(void *context, struct searcher *searcher, doc_ref doc,
                     const struct hit_list *hits, struct err *err)
{
    (void)searcher;
    struct facets *facets = context;
    facets->total++;
    facets->total_hits += hits->count;
    return facets->corpus
               ? add_value(facets, facets->here, doc, hits->count, err)
               : add_words(facets, doc, err);
}

/* --- the answer --- */

static void write_row(const struct facets *facets, const struct count_row *row,
                      struct json_out *j)
{
    json_out_object(j);
    json_out_key(j, "value");
    json_out_slice(j, row->value);
    json_out_key(j, "articles");
    json_out_u64(j, row->articles);
    json_out_key(j, facets->corpus ? "hits" : "times");
    json_out_u64(j, row->times);
    json_out_key(j, "corpus_articles");
    if (facets->corpus) {
        const struct count_row *all = counts_find(facets->corpus, row->value);
        json_out_u64(j, all ? all->articles : 0);
    } else {
        json_out_u64(j, row->corpus_articles);
        json_out_key(j, "corpus_times");
        json_out_u64(j, row->corpus_times);
        json_out_key(j, "log_likelihood");
        json_out_double(j, row->log_likelihood, 4);
    }
    json_out_end(j);
}

static int write_answer(const struct facets *facets,
                        const struct corpus *corpus, struct question *question)
{
    static const char *const names[] = {"source", "lang", "topic", "year",
                                        "words"};
    struct request *request = question->request;
    const struct params *params = &request->params;
    struct count_row *row;
    size_t count, shown;
    counts_rows(facets->here, &row, &count);
    if (!facets->corpus) {
        struct word_scores scores = {.words_here = facets->words,
                                     .min_articles = 2,
                                     .commoner = true,
                                     .sort = BY_LOG_LIKELIHOOD};
        int rc = word_scores_fill(&scores, question, row, &count);
        if (rc)
            return rc;
    }
    shown = params->limit && params->limit < count ? params->limit : count;

    struct json_out j;
    json_out_begin(&j, &request->reply);
    json_out_object(&j);
    question_write_head(question, &j);
    json_out_key(&j, "by");
    json_out_text(&j, names[params->by]);
    if (facets->corpus)
        corpus_write(corpus, &j);
    json_out_key(&j, "rows");
    json_out_array(&j);
    for (size_t i = 0; i < shown; i++)
        write_row(facets, &row[i], &j);
    json_out_end(&j);
    json_out_key(&j, "more");
    json_out_u64(&j, count - shown);
    json_out_key(&j, "total");
    json_out_u64(&j, facets->total);
    json_out_key(&j, "total_hits");
    json_out_u64(&j, facets->total_hits);
    question_write_notes(question, &j);
    json_out_end(&j);
    question_write_took(question, &j);
    return ERR_OK;
}

int answer_facets(struct request *request, struct worker *worker)
{
    if (request->params.by >= FACETS_BY_ENTITY)
        return answer_entity_facets(request, worker);
    bool by_field = request->params.by != FACETS_BY_WORDS;
    struct question question;
    struct corpus corpus = {0};
    int rc = question_read(request, worker, &question);
    if (rc == 0)
        rc = capitals_note(&question);
    if (rc == 0 && by_field)
        rc = corpus_of(&question, &corpus);
    if (rc)
        return rc;
    struct facets facets = {.question = &question, .here = counts_new()};
    if (by_field)
        facets.corpus = counts_new();
    if (!facets.here || (by_field && !facets.corpus))
        rc = err_set(&request->err, ERR_NOMEM, "no memory for the counts");
    if (rc == 0 && by_field)
        rc = corpus_visit(&question, &corpus, add_corpus, &facets);
    if (rc == 0)
        rc = question.engine->visit(question.searcher, &question.query, true,
                                    request->cancel, &request->arena, add_match,
                                    &facets, &request->err);
    if (rc == 0)
        rc = write_answer(&facets, &corpus, &question);
    counts_free(facets.here);
    counts_free(facets.corpus);
    return rc;
}
