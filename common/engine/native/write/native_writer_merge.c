#include "engine/native/write/native_writer_internal.h"

#include "base/err.h"
#include "base/mem.h"
#include "engine/native/merge/merge_policy.h"
#include "engine/native/merge/merger.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* --- segments --- */

int segment_path(const struct native_writer *self, const char *name,
                 char out[PATH_MAX], struct err *err)
{
    int n = snprintf(out, PATH_MAX, "%s/%s", self->segments_dir, name);
    if (n < 0 || n >= PATH_MAX)
        return err_set(err, ERR_INVALID, "directory name too long: %s",
                       self->dir);
    return ERR_OK;
}

int segment_begin(struct native_writer *self, char name[SEGMENT_NAME_SIZE],
                  struct segment_writer **out, struct err *err)
{
    self->made_files = true;
    segment_file_name(writer_generation(self), self->next_number++, name);
    return segment_writer_open(self->segments_dir, name, out, err);
}

static int make_room(struct native_writer *self, struct err *err)
{
    if (self->segment_count < self->segment_capacity)
        return ERR_OK;
    size_t capacity = self->segment_capacity ? 2 * self->segment_capacity : 16;
    struct writer_segment *more =
        mem_realloc(self->segment, capacity * sizeof *more);
    if (!more)
        return err_set(err, ERR_NOMEM, "out of memory");
    self->segment = more;
    self->segment_capacity = capacity;
    return ERR_OK;
}

int segment_adopt(struct native_writer *self, const char *name,
                  const char *live_name, const struct side_file *mentions,
                  struct writer_segment **out, struct err *err)
{
    char path[PATH_MAX], live[PATH_MAX], side[PATH_MAX];
    struct writer_segment fresh = {0};
    int rc = make_room(self, err);
    if (rc == ERR_OK)
        rc = segment_path(self, name, path, err);
    if (rc == ERR_OK)
        rc = segment_path(self, live_name, live, err);
    if (rc == ERR_OK)
        rc = segment_path(self, mentions->name, side, err);
    if (rc == ERR_OK)
        rc =
            segment_open(path, live_name[0] ? live : NULL, &fresh.segment, err);
    if (rc == ERR_OK && mentions->name[0])
        rc = segment_open_mentions(fresh.segment, side, err);
    if (rc) {
        segment_close(fresh.segment);
        return rc;
    }
    fresh.mentions = *mentions;
    snprintf(fresh.name, sizeof fresh.name, "%s", name);
    snprintf(fresh.live_name, sizeof fresh.live_name, "%s", live_name);
    fresh.live_docs = segment_live_docs(fresh.segment);
    fresh.live_words = segment_live_words(fresh.segment);
    *out = &self->segment[self->segment_count++];
    **out = fresh;
    return ERR_OK;
}

int segment_end(struct native_writer *self, const char *name,
                struct segment_writer *file, const struct segment_facts *facts,
                const struct side_file *mentions, struct err *err)
{
    uint64_t size;
    uint32_t crc32;
    struct writer_segment *s;
    int rc = segment_writer_finish(file, facts, &size, &crc32, err);
    if (rc == ERR_OK)
        rc = segment_adopt(self, name, "", mentions, &s, err);
    if (rc)
        return rc;
    s->size = size;
    s->crc32 = crc32;
    return ERR_OK;
}

void segment_forget(struct writer_segment *s)
{
    segment_close(s->segment);
    key_filter_free(s->keys);
    mem_free(s->bits);
    mem_free(s->purged);
    *s = (struct writer_segment){0};
}

/* A file that MANIFEST does not name goes at once: the disk may have no room for all that a
 * long run merges. */
static void remove_made(const struct native_writer *self, const char *name,
                        bool committed)
{
    char path[PATH_MAX];
    if (name[0] && !committed && segment_path(self, name, path, NULL) == ERR_OK)
        (void)unlink(path); /* else close() tries again */
}

