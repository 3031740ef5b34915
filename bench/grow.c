/* grow.c - dateline-grow: as much text as is wanted, made of real text.
 *
 *     dateline-grow [--megabytes N] [--articles N] [--first N] [--seed N]
 *                   <articles.jsonl >more.jsonl
 *
 * An article is made in the image of a real one: its source, date, title, and number of
 * sentences, each of these any sentence of the same source and month. So words keep
 * their neighbours and their months. What recombining cannot give are new words: the
 * real text's growth (Heaps' law, from half of it and all of it) is carried on by names
 * that stand in place of real ones, as many as are due; through the whole article; half of
 * the articles also use one of the last thousand again. */
#include "base/err.h"
#include "base/json_out.h"
#include "base/options.h"
#include "bench/grow_source.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum { RECENT = 1000, SWAPS_MAX = 64, PARAGRAPH = 3, ARTICLE_MAX = 64 << 20 };

struct swap {
    struct slice real;
    uint64_t coined; /* its number */
};

struct maker {
    struct grow_source source;
    uint64_t random;
    uint64_t words, coined; /* so far */
    struct strbuf body, line;
    struct swap swap[SWAPS_MAX]; /* of this article */
    size_t swaps;
    size_t due, again; /* still to be coined, to be used again, here */
};

/* xorshift64 (Marsaglia 2003). */
static uint64_t random_below(struct maker *maker, uint64_t n)
{
    maker->random ^= maker->random << 13;
    maker->random ^= maker->random >> 7;
    maker->random ^= maker->random << 17;
    return (maker->random >> 11) % n;
}

/* The n-th name: syllables, and no two the same. */
static void add_name(struct strbuf *out, uint64_t n)
{
    static const char *const syllables[] = {
        "ba", "ke", "lo", "mi", "nu",  "ra",  "se",  "to",  "vi",  "zu",
        "ga", "de", "fo", "hi", "ju",  "pa",  "que", "ro",  "si",  "tu",
        "va", "we", "xo", "yi", "cha", "she", "tho", "kri", "dru", "sta"};
    enum { SYLLABLES = sizeof syllables / sizeof *syllables };
    size_t start = out->len;
    for (n += (uint64_t)SYLLABLES * SYLLABLES * SYLLABLES; n; n /= SYLLABLES)
        strbuf_add_text(out, syllables[n % SYLLABLES]);
    strbuf_add_char(out, 'k');
    out->data[start] = (char)(out->data[start] - 'a' + 'A');
}

/* Which coined name stands for this one in the article, if any. */
static const struct swap *swap_of(struct maker *maker, struct slice real)
{
    for (size_t i = 0; i < maker->swaps; i++)
        if (slice_eq(maker->swap[i].real, real))
            return &maker->swap[i];
    if (maker->swaps == SWAPS_MAX)
        return NULL;
    struct swap *added = &maker->swap[maker->swaps];
    if (maker->due) {
        maker->due--;
        *added = (struct swap){real, maker->coined++};
    } else if (maker->again) {
        maker->again--;
        uint64_t last = maker->coined < RECENT ? maker->coined : RECENT;
        *added =
            (struct swap){real, maker->coined - 1 - random_below(maker, last)};
    } else {
        return NULL;
    }
    maker->swaps++;
    return added;
}

static void add_sentence(struct maker *maker, const struct grow_sentence *from)
{
    size_t at = 0;
    for (uint32_t i = 0; i < from->names; i++) {
        const struct grow_name *name = &from->name[i];
        const struct swap *swap =
            swap_of(maker, slice_part(from->text, name->start, name->end));
        if (!swap)
            continue;
        strbuf_add_slice(&maker->body, slice_part(from->text, at, name->start));
        add_name(&maker->body, swap->coined);
        at = name->end;
    }
    strbuf_add_slice(&maker->body, slice_part(from->text, at, from->text.len));
    maker->words += from->words;
}

