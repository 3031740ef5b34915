/* segment_file.h - the container: one immutable file of sections, with a checksum for
 * every page. docs/format/segment.md.
 *
 *   [header][section]...[page checksums][section table]
 *
 * Sections begin at multiples of 64 bytes; padding is zero and under the checksums.
 *
 * Writing: sections grow side by side, in memory up to a limit and then in unlinked
 * files of the same directory, and are put together by segment_writer_finish().
 *
 * Reading: the file is mapped. Opening looks at header, tables and the file's size.
 * Every other byte is checked page by page when it is first asked for
 * (section_bytes()); decoders see only bytes that were written. When the system
 * cannot read a mapped page (SIGBUS: a disk error, a file cut short under us), the
 * page reads as zeros and segment_file_damage() says so from then on: who has
 * answered from a mapping asks for its damage before the answer goes out.
 */
#ifndef SEGMENT_SEGMENT_FILE_H
#define SEGMENT_SEGMENT_FILE_H

#include "segment/mapping.h"

#include <stdatomic.h>

struct err;

/* The numbers are in the file; the names are in messages of `check` and `info`. A
 * segment has neither of the last two, and a .live file (live.h) nothing else. */
#define SECTION_LIST(X)                                                        \
    X(STORED, "stored articles")                                               \
    X(POSITIONS, "positions")                                                  \
    X(POSTINGS, "postings")                                                    \
    X(DICTIONARY, "dictionary")                                                \
    X(STEMS, "stems")                                                          \
    X(COLUMNS, "columns")                                                      \
    X(RECORDS, "records")                                                      \
    X(MARKS, "marks")                                                          \
    X(LIVE, "current articles")                                                \
    X(DEAD, "counts of the dead")

enum section_id {
#define SECTION_ENUM(name, text) SECTION_##name,
    SECTION_LIST(SECTION_ENUM)
#undef SECTION_ENUM
        SECTION_COUNT
};

const char *section_name(enum section_id id);

enum {
    /* Bytes under one checksum; small indexes of tests have many pages, too. */
    SEGMENT_PAGE_BITS = SEGMENT_BLOCK == 8 ? 9 : 16,
    SEGMENT_PAGE = 1 << SEGMENT_PAGE_BITS,
};

/* What the header says beside the tables. */
struct segment_facts {
    uint32_t docs; /* articles with postings: doc ids 0 .. docs - 1 */
    /* old versions behind them: docs .. docs + archived - 1 */
    uint32_t archived;
    uint64_t words;      /* lengths of the first `docs`, added up */
    uint32_t pair_share; /* which pairs have lists: pairs.h; 0: none */
};

/* --- writing --- */

struct segment_writer;
struct section_out; /* append only; one thread, which may be another for each */

/* Begins `dir`/`name`. ERR_IO, ERR_NOMEM, ERR_INVALID for too long a name. */
int segment_writer_open(const char *dir, const char *name,
                        struct segment_writer **out, struct err *err);

struct section_out *segment_section(struct segment_writer *writer,
                                    enum section_id id);
/* Sticky: a failure is told by segment_writer_finish(). */
void section_put(struct section_out *out, const void *data, size_t len);
uint64_t section_size(const struct section_out *out);

/* One that is in memory and no part of a file: what goes to another later. NULL: no memory. */
struct section_out *section_aside_new(void);
void section_aside_free(struct section_out *aside); /* NULL is fine */
/* To the end of `to`; `aside` is empty then. Its failure is that of `to`. */
void section_append(struct section_out *to, struct section_out *aside);

/* Put the file together as `name`.tmp, sync it and give it its name (to sync the
 * directory is the caller's). Size and CRC-32 of the whole file are what MANIFEST wants.
 * Only once; on failure no file remains. */
int segment_writer_finish(struct segment_writer *writer,
                          const struct segment_facts *facts, uint64_t *size,
                          uint32_t *crc32, struct err *err);
/* Frees; without a finish before, nothing remains on disk. NULL is fine. */
void segment_writer_close(struct segment_writer *writer);

/* --- reading --- */

struct section_place {
    uint64_t offset, size; /* in the file */
};

/* Any number of threads. */
struct segment_file {
    struct mapping mapping;
    struct segment_facts facts;
    struct section_place section[SECTION_COUNT];
    /* inside */
    uint64_t data_end;       /* where the page checksums begin */
    _Atomic uint8_t *summed; /* a byte a page: 1 once it was found right */
};

/* ERR_CORRUPT; ERR_MISMATCH for a newer version of the format or another
 * SEGMENT_BLOCK; ERR_NOTFOUND, ERR_IO, ERR_NOMEM. */
int segment_file_open(const char *path, struct segment_file **out,
                      struct err *err);
void segment_file_close(struct segment_file *file); /* NULL is fine */

const char *segment_file_path(const struct segment_file *file);
const struct segment_facts *segment_file_facts(const struct segment_file *file);
uint64_t section_length(const struct segment_file *file, enum section_id id);

/* section_bytes() for bytes that are not known to be right yet. */
int section_bytes_check(const struct segment_file *file, enum section_id id,
                        uint64_t offset, uint64_t len, struct err *err);

static inline bool segment_page_summed(const struct segment_file *file,
                                       uint64_t at)
{
    return atomic_load_explicit(&file->summed[at >> SEGMENT_PAGE_BITS],
                                memory_order_acquire);
}

/* `len` bytes from `offset` of a section, checked; valid until close. ERR_CORRUPT
 * when they are not inside it, or when a page of theirs fails its checksum. Any
 * thread; a page is summed when it is first touched. */
static inline int section_bytes(const struct segment_file *file,
                                enum section_id id, uint64_t offset,
                                uint64_t len, struct slice *out,
                                struct err *err)
{
    const struct section_place *place = &file->section[id];
    uint64_t start = place->offset + offset, last = start + len - 1;
    bool right = offset <= place->size && len <= place->size - offset &&
                 len > 0 && len <= SEGMENT_PAGE &&
                 segment_page_summed(file, start) &&
                 segment_page_summed(file, last);
    int rc = right ? 0 : section_bytes_check(file, id, offset, len, err);
    *out = rc ? (struct slice){0}
              : (struct slice){file->mapping.data + start, (size_t)len};
    return rc;
}

/* ERR_OK, or ERR_CORRUPT with the file's name once a page of it was unreadable. */
int segment_file_damage(const struct segment_file *file, struct err *err);

/* Sum header, tables and every page anew: each bad one is told to `report` with its
 * sections' names. ERR_CORRUPT with the first in `err`. */
int segment_file_check(const struct segment_file *file,
                       void (*report)(void *, const char *fault), void *context,
                       struct err *err);

#endif