/* Take out the marked ones. */
static void drop_segments(struct native_writer *self, const bool *chosen)
{
    size_t kept = 0;
    for (size_t i = 0; i < self->segment_count; i++) {
        struct writer_segment *s = &self->segment[i];
        if (!chosen[i]) {
            self->segment[kept++] = *s;
            continue;
        }
        remove_made(self, s->name, s->committed);
        remove_made(self, s->mentions.name, s->mentions.committed);
        segment_forget(s);
    }
    self->segment_count = kept;
}

/* --- merging --- */

struct merge_run {
    struct native_writer *writer;
    struct merge_input *input;
    struct dead_term **dead; /* of each input */
    size_t count;
    uint64_t articles, live_docs, live_words; /* that must come out */
    bool mentions;                            /* an input has some */
    struct register_set registers;
};

static void tell_progress(void *context, uint64_t done, uint64_t total)
{
    writer_progress(context, "merging", done, total);
}

static uint64_t count_bits(const uint64_t *bits, uint64_t count)
{
    uint64_t set = 0;
    for (size_t i = 0; bits && i < bit_words(count); i++)
        set += (uint64_t)__builtin_popcountll(bits[i]);
    return set;
}

static int add_input(struct merge_run *run, const struct writer_segment *s,
                     struct err *err)
{
    struct merge_input *in = &run->input[run->count];
    uint64_t all = (uint64_t)s->segment->docs + s->segment->archived;
    *in = (struct merge_input){
        .segment = s->segment, .bits = s->bits, .purged = s->purged};
    run->dead[run->count++] = NULL;
    run->articles += all - count_bits(s->purged, all);
    run->live_docs += s->live_docs;
    run->live_words += s->live_words;
    run->mentions = run->mentions || (s->segment->mentions && s->live_docs);
    int rc = register_set_add_segment(&run->registers, s->segment, s->live_docs,
                                      err);
    if (rc || !s->bits)
        return rc;
    rc = count_dead(run->writer, s, &run->dead[run->count - 1], &in->dead_count,
                    err);
    in->dead = run->dead[run->count - 1];
    return rc;
}

static int write_merged(struct merge_run *run, struct err *err)
{
    struct native_writer *self = run->writer;
    const struct merge_progress progress = {tell_progress, self};
    char name[SEGMENT_NAME_SIZE];
    struct segment_writer *file = NULL;
    struct segment_facts facts;
    struct side_file side = {.name = ""};
    int rc = segment_begin(self, name, &file, err);
    struct merge_mentions mentions = {.dir = self->segments_dir,
                                      .name = side.name,
                                      .registers = run->registers.digest,
                                      .register_count = run->registers.count};
    if (rc == ERR_OK && run->mentions)
        mentions_file_name(slice_of(name), writer_generation(self),
                           mentions.registers, mentions.register_count,
                           side.name);
    if (rc == ERR_OK)
        rc = merge_segments(run->input, run->count, file, &facts,
                            run->mentions ? &mentions : NULL, &progress, err);
    side.size = mentions.size;
    side.crc32 = mentions.crc32;
    if (rc == ERR_OK &&
        (facts.docs != run->live_docs || facts.words != run->live_words ||
         (uint64_t)facts.docs + facts.archived != run->articles))
        rc = err_set(err, ERR_CORRUPT,
                     "%s/%s: the merged articles are not those of its parts",
                     self->segments_dir, name);
    if (rc == ERR_OK)
        rc = segment_end(self, name, file, &facts, &side, err);
    segment_writer_close(file);
    return rc;
}

static int merge_chosen(struct native_writer *self, const bool *chosen,
                        struct err *err)
{
    size_t before = self->segment_count;
    struct merge_run run = {.writer = self};
    int rc = ERR_OK;
    run.input = mem_alloc(before * sizeof *run.input + 1);
    run.dead = mem_alloc(before * sizeof *run.dead + 1);
    if (!run.input || !run.dead)
        rc = err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; rc == ERR_OK && i < before; i++)
        if (chosen[i])
            rc = add_input(&run, &self->segment[i], err);
    if (rc == ERR_OK && run.articles)
        rc = write_merged(&run, err);
    for (size_t i = 0; i < run.count; i++)
        mem_free(run.dead[i]);
    mem_free(run.input);
    mem_free(run.dead);
    register_set_release(&run.registers);
    if (rc == ERR_OK)
        drop_segments(self, chosen);
    return rc;
}

