#include "bench/grow_source.h"

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "text/analyse.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

enum { MONTH = 7 }; /* bytes of "2022-03" */

struct intake {
    struct grow_source *out;
    struct arena scratch;  /* one article's */
    struct hash_map pools; /* to numbers */
    struct hash_map all,
        every_2nd; /* words of all articles, of each second one */
    uint64_t words_of_2nd;
    struct err *err;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "no memory for the articles");
}

/* Room for one more. */
static bool grow(void **items, size_t count, size_t *cap, size_t size)
{
    if (count < *cap)
        return true;
    size_t more = *cap ? 2 * *cap : 1024;
    void *bigger = mem_realloc(*items, more * size);
    if (!bigger)
        return false;
    *items = bigger;
    *cap = more;
    return true;
}

static bool is_name(struct slice text, const struct token *token)
{
    uint8_t first = text.data[token->start];
    return first >= 'A' && first <= 'Z' && !token->all_caps && !token->joined;
}

static bool find_names(struct intake *in, const struct token *token,
                       size_t count, struct grow_sentence *out)
{
    uint32_t base = token[0].start;
    out->name = arena_array(&in->out->arena, struct grow_name, count);
    if (!out->name)
        return false;
    for (size_t i = 0; i < count; i++) {
        out->words += !token[i].joined;
        if (i > 0 &&
            is_name(out->text, &(struct token){.start = token[i].start - base,
                                               .all_caps = token[i].all_caps,
                                               .joined = token[i].joined}))
            out->name[out->names++] =
                (struct grow_name){token[i].start - base, token[i].end - base};
    }
    return true;
}

/* Tokens [0, count) of `body`, up to byte `end`. */
static int add_sentence(struct intake *in, struct slice body, uint32_t pool,
                        const struct token *token, size_t count, size_t end)
{
    struct grow_source *out = in->out;
    if (!grow((void **)&out->sentence, out->sentence_count, &out->sentence_cap,
              sizeof *out->sentence))
        return no_memory(in->err);
    struct grow_sentence *sentence = &out->sentence[out->sentence_count];
    *sentence = (struct grow_sentence){.pool = pool};
    struct slice text = slice_trim(slice_part(body, token[0].start, end));
    if (arena_copy_slice(&out->arena, text, &sentence->text) ||
        !find_names(in, token, count, sentence))
        return no_memory(in->err);
    out->sentence_count++;
    return ERR_OK;
}

static int add_sentences(struct intake *in, struct slice body, uint32_t pool,
                         const struct analysis *analysis, uint32_t *count)
{
    const struct tokens *tokens = &analysis->tokens;
    size_t from = 0;
    int rc = ERR_OK;
    *count = 0;
    for (size_t i = 1; rc == ERR_OK && i <= analysis->sentences.count; i++) {
        size_t to = tokens->count;
        if (i < analysis->sentences.count)
            for (to = from;
                 tokens->token[to].position < analysis->sentences.at[i];)
                to++;
        size_t end = to < tokens->count ? tokens->token[to].start : body.len;
        rc = add_sentence(in, body, pool, tokens->token + from, to - from, end);
        from = to;
        (*count)++;
    }
    return rc;
}

static int count_words(struct intake *in, const struct tokens *tokens)
{
    struct grow_source *out = in->out;
    bool second = out->article_count % 2;
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < tokens->count; i++) {
        struct slice form = tokens->token[i].form;
        rc = hash_map_put(&in->all, form, 1, NULL);
        if (rc == ERR_OK && second)
            rc = hash_map_put(&in->every_2nd, form, 1, NULL);
    }
    out->words += tokens->count;
    in->words_of_2nd += second ? tokens->count : 0;
    return rc ? no_memory(in->err) : ERR_OK;
}

static int pool_of(struct intake *in, struct slice source, struct slice date,
                   uint32_t *out)
{
    char *name =
        arena_printf(&in->scratch, "%.*s|%.*s", SLICE_ARG(source),
                     date.len < MONTH ? 0 : MONTH, (const char *)date.data);
    if (!name)
        return no_memory(in->err);
    const uint64_t *known = hash_map_get(&in->pools, slice_of(name));
    *out = (uint32_t)(known ? *known : in->pools.count);
    return known || !hash_map_put(&in->pools, slice_of(name), *out, NULL)
               ? ERR_OK
               : no_memory(in->err);
}

