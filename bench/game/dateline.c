/* dateline.c - dateline-game: our engine in the public search-benchmark game.
 *
 * Through engine.h, as the product does, less what the game has not: an index without
 * stored articles, words without stems, queries that no parser reads. */
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "bench/game/program.h"
#include "engine/registry/engines.h"

#include <stdlib.h>

/* --- build --- */

struct builder {
    struct writer *writer;
    struct arena arena; /* one article's */
    size_t title_words;
};

/* Bytes of the first words of a text, and the blank behind them. */
static size_t bytes_of_words(struct slice text, size_t words)
{
    size_t at = 0;
    for (; words > 0 && at < text.len; words--) {
        const uint8_t *blank = memchr(text.data + at, ' ', text.len - at);
        at = blank ? (size_t)(blank - text.data) + 1 : text.len;
    }
    return at;
}

static int put_article(void *context, const struct game_article *in,
                       struct err *err)
{
    struct builder *builder = context;
    struct article article = {.key = in->id, .id = in->id};
    struct analysis analysis;
    size_t title = bytes_of_words(in->text, builder->title_words);
    article.text[PART_TITLE] = slice_part(in->text, 0, title);
    article.text[PART_BODY] = slice_part(in->text, title, in->text.len);
    arena_reset(&builder->arena);
    int rc = analyse_article(&article, NULL, &builder->arena, &analysis);
    if (rc)
        return err_set(err, rc, "too much for one article");
    return builder->writer->engine->writer_put(builder->writer, &article,
                                               &analysis, err);
}

static int build(const struct game_options *options, struct err *err)
{
    const struct engine *engine = engines[0];
    struct writer_options writer_options = {
        .memory_bytes = (size_t)options->memory, .without_text = true};
    struct generation_info info;
    struct builder builder = {.title_words = (size_t)options->title_words};
    arena_init(&builder.arena, 64L * LIMIT_ARTICLE_BYTES);
    int rc = engine->writer_open(options->dir, &writer_options, &builder.writer,
                                 err);
    if (rc == ERR_OK)
        rc = game_read_articles(put_article, &builder, err);
    if (rc == ERR_OK && !options->keep_pieces)
        rc = engine->writer_merge(builder.writer, err);
    if (rc == ERR_OK)
        rc = engine->writer_commit(builder.writer, &info, err);
    engine->writer_close(builder.writer);
    arena_reset(&builder.arena);
    return rc;
}

/* --- query --- */

struct reader {
    const struct engine *engine;
    struct searcher *searcher;
    struct arena arena; /* one question's */
    bool ids, closeness;
};

static int open_reader(const struct game_options *options, void **out,
                       struct err *err)
{
    struct reader *reader = mem_alloc(sizeof *reader);
    struct snapshot *snapshot;
    if (!reader)
        return err_set(err, ERR_NOMEM, "no memory for a reader");
    *reader =
        (struct reader){.ids = options->ids, .closeness = options->closeness};
    arena_init(&reader->arena, LIMIT_QUERY_MEMORY);
    *out = reader;
    int rc = snapshot_open(options->dir, engines, &snapshot, err);
    if (rc)
        return rc;
    reader->engine = snapshot->engine;
    rc = searcher_open(snapshot, &reader->searcher, err);
    snapshot_unref(snapshot);
    return rc;
}

static void close_reader(void *context)
{
    struct reader *reader = context;
    if (!reader)
        return;
    if (reader->searcher)
        searcher_close(reader->searcher);
    arena_reset(&reader->arena);
    mem_free(reader);
}

/* A word as one in quotes: itself, and no inflection of it. */
static struct node *word_node(struct arena *arena, struct slice word, size_t at)
{
    struct node *node = arena_new(arena, struct node);
    struct word_form *form = arena_new(arena, struct word_form);
    if (!node || !form)
        return NULL;
    form->text = word;
    *node = (struct node){.kind = NODE_WORD,
                          .start = (uint32_t)at,
                          .end = (uint32_t)at + 1,
                          .shown = word,
                          .form = form,
                          .form_count = 1};
    return node;
}

static struct node *question_node(struct arena *arena,
                                  const struct game_question *question)
{
    static const enum node_kind kinds[] = {[GAME_ANY] = NODE_OR,
                                           [GAME_ALL] = NODE_AND,
                                           [GAME_PHRASE] = NODE_PHRASE};
    if (question->count == 1)
        return word_node(arena, question->word[0], 0);
    struct node *root = arena_new(arena, struct node);
    struct node **child = arena_array(arena, struct node *, question->count);
    if (!root || !child)
        return NULL;
    for (size_t i = 0; i < question->count; i++) {
        child[i] = word_node(arena, question->word[i], i);
        if (!child[i])
            return NULL;
    }
    *root = (struct node){.kind = kinds[question->form],
                          .end = (uint32_t)question->count,
                          .child = child,
                          .child_count = question->count};
    return root;
}

static int answer(void *context, const struct game_question *question,
                  struct strbuf *out, struct err *err)
{
    struct reader *reader = context;
    struct search_result result;
    arena_reset(&reader->arena);
    struct query query = {.root = question_node(&reader->arena, question)};
    if (!query.root)
        return err_set(err, ERR_NOMEM, "no memory for a question");
    struct search_request request = {
        .limit = game_question_top(question),
        .count_total = game_question_counts(question),
        .without_closeness = !reader->closeness,
    };
    int rc = reader->engine->search(reader->searcher, &query, &request,
                                    &reader->arena, &result, err);
    if (rc)
        return rc;
    strbuf_addf(out, "%llu",
                (unsigned long long)(request.count_total ? result.total
                                                         : result.count));
    for (size_t i = 0; reader->ids && i < result.count; i++)
        strbuf_addf(out, " %.*s", SLICE_ARG(result.found[i].key));
    return ERR_OK;
}

int main(int argc, char **argv)
{
    static const struct game_engine engine = {
        "dateline-game", build, open_reader, answer, close_reader};
    return game_main(argc, argv, &engine);
}
