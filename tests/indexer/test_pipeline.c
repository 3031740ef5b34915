/* The pipeline between a scripted reader and an engine in memory.
 *
 * A delivery is text: "a A v2 t2022-01-01" is the article a whose text is A, its
 * version 2 and its time; "!why" is a reject, "?why" an error that ends the file.
 * Records are separated by commas, files by bars. */
#include "check.h"

#include <signal.h>

#include "base/err.h"
#include "base/mem.h"
#include "indexer/fake_writer.h"
#include "indexer/interrupt.h"
#include "indexer/pipeline.h"

#define DIR "pipeline-index"

/* --- the scripted reader --- */

struct script {
    struct reader base;
    const char *at;
};

static struct slice word(const char **at, struct arena *arena)
{
    size_t n = strcspn(*at, " ,|");
    struct slice s;
    if (arena_copy_slice(arena, (struct slice){(const uint8_t *)*at, n}, &s))
        return (struct slice){0};
    *at += n;
    *at += **at == ' ';
    return s;
}

static int script_next(struct reader *reader, struct arena *arena,
                       struct article *article, struct reject *reject,
                       struct err *err)
{
    struct script *script = (struct script *)reader;
    const char *at = script->at + strspn(script->at, ", ");
    if (*at == '\0' || *at == '|')
        return READER_END;
    script->at = at + strcspn(at, ",|");
    if (*at == '!' || *at == '?') {
        struct slice why = word(&at, arena);
        if (!why.data)
            return err_set(err, ERR_NOMEM, "out of memory");
        reject->record = 7;
        reject->byte = 70;
        snprintf(reject->reason, sizeof reject->reason, "%s", why.data + 1);
        return why.data[0] == '!'
                   ? (int)READER_REJECT
                   : err_set(err, ERR_IO, "%s", (const char *)why.data + 1);
    }
    *article = (struct article){.source = SLICE("s")};
    article->id = word(&at, arena);
    article->text[PART_TITLE] = word(&at, arena);
    if (!article->id.data || !article->text[PART_TITLE].data)
        return err_set(err, ERR_NOMEM, "out of memory");
    while (*at && *at != ',' && *at != '|') {
        struct slice s = word(&at, arena);
        if (!s.data)
            return err_set(err, ERR_NOMEM, "out of memory");
        if (s.data[0] == 'v')
            article->version = (uint32_t)atoi((const char *)s.data + 1);
        else
            CHECK_EQ(
                date_parse(slice_part(s, 1, s.len), &article->modified, NULL),
                0);
    }
    return READER_ARTICLE;
}

static const struct reader_format script_format = {.name = "script",
                                                   .next = script_next};

/* --- one run --- */

struct outcome {
    int rc;
    uint64_t kind[UPSERT_KINDS], rejected;
    char rejects[2000], conflicts[500];
    struct err err;
};

static struct outcome run_with(const char *delivery, unsigned threads,
                               uint64_t commit_every)
{
    struct outcome result = {0};
    struct report report;
    struct report_options none = {.bar = false};
    struct pipeline *pipeline = NULL;
    struct writer *writer = NULL;
    struct writer_options writer_options = {0};
    struct pipeline_options options = {.threads = threads,
                                       .commit_every = commit_every};
    struct generation_info info;
    struct err *err = &result.err;

    int rc = report_open(&report, &none, NULL, err);
    if (rc == ERR_OK)
        rc = fake_engine.writer_open(DIR, &writer_options, &writer, err);
    if (rc == ERR_OK)
        rc = pipeline_open(writer, &options, &report, &pipeline, err);
    for (unsigned file = 1; rc == ERR_OK && *delivery; file++) {
        char name[20];
        struct input *in = NULL;
        struct script script = {{&script_format}, delivery};
        snprintf(name, sizeof name, "f%u", file);
        rc = input_open_bytes(name, SLICE(""), &in, err);
        if (rc == ERR_OK)
            rc = pipeline_read(pipeline, &script.base, in, err);
        input_close(in);
        delivery += strcspn(delivery, "|");
        delivery += *delivery == '|';
    }
    if (rc == ERR_OK)
        rc = pipeline_drain(pipeline, err);
    if (rc == ERR_OK)
        rc = fake_engine.writer_commit(writer, &info, err);
    pipeline_close(pipeline);
    if (writer)
        fake_engine.writer_close(writer);

    result.rc = rc;
    result.rejected = report.rejects.count;
    memcpy(result.kind, report.outcome, sizeof result.kind);
    for (size_t i = 0; i < report.rejects.shown_count; i++)
        snprintf(result.rejects + strlen(result.rejects),
                 sizeof result.rejects - strlen(result.rejects), "%s\n",
                 report.rejects.shown[i]);
    snprintf(result.conflicts, sizeof result.conflicts, "%s",
             report.conflicts.data);
    report_close(&report);
    return result;
}

static struct outcome run(const char *delivery)
{
    return run_with(delivery, 1, 0);
}

/* --- the rules, through index and reader --- */

