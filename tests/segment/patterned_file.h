/* patterned_file.h - a segment file whose sections hold sequences of their own, so that a
 * byte out of place is seen. */
#ifndef TESTS_SEGMENT_PATTERNED_FILE_H
#define TESTS_SEGMENT_PATTERNED_FILE_H

#include "base/err.h"
#include "base/files.h"
#include "segment/segment_file.h"

#include "check.h"

#include <unistd.h>

static char dir[64], path[128];

static void make_dir(void)
{
    strcpy(dir, "/tmp/dateline-segment-XXXXXX");
    CHECK(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/a.seg", dir);
}

static void remove_dir(void)
{
    struct err err;
    CHECK_OK(tree_remove(dir, &err), err);
}

static const struct segment_facts pattern_facts = {3, 2, 1000, 16};

/* Section `id` has sizes[id] bytes of a sequence that is its own. */
static uint8_t byte_at(int id, size_t at)
{
    return (uint8_t)(at * 7 + at / 251 + (size_t)id * 31);
}

static int write_file(const size_t sizes[SECTION_COUNT], size_t step,
                      uint64_t *size, uint32_t *crc, struct err *err)
{
    struct segment_writer *writer = NULL;
    int rc = segment_writer_open(dir, "a.seg", &writer, err);
    if (rc)
        return rc;
    uint8_t *bytes = malloc(step);
    for (int id = 0; id < SECTION_COUNT; id++) {
        struct section_out *out = segment_section(writer, (enum section_id)id);
        for (size_t at = 0; at < sizes[id];) {
            size_t n = step < sizes[id] - at ? step : sizes[id] - at;
            for (size_t i = 0; i < n; i++)
                bytes[i] = byte_at(id, at + i);
            section_put(out, bytes, n);
            at += n;
        }
    }
    free(bytes);
    rc = segment_writer_finish(writer, &pattern_facts, size, crc, err);
    segment_writer_close(writer);
    return rc;
}

static const size_t small[SECTION_COUNT] = {700, 0, 64, 1, 65, 300, 2, 128};

#endif