static void make_body(struct maker *maker, const struct grow_template *image)
{
    const struct grow_pool *pool = &maker->source.pool[image->pool];
    double wanted = grow_source_different(&maker->source, maker->words) -
                    (double)maker->source.different - (double)maker->coined;
    maker->due = wanted > 1 ? (size_t)wanted : 0;
    maker->again = maker->coined && random_below(maker, 2);
    maker->swaps = 0;
    strbuf_reset(&maker->body);
    for (uint32_t i = 0; i < image->sentences; i++) {
        uint32_t number = pool->sentence[random_below(maker, pool->count)];
        if (i)
            strbuf_add_text(&maker->body, i % PARAGRAPH ? " " : "\n\n");
        add_sentence(maker, &maker->source.sentence[number]);
    }
}

static void add_field(struct json_out *json, const char *key, struct slice text)
{
    json_out_key(json, key);
    json_out_slice(json, text);
}

static bool put_article(struct maker *maker, uint64_t number)
{
    const struct grow_template *image =
        &maker->source
             .article[random_below(maker, maker->source.article_count)];
    char id[32];
    struct json_out json;
    snprintf(id, sizeof id, "grown-%llu", (unsigned long long)number);
    make_body(maker, image);
    strbuf_reset(&maker->line);
    json_out_begin(&json, &maker->line);
    json_out_object(&json);
    add_field(&json, "id", slice_of(id));
    add_field(&json, "title", image->title);
    add_field(&json, "date", image->date);
    add_field(&json, "source", image->source);
    add_field(&json, "lang", SLICE("en"));
    add_field(&json, "body", strbuf_slice(&maker->body));
    json_out_end(&json);
    strbuf_add_char(&maker->line, '\n');
    return !maker->line.failed && !maker->body.failed &&
           fwrite(maker->line.data, 1, maker->line.len, stdout) ==
               maker->line.len;
}

static int put_articles(struct maker *maker, long megabytes, long articles,
                        long first, struct err *err)
{
    uint64_t bytes = 0, limit = (uint64_t)megabytes * 1000000;
    long made = 0;
    for (; made < articles && bytes < limit; made++) {
        if (!put_article(maker, (uint64_t)(first + made)))
            return err_set_errno(err, "writing", "an article");
        bytes += maker->line.len;
    }
    fprintf(stderr,
            "%ld articles, %llu words, %llu of them new, after %llu and %llu; "
            "exponent %.3f\n",
            made, (unsigned long long)maker->words,
            (unsigned long long)maker->coined,
            (unsigned long long)maker->source.words,
            (unsigned long long)maker->source.different,
            maker->source.exponent);
    return fflush(stdout) ? err_set_errno(err, "writing", "articles") : ERR_OK;
}

int main(int argc, char **argv)
{
    long megabytes = LONG_MAX / 1000000, articles = LONG_MAX, first = 0,
         seed = 1;
    bool help = false;
    int rest;
    struct err err = {0};
    struct maker maker = {0};
    const struct option table[] = {
        {"megabytes", 0, OPTION_NUMBER, &megabytes, "N",
         "until there are so many", 1, LONG_MAX / 1000000},
        {"articles", 0, OPTION_NUMBER, &articles, "N",
         "until there are so many", 1, LONG_MAX},
        {"first", 0, OPTION_NUMBER, &first, "N", "number of the first one [0]",
         0, INT_MAX},
        {"seed", 0, OPTION_NUMBER, &seed, "N", "of the random numbers [1]", 1,
         INT_MAX},
        {0},
    };
    if (options_parse(table, argc, argv, 1, &rest, &help, &err) || rest ||
        (megabytes == LONG_MAX / 1000000 && articles == LONG_MAX)) {
        fprintf(stderr, "dateline-grow: %s\n",
                err.code ? err.text : "--megabytes or --articles is needed");
        options_print(table);
        return 2;
    }
    maker.random = (uint64_t)seed * UINT64_C(0x9E3779B97F4A7C15);
    strbuf_init(&maker.body, ARTICLE_MAX);
    strbuf_init(&maker.line, 2 * ARTICLE_MAX);
    int rc = grow_source_read(&maker.source, &err);
    if (rc == ERR_OK)
        rc = put_articles(&maker, megabytes, articles, first, &err);
    if (rc)
        fprintf(stderr, "dateline-grow: %s\n", err.text);
    strbuf_release(&maker.body);
    strbuf_release(&maker.line);
    grow_source_release(&maker.source);
    return rc != 0;
}
