/* The steps of a commit are in docs/format/index.md. Everything before the last one,
 * which replaces MANIFEST, only makes files that nobody knows of. */
#include "engine/native/write/native_writer_internal.h"

#include "base/err.h"
#include "base/mem.h"
#include "engine/register_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- states of segments --- */

static int write_live(struct native_writer *self, struct writer_segment *s,
                      struct err *err)
{
    struct dead_term *dead = NULL;
    size_t count = 0;
    const struct live_facts facts = {.docs = s->segment->docs,
                                     .live_docs = s->live_docs,
                                     .live_words = s->live_words};
    int rc = count_dead(self, s, &dead, &count, err);
    if (rc)
        return rc;
    self->made_files = true;
    live_file_name(slice_of(s->name), writer_generation(self), s->live_name);
    rc = live_write(self->segments_dir, s->live_name, &facts, s->bits, dead,
                    count, &s->live_size, &s->live_crc32, err);
    mem_free(dead);
    return rc;
}

/* Open it again as readers will see it; and see that they can. */
static int reopen(struct native_writer *self, struct writer_segment *s,
                  struct err *err)
{
    struct writer_segment was = *s, *fresh;
    int rc = segment_adopt(self, was.name, was.live_name, &was.mentions, &fresh,
                           err);
    if (rc)
        return rc;
    /* Adopting may have moved the array that `s` points into. */
    struct writer_segment opened = *fresh;
    self->segment_count--;
    for (size_t i = 0; i < self->segment_count; i++)
        if (self->segment[i].segment == was.segment)
            s = &self->segment[i];
    if (opened.live_docs != was.live_docs ||
        opened.live_words != was.live_words)
        rc = err_set(err, ERR_CORRUPT,
                     "%s/%s: reads otherwise than it was written",
                     self->segments_dir, was.live_name);
    s->segment = opened.segment;
    s->bits = NULL;
    mem_free(was.bits);
    segment_close(was.segment);
    return rc;
}

static int write_states(struct native_writer *self, struct err *err)
{
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < self->segment_count; i++) {
        if (!self->segment[i].bits)
            continue;
        rc = write_live(self, &self->segment[i], err);
        if (rc == ERR_OK)
            rc = reopen(self, &self->segment[i], err);
    }
    return rc;
}

/* --- the generation --- */

/* Kept up to date article by article; here they must come out. */
static int check_sums(const struct native_writer *self, struct err *err)
{
    uint64_t articles = 0, words = 0;
    for (size_t i = 0; i < self->segment_count; i++) {
        articles += self->segment[i].live_docs;
        words += self->segment[i].live_words;
    }
    if (articles == self->articles && words == self->words)
        return ERR_OK;
    return err_set(err, ERR_CORRUPT,
                   "%s: %" PRIu64 " articles in the segments, %" PRIu64
                   " expected",
                   self->dir, articles, self->articles);
}

static int name_in(struct arena *arena, const char *name, struct slice *out)
{
    *out = slice_of(arena_printf(arena, SEGMENT_DIR "/%s", name));
    return out->len ? ERR_OK : ERR_NOMEM;
}

static int make_refs(const struct native_writer *self, struct arena *arena,
                     struct segment_ref **out, struct err *err)
{
    struct segment_ref *refs =
        arena_array(arena, struct segment_ref, self->segment_count + 1);
    int rc = refs ? ERR_OK : ERR_NOMEM;
    for (size_t i = 0; rc == ERR_OK && i < self->segment_count; i++) {
        const struct writer_segment *s = &self->segment[i];
        refs[i] = (struct segment_ref){
            .segment = {.size = s->size, .crc32 = s->crc32},
            .live = {.size = s->live_size, .crc32 = s->live_crc32},
            .mentions = {.size = s->mentions.size, .crc32 = s->mentions.crc32}};
        rc = name_in(arena, s->name, &refs[i].segment.name);
        if (rc == ERR_OK && s->live_name[0])
            rc = name_in(arena, s->live_name, &refs[i].live.name);
        if (rc == ERR_OK && s->mentions.name[0])
            rc = name_in(arena, s->mentions.name, &refs[i].mentions.name);
    }
    *out = refs;
    return rc ? err_set(err, rc, "out of memory") : ERR_OK;
}

/* Those that the mentions of all segments were found by, and the one for look-ups. */
static int make_registers(struct native_writer *self, struct arena *arena,
                          struct generation_files *files,
                          struct generation_info *info, struct err *err)
{
    struct register_set set = {0};
    struct manifest_file *registers = NULL;
    size_t named = 0;
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < self->segment_count; i++)
        if (self->segment[i].segment->mentions)
            rc = register_set_add_segment(&set, self->segment[i].segment, 1,
                                          err);
    for (size_t i = 0; i < set.count; i++)
        if (strcmp(set.digest[i], NO_REGISTER) != 0)
            memmove(set.digest[named++], set.digest[i], sizeof *set.digest);
    self->made_files = true;
    if (rc == ERR_OK)
        rc = register_files_next(self->dir, &self->manifest.generation[0],
                                 &self->options, set.digest, named, arena,
                                 &registers, &files->register_count,
                                 info->register_digest, err);
    files->registers = registers;
    register_set_release(&set);
    return rc;
}

static int publish(struct native_writer *self, struct err *err)
{
    struct generation_info info = self->manifest.generation[0].info;
    struct arena *spare = &self->manifest_arena[!self->manifest_in];
    struct generation_files files = {.refs = self->segment_count};
    struct segment_ref *refs;
    info.generation++;
    info.articles = self->articles;
    info.words = self->words;
    corpus_digest_format(&self->digest, info.corpus_digest);
    int rc = make_refs(self, spare, &refs, err);
    files.ref = refs;
    if (rc == ERR_OK)
        rc = make_registers(self, spare, &files, &info, err);
    if (rc == ERR_OK)
        rc = generation_publish(self->dir, &self->manifest, &files, &info,
                                !self->purging, spare, err);
    if (rc)
        return rc;
    self->manifest_in = !self->manifest_in;
    arena_reset(&self->manifest_arena[!self->manifest_in]);
    for (size_t i = 0; i < self->segment_count; i++)
        self->segment[i].committed = self->segment[i].mentions.committed = true;
    return ERR_OK;
}

static int commit(struct native_writer *self, struct err *err)
{
    int rc = buffer_flush(self, err);
    if (rc == ERR_OK && !self->changed && !merge_is_needed(self) &&
        !register_files_changed(&self->manifest.generation[0], &self->options))
        return ERR_OK;
    if (rc == ERR_OK)
        rc = merge_for_commit(self, err);
    if (rc == ERR_OK)
        rc = write_states(self, err);
    if (rc == ERR_OK)
        rc = check_sums(self, err);
    if (rc == ERR_OK)
        rc = publish(self, err);
    if (rc)
        return rc;
    self->next_number = 0;
    self->changed = self->purging = self->made_files = false;
    return ERR_OK;
}

int native_writer_commit(struct writer *writer, struct generation_info *out,
                         struct err *err)
{
    struct native_writer *self = (struct native_writer *)writer;
    if (self->failed)
        return err_set(err, ERR_IO, "%s: an earlier write failed", self->dir);
    self->failed = true;
    int rc = commit(self, err);
    if (rc)
        return rc;
    self->merge_all = self->failed = false;
    *out = self->manifest.generation[0].info;
    return ERR_OK;
}
