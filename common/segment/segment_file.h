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

#include "base/bytes.h"

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

/* What the header says beside the tables. */
struct segment_facts {
    uint32_t docs; /* articles with postings: doc ids 0 .. docs - 1 */
    uint32_t
        archived;   /* old versions behind them: docs .. docs + archived - 1 */
    uint64_t words; /* lengths of the first `docs`, added up */
};

/* --- writing --- */

struct segment_writer;
struct section_out; /* append only */

/* Begins `dir`/`name`. ERR_IO, ERR_NOMEM. */
int segment_writer_open(const char *dir, const char *name,
                        struct segment_writer **out, struct err *err);

struct section_out *segment_section(struct segment_writer *writer,
                                    enum section_id id);
/* Sticky: a failure is told by section_flush() or segment_writer_finish(). */
void section_put(struct section_out *out, const void *data, size_t len);
uint64_t section_size(const struct section_out *out);

/* Put the file together and sync it (the directory is the caller's). Size and CRC-32
 * of the whole file are what MANIFEST wants. On failure no file remains. */
int segment_writer_finish(struct segment_writer *writer,
                          const struct segment_facts *facts, uint64_t *size,
                          uint32_t *crc32, struct err *err);
/* Frees; without a finish before, nothing remains on disk. NULL is fine. */
void segment_writer_close(struct segment_writer *writer);

/* --- reading --- */

struct segment_file;

/* ERR_CORRUPT; ERR_MISMATCH for another version of the format or another
 * SEGMENT_BLOCK; ERR_NOTFOUND. */
int segment_file_open(const char *path, struct segment_file **out,
                      struct err *err);
void segment_file_close(struct segment_file *file); /* NULL is fine */

const char *segment_file_path(const struct segment_file *file);
const struct segment_facts *segment_file_facts(const struct segment_file *file);
uint64_t section_length(const struct segment_file *file, enum section_id id);

/* `len` bytes from `offset` of a section, checked; valid until close. ERR_CORRUPT
 * when they are not inside it, or when a page of theirs fails its checksum. Any
 * thread; a page is summed once. */
int section_bytes(const struct segment_file *file, enum section_id id,
                  uint64_t offset, uint64_t len, struct slice *out,
                  struct err *err);

/* ERR_OK, or ERR_CORRUPT with the file's name once a page of it was unreadable. */
int segment_file_damage(const struct segment_file *file, struct err *err);

/* Sum every page anew: each bad one is told to `report` with its section's name.
 * ERR_CORRUPT with the first in `err`. */
int segment_file_check(const struct segment_file *file,
                       void (*report)(void *, const char *fault), void *context,
                       struct err *err);

#endif