/* --- what is merged, and when --- */

typedef bool (*choose_function)(struct merge_candidate *, size_t);

/* *done: there was nothing to choose. */
static int merge_once(struct native_writer *self, choose_function choose,
                      bool *done, struct err *err)
{
    size_t count = self->segment_count;
    struct merge_candidate *candidate =
        mem_alloc(count * sizeof *candidate + 1);
    /* One more: the result joins the segments before its parts leave them. */
    bool *chosen = mem_alloc(count + 1);
    int rc = ERR_OK;
    *done = true;
    if (!candidate || !chosen)
        rc = err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; rc == ERR_OK && i < count; i++) {
        const struct writer_segment *s = &self->segment[i];
        candidate[i] =
            (struct merge_candidate){.bytes = s->size,
                                     .docs = s->segment->docs,
                                     .live = s->live_docs,
                                     .archived = s->segment->archived};
    }
    if (rc == ERR_OK && choose(candidate, count)) {
        *done = false;
        for (size_t i = 0; i < count; i++)
            chosen[i] = candidate[i].chosen;
        chosen[count] = false;
        rc = merge_chosen(self, chosen, err);
    }
    mem_free(candidate);
    mem_free(chosen);
    return rc;
}

static int merge_while(struct native_writer *self, choose_function choose,
                       struct err *err)
{
    bool done = false;
    int rc = ERR_OK;
    while (rc == ERR_OK && !done)
        rc = merge_once(self, choose, &done, err);
    return rc;
}

/* Nobody reads them before the commit, which merges all of a tier at once: each byte is
 * rewritten less often than by merges in between. */
int merge_when_many(struct native_writer *self, struct err *err)
{
    size_t fresh = 0;
    for (size_t i = 0; i < self->segment_count; i++)
        fresh += !self->segment[i].committed;
    return fresh < FRESH_SEGMENTS_MAX
               ? ERR_OK
               : merge_while(self, merge_choose_tier, err);
}

static int rewrite_purged(struct native_writer *self, struct err *err)
{
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < self->segment_count;) {
        if (!self->segment[i].purged) {
            i++;
            continue;
        }
        size_t count = self->segment_count;
        bool *chosen = mem_alloc(count + 1);
        if (!chosen)
            return err_set(err, ERR_NOMEM, "out of memory");
        memset(chosen, 0, count + 1);
        chosen[i] = true; /* and what stood behind it moves up */
        rc = merge_chosen(self, chosen, err);
        mem_free(chosen);
    }
    return rc;
}

static bool is_clean(const struct writer_segment *s)
{
    return s->live_docs == s->segment->docs && !s->purged;
}

bool merge_is_needed(const struct native_writer *self)
{
    if (!self->merge_all)
        return false;
    return self->segment_count > 1 ||
           (self->segment_count == 1 && !is_clean(&self->segment[0]));
}

static int merge_everything(struct native_writer *self, struct err *err)
{
    size_t count = self->segment_count;
    bool *chosen = mem_alloc(count + 1);
    if (!chosen)
        return err_set(err, ERR_NOMEM, "out of memory");
    memset(chosen, true, count);
    chosen[count] = false;
    int rc = merge_chosen(self, chosen, err);
    mem_free(chosen);
    return rc;
}

int merge_for_commit(struct native_writer *self, struct err *err)
{
    if (merge_is_needed(self))
        return merge_everything(self, err);
    int rc = rewrite_purged(self, err);
    if (rc == ERR_OK)
        rc = merge_while(self, merge_choose_tier, err);
    if (rc == ERR_OK)
        rc = merge_while(self, merge_choose_dead, err);
    return rc;
}