static struct slice field(const json_t *article, const char *name)
{
    return slice_of(json_string_value(json_object_get(article, name)));
}

static int add_article(struct intake *in, const json_t *record)
{
    struct grow_source *out = in->out;
    struct slice body = field(record, "body");
    struct article article = {0};
    struct analysis analysis;
    article.text[PART_BODY] = body;
    if (!grow((void **)&out->article, out->article_count, &out->article_cap,
              sizeof *out->article) ||
        analyse_article(&article, NULL, &in->scratch, &analysis))
        return no_memory(in->err);
    if (analysis.tokens.count == 0)
        return ERR_OK;
    struct grow_template *added = &out->article[out->article_count];
    *added = (struct grow_template){0};
    if (arena_copy_slice(&out->arena, field(record, "title"), &added->title) ||
        arena_copy_slice(&out->arena, field(record, "date"), &added->date) ||
        arena_copy_slice(&out->arena, field(record, "source"), &added->source))
        return no_memory(in->err);
    int rc = pool_of(in, added->source, added->date, &added->pool);
    if (rc == ERR_OK)
        rc = add_sentences(in, body, added->pool, &analysis, &added->sentences);
    if (rc == ERR_OK)
        rc = count_words(in, &analysis.tokens);
    out->article_count++;
    return rc;
}

static int read_all(struct intake *in)
{
    char *line = NULL;
    size_t cap = 0;
    int rc = ERR_OK;
    for (ssize_t len;
         rc == ERR_OK && (len = getline(&line, &cap, stdin)) > 0;) {
        json_t *record = json_loadb(line, (size_t)len, 0, NULL);
        rc = record ? add_article(in, record)
                    : err_set(in->err, ERR_INVALID, "article %zu is no JSON",
                              in->out->article_count + 1);
        json_decref(record);
        arena_reset(&in->scratch);
    }
    free(line);
    if (rc == ERR_OK && in->out->article_count < 2)
        rc = err_set(in->err, ERR_INVALID, "two articles are needed");
    return rc;
}

static int fill_pools(struct grow_source *source, size_t count)
{
    source->pool_count = count;
    source->pool = arena_array(&source->arena, struct grow_pool, count);
    if (!source->pool)
        return ERR_NOMEM;
    for (size_t i = 0; i < source->sentence_count; i++)
        source->pool[source->sentence[i].pool].count++;
    for (size_t i = 0; i < count; i++) {
        source->pool[i].sentence =
            arena_array(&source->arena, uint32_t, source->pool[i].count);
        if (!source->pool[i].sentence)
            return ERR_NOMEM;
        source->pool[i].count = 0;
    }
    for (size_t i = 0; i < source->sentence_count; i++) {
        struct grow_pool *pool = &source->pool[source->sentence[i].pool];
        pool->sentence[pool->count++] = (uint32_t)i;
    }
    return ERR_OK;
}

/* From half of the articles and from all of them. */
static void fit_growth(struct intake *in)
{
    struct grow_source *out = in->out;
    double words = (double)out->words, half = (double)in->words_of_2nd;
    out->different = in->all.count;
    out->exponent = log((double)in->all.count / (double)in->every_2nd.count) /
                    log(words / half);
    out->growth = (double)in->all.count / pow(words, out->exponent);
}

double grow_source_different(const struct grow_source *source, uint64_t words)
{
    return source->growth * pow((double)words, source->exponent);
}

int grow_source_read(struct grow_source *out, struct err *err)
{
    struct intake in = {.out = out, .err = err};
    *out = (struct grow_source){0};
    arena_init(&out->arena, SIZE_MAX);
    arena_init(&in.scratch, 64L * LIMIT_ARTICLE_BYTES);
    hash_map_init(&in.pools);
    hash_map_init(&in.all);
    hash_map_init(&in.every_2nd);
    int rc = read_all(&in);
    if (rc == ERR_OK && fill_pools(out, in.pools.count))
        rc = no_memory(err);
    if (rc == ERR_OK)
        fit_growth(&in);
    hash_map_release(&in.pools);
    hash_map_release(&in.all);
    hash_map_release(&in.every_2nd);
    arena_reset(&in.scratch);
    return rc;
}

void grow_source_release(struct grow_source *source)
{
    mem_free(source->sentence);
    mem_free(source->article);
    arena_reset(&source->arena);
}
