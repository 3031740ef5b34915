#include "segment/segment_check_internal.h"

#include "base/err.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* Past this many, more lines tell nothing. */
enum { FAULTS_MAX = 100 };

static void tell(struct segment_check *check, int rc, const char *text)
{
    if (check->rc == ERR_OK) {
        check->rc = rc;
        err_set(check->first, rc, "%s", text);
    }
    if (check->report)
        check->report(check->context, text);
    if (++check->faults < FAULTS_MAX || check->stop)
        return;
    check->stop = true;
    if (check->report)
        check->report(check->context, "further faults are not listed");
}

void check_fault(struct segment_check *check, enum section_id section,
                 const char *what, ...)
{
    struct err err = {0};
    char text[sizeof err.text / 2];
    va_list ap;
    va_start(ap, what);
    vsnprintf(text, sizeof text, what, ap);
    va_end(ap);
    if (check->stop)
        return;
    bool of_live = section == SECTION_LIVE || section == SECTION_DEAD;
    err_set(&err, ERR_CORRUPT, "%s: %s: %s",
            of_live              ? live_path(check->segment->live)
            : check->of_mentions ? mentions_path(check->segment->mentions)
                                 : segment_file_path(check->segment->file),
            section_name(section), text);
    tell(check, ERR_CORRUPT, err.text);
}

bool check_failed(struct segment_check *check, int rc, const struct err *err)
{
    if (rc == ERR_OK)
        return false;
    if (check->stop)
        return true;
    check->stop = rc == ERR_NOMEM || rc == ERR_IO;
    tell(check, rc, err->text);
    return true;
}

void check_no_memory(struct segment_check *check)
{
    struct err err = {0};
    err_set(&err, ERR_NOMEM, "%s: no memory to check it",
            segment_file_path(check->segment->file));
    check_failed(check, ERR_NOMEM, &err);
}

/* --- what the articles add up to --- */

static void check_facts(struct segment_check *check)
{
    const struct segment *segment = check->segment;
    const struct live_facts *live =
        segment->live ? live_facts_of(segment->live) : NULL;
    uint64_t words = 0, live_words = 0;
    for (doc_id doc = 0; doc < check->docs; doc++) {
        words += check->lengths[doc];
        if (check_is_live(check, doc))
            live_words += check->lengths[doc];
    }
    if (words != segment_file_facts(segment->file)->words)
        check_fault(check, SECTION_COLUMNS,
                    "%" PRIu64 " words, the header says %" PRIu64, words,
                    segment_file_facts(segment->file)->words);
    if (live && live_words != live->live_words)
        check_fault(check, SECTION_LIVE,
                    "%" PRIu64
                    " words of current articles, the header says %" PRIu64,
                    live_words, live->live_words);
}

static bool prepare(struct segment_check *check)
{
    const struct segment *segment = check->segment;
    struct err err = {0};
    check->docs = segment->docs;
    check->all = segment->docs + segment->archived;
    if (check_failed(check,
                     columns_lengths(&segment->columns, &check->lengths, &err),
                     &err))
        return false;
    if (segment->live) {
        check->live = live_bits(segment->live);
        if (check_failed(check,
                         live_dead_all(segment->live, &check->arena,
                                       &check->dead, &check->dead_count, &err),
                         &err))
            return false;
    }
    check->part =
        arena_alloc_array(&check->arena, check->docs, sizeof *check->part);
    check->words = arena_array(&check->arena, uint32_t, check->docs);
    check->of_stem = arena_array(&check->arena, uint32_t, check->docs);
    check->look_up = arena_new(&check->arena, struct dictionary_cursor);
    check->balance = arena_array(&check->arena, uint32_t, check->docs);
    check->keyed = arena_array(&check->arena, uint64_t, check->all / 64 + 1);
    check->chapter = arena_array(&check->arena, struct chapter_sums,
                                 segment->stored.chapters);
    if (!check->part || !check->words || !check->balance || !check->keyed ||
        !check->chapter || !check->of_stem || !check->look_up ||
        !check_pairs_open(check))
        check_no_memory(check);
    return !check->stop;
}

/* Each bad page is one fault; what is in it would be many. */
static bool sums_are_right(struct segment_check *check)
{
    const struct segment *segment = check->segment;
    struct err err = {0};
    int rc =
        segment_file_check(segment->file, check->report, check->context, &err);
    if (rc == ERR_OK && segment->live)
        rc = live_check(segment->live, check->report, check->context, &err);
    if (rc == ERR_OK && segment->mentions)
        rc = segment_file_check(segment->mentions->file, check->report,
                                check->context, &err);
    if (rc) {
        check->rc = rc;
        err_set(check->first, rc, "%s", err.text);
    }
    return rc == ERR_OK;
}

int segment_check(const struct segment *segment,
                  void (*report)(void *, const char *fault), void *context,
                  struct err *err)
{
    struct segment_check check = {
        .segment = segment, .report = report, .context = context, .first = err};
    struct err damage = {0};
    arena_init(&check.arena, SIZE_MAX);
    arena_init(&check.scratch, SIZE_MAX);
    if (sums_are_right(&check) && prepare(&check)) {
        check_docs(&check);
        check_facts(&check);
        check_terms(&check);
        if (segment->mentions && !check.stop)
            check_mentions(&check);
    }
    if (check.rc == ERR_OK)
        check_failed(&check, segment_damage(segment, &damage), &damage);
    arena_reset(&check.scratch);
    arena_reset(&check.arena);
    return check.rc;
}