TEST(runs_leave_what_the_rules_say)
{
    static const struct {
        const char *what, *first,
            *second;          /* second: NULL for the first again */
        const char *contents; /* after both, without word counts */
        const char
            *counts; /* of the second: new, version, same, older, conflict */
        unsigned generation;
    } rows[] = {
        {"the same again changes nothing", "a A, b B", NULL, "s:a=A s:b=B",
         "0 0 2 0 0", 1},
        {"another text replaces", "a A, b B", "a X", "s:a=X s:b=B", "0 1 0 0 0",
         2},
        {"an older one does not", "a A t2022-02-02", "a X t2022-01-01", "s:a=A",
         "0 0 0 1 0", 1},
        {"nor an older version", "a A v3", "a X v2", "s:a=A", "0 0 0 1 0", 1},
        {"a newer one in the same run", "b B", "a A v1, a B v2", "s:a=B s:b=B",
         "1 1 0 0 0", 2},
        {"an older one in the same run", "b B", "a B v2, a A v1", "s:a=B s:b=B",
         "1 0 0 1 0", 2},
        {"versions again", "a A v1, a B v2, a C v3", NULL, "s:a=C", "0 0 1 2 0",
         1},
        {"a conflict", "b B", "a A, a B, a C", "s:a=A s:a#2=B s:a#3=C s:b=B",
         "1 0 0 0 2", 2},
        {"a conflict again", "a A, a B, a C", NULL, "s:a=A s:a#2=B s:a#3=C",
         "0 0 3 0 0", 1},
        {"a conflict in other order", "a A, a B, a C", "a C, a A, a B",
         "s:a=A s:a#2=B s:a#3=C", "0 0 3 0 0", 1},
        {"a conflict, one of them new", "a A, a B", "a A, a X", "s:a=A s:a#2=X",
         "0 1 1 0 0", 2},
        {"the same text in one run", "b B", "a A, a A", "s:a=A s:b=B",
         "1 0 1 0 0", 2},
        {"same text, another key", "a A, b A", NULL, "s:a=A s:b=A", "0 0 2 0 0",
         1},
        {"a confirmed text keeps out what lies between", "a A t2022-01-01",
         "a A t2022-03-03, a B t2022-02-02", "s:a=A", "0 0 1 1 0", 1},
        {"across files", "a A | a B", NULL, "s:a=A s:a#2=B", "0 0 2 0 0", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (unsigned threads = 1; threads <= 3; threads += 2) {
            fake_reset();
            CHECK_EQ(run_with(rows[i].first, threads, 0).rc, 0);
            struct outcome o = run_with(
                rows[i].second ? rows[i].second : rows[i].first, threads, 0);
            CHECK_OK(o.rc, o.err);
            char counts[100], want[500], got[500] = "";
            snprintf(counts, sizeof counts, "%d %d %d %d %d",
                     (int)o.kind[UPSERT_NEW], (int)o.kind[UPSERT_NEW_VERSION],
                     (int)o.kind[UPSERT_SAME], (int)o.kind[UPSERT_OLDER],
                     (int)o.kind[UPSERT_CONFLICT]);
            CHECK_MSG(strcmp(counts, rows[i].counts) == 0, "%s: %s",
                      rows[i].what, counts);
            snprintf(want, sizeof want, "%s", rows[i].contents);
            for (const char *at = fake_contents(); *at;
                 at += strcspn(at, "\n") + 1)
                snprintf(got + strlen(got), sizeof got - strlen(got), "%s%.*s",
                         *got ? " " : "", (int)strcspn(at, "|"), at);
            CHECK_MSG(strcmp(got, want) == 0, "%s: %s", rows[i].what, got);
            CHECK_MSG(fake_generation() == rows[i].generation,
                      "%s: generation %u", rows[i].what, fake_generation());
        }
    }
}

TEST(conflicts_are_named)
{
    fake_reset();
    CHECK_TEXT(run("a A, a B, b B, a C").conflicts, "s:a#2\ns:a#3\n");
}

/* --- rejects --- */

TEST(a_reject_costs_nothing_but_itself)
{
    fake_reset();
    struct outcome o = run("a A, !broken, b B | c C, ?gone, d D | e E");
    CHECK_OK(o.rc, o.err);
    CHECK_EQ(o.rejected, 2);
    CHECK_TEXT(o.rejects, "f1: record 7, byte 70: broken\n"
                          "f2: record 2, byte 0: gone\n");
    CHECK_TEXT(fake_contents(),
               "s:a=A| (1)\ns:b=B| (1)\ns:c=C| (1)\ns:e=E| (1)\n");
}

TEST(a_key_with_a_hundred_texts_takes_no_more)
{
    fake_reset();
    char delivery[2000] = "";
    for (int i = 0; i < UPSERT_SLOTS_MAX + 5; i++)
        snprintf(delivery + strlen(delivery), 20, "a T%d,", i);
    for (int again = 0; again < 2; again++) {
        struct outcome o = run(delivery);
        CHECK_OK(o.rc, o.err);
        CHECK_EQ(o.rejected, 5);
        CHECK_EQ(fake_generation(), 1);
    }
}

/* --- threads --- */

static void random_delivery(uint64_t *rng, char *out, size_t size)
{
    unsigned n = 1 + rng_below(rng, 60);
    *out = '\0';
    for (unsigned i = 0; i < n; i++) {
        char *end = out + strlen(out);
        size_t left = size - strlen(out);
        unsigned key = rng_below(rng, 12), text = rng_below(rng, 5);
        switch (rng_below(rng, 10)) {
        case 0:
            snprintf(end, left, "!why%u,", text);
            break;
        case 1:
            snprintf(end, left, "k%u T%u|", key, text);
            break;
        default: /* a third of the keys has versions, a third times */
            if (key % 3 == 0)
                snprintf(end, left, "k%u T%u v%u,", key, text,
                         1 + rng_below(rng, 3));
            else if (key % 3 == 1)
                snprintf(end, left, "k%u T%u t2022-01-0%u,", key, text,
                         1 + rng_below(rng, 4));
            else
                snprintf(end, left, "k%u T%u,", key, text);
        }
    }
}

TEST(any_number_of_threads_gives_the_outcome_of_one)
{
    uint64_t rng = 2022;
    for (unsigned round = 0; round < 60; round++) {
        static char first[4000], second[4000], want[20000];
        random_delivery(&rng, first, sizeof first);
        random_delivery(&rng, second, sizeof second);
        struct outcome one = {0};
        for (unsigned threads = 1; threads <= 5; threads += 2) {
            fake_reset();
            CHECK_EQ(run_with(first, threads, 0).rc, 0);
            struct outcome o = run_with(second, threads, 0);
            CHECK_OK(o.rc, o.err);
            if (threads == 1) {
                one = o;
                snprintf(want, sizeof want, "%s", fake_contents());
                continue;
            }
            CHECK_MSG(memcmp(o.kind, one.kind, sizeof o.kind) == 0,
                      "round %u: counts with %u threads", round, threads);
            CHECK_TEXT(fake_contents(), want);
            CHECK_TEXT(o.rejects, one.rejects);
            CHECK_TEXT(o.conflicts, one.conflicts);
        }
    }
}

/* --- what ends a run --- */

TEST(a_failed_put_ends_the_run_and_leaves_the_index)
{
    for (unsigned threads = 1; threads <= 3; threads += 2)
        for (unsigned puts = 0; puts < 4; puts++) {
            fake_reset();
            CHECK_EQ(run("a A").rc, 0);
            fake_fail_put(puts, ERR_IO);
            struct outcome o = run_with("a X, b B, c C, d D", threads, 0);
            CHECK_EQ(o.rc, ERR_IO);
            CHECK_TEXT(o.err.text, "as the test asked");
            CHECK_TEXT(fake_contents(), "s:a=A| (1)\n");
        }
}

static void send_signal(void)
{
    raise(SIGTERM);
}

TEST(a_signal_ends_the_run_and_leaves_the_index)
{
    fake_reset();
    interrupt_install();
    fake_on_put(send_signal);
    struct outcome o = run("a A, b B, c C");
    CHECK_EQ(o.rc, ERR_CANCELLED);
    CHECK_TEXT(o.err.text, "interrupted (SIGTERM)");
    CHECK_EQ(fake_generation(), 0);
    interrupt_install();
    fake_on_put(NULL);
    CHECK_EQ(run("a A").rc, 0);
}

TEST(commit_every_commits_on_the_way)
{
    fake_reset();
    fake_fail_put(5, ERR_IO);
    CHECK_EQ(run_with("a A, b B, c C, d D, e E, f F", 3, 2).rc, ERR_IO);
    CHECK_EQ(fake_generation(), 2);
    fake_fail_put(100, ERR_IO);
    CHECK_EQ(run_with("a A, b B, c C, d D, e E, f F", 3, 2).rc, 0);
    CHECK_EQ(fake_generation(), 3);
}

/* With one thread, so that the n-th allocation is always the same one. */
TEST(every_failed_allocation_is_survived)
{
    struct outcome o = {.rc = ERR_NOMEM};
    long allowed = 0;
    for (; o.rc == ERR_NOMEM; allowed++) {
        fake_reset();
        mem_fail_after(allowed);
        o = run("a A, a B, !why, b B, c C");
        mem_fail_after(-1);
        CHECK(allowed < 2000);
        if (o.rc)
            CHECK_EQ(fake_generation(), 0);
    }
    CHECK_OK(o.rc, o.err);
    CHECK(allowed > 20);
}

RUN(T(runs_leave_what_the_rules_say), T(conflicts_are_named),
    T(a_reject_costs_nothing_but_itself),
    T(a_key_with_a_hundred_texts_takes_no_more),
    T(any_number_of_threads_gives_the_outcome_of_one),
    T(a_failed_put_ends_the_run_and_leaves_the_index),
    T(a_signal_ends_the_run_and_leaves_the_index),
    T(commit_every_commits_on_the_way), T(every_failed_allocation_is_survived))
