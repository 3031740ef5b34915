/* Stored articles: what goes in comes out, by doc id, through copies; no damage is
 * believed; what was dropped is gone. */
#include "segment/stored_format.h"

#include "base/limits.h"
#include "bed.h"

/* Texts with much in common, of many sizes: by number, always the same. */
static void make_text(uint32_t number, struct bytes_out *out)
{
    static const char *const words[] = {
        "the ",      "said ",  "government ", "of ",    "Istanbul ",
        "minister ", "grain ", "agreement ",  "ships ", "in a statement on ",
        "Monday ",   "ports ", "\n\n",        "draft ", "according to the "};
    uint64_t seed = number + 1;
    char name[24];
    out->len = 0;
    rng_next(&seed);
    int n = snprintf(name, sizeof name, "wire:%u ", number);
    put_raw(out, name, (size_t)n);
    for (uint32_t left = 20 + rng_below(&seed, 700); left; left--) {
        uint32_t w = rng_below(&seed, 40);
        if (w < 15)
            put_raw(out, words[w], strlen(words[w]));
        else
            put_u32(out, (uint32_t)rng_next(&seed) | 0x20202020);
    }
}

static void add_texts(struct stored_writer *writer, uint32_t first,
                      uint32_t count, uint32_t *tickets)
{
    struct bytes_out text = {0};
    struct err err;
    for (uint32_t i = 0; i < count; i++) {
        make_text(first + i, &text);
        CHECK_OK(stored_add(writer, (struct slice){text.data, text.len},
                            &tickets[i], &err),
                 err);
    }
    bytes_out_release(&text);
}

/* Doc `doc` has text `number`. */
static void check_text(const struct stored *stored, doc_id doc, uint32_t number)
{
    struct bytes_out want = {0};
    struct slice got;
    struct arena arena;
    struct err err;
    arena_init(&arena, 1 << 30);
    make_text(number, &want);
    CHECK_OK(stored_read(stored, doc, &arena, &got, &err), err);
    CHECK_SLICE(got, ((struct slice){want.data, want.len}));
    arena_reset(&arena);
    bytes_out_release(&want);
}

/* A segment of texts first ... first + count - 1, the last as doc 0. */
static void write_falling(struct bed *bed, uint32_t first, uint32_t count,
                          struct stored *out)
{
    struct stored_writer *writer;
    uint32_t *tickets = calloc(count, sizeof *tickets);
    bed_begin(bed);
    CHECK_OK(stored_writer_open(bed->writer, &writer, &bed->err), bed->err);
    add_texts(writer, first, count, tickets);
    for (uint32_t i = 0; i < count / 2; i++) {
        uint32_t swap = tickets[i];
        tickets[i] = tickets[count - 1 - i];
        tickets[count - 1 - i] = swap;
    }
    CHECK_OK(stored_finish(writer, tickets, count, &bed->err), bed->err);
    stored_writer_close(writer);
    free(tickets);
    bed_write(bed, count, 0);
    CHECK_OK(stored_open(bed->file, out, &bed->err), bed->err);
}

TEST(articles_come_back_by_doc_id)
{
    static const uint32_t counts[] = {0, 1, 2, 17, 3000};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        struct bed bed;
        struct stored stored;
        bed_init(&bed);
        write_falling(&bed, 5, counts[c], &stored);
        CHECK_EQ(stored.docs, counts[c]);
        for (uint32_t doc = 0; doc < counts[c]; doc++)
            check_text(&stored, doc, 5 + counts[c] - 1 - doc);
        bed_end(&bed);
    }
}

/* --- sizes --- */

/* `len` bytes that compress a little. */
static struct bytes_out long_text(size_t len, uint64_t seed)
{
    struct bytes_out out = {0};
    while (out.len < len) {
        char word[16];
        int n = snprintf(word, sizeof word, "%u ", rng_below(&seed, 5000));
        put_raw(&out, word,
                (size_t)n < len - out.len ? (size_t)n : len - out.len);
    }
    return out;
}

TEST(articles_of_all_sizes_come_back_and_memory_is_bounded)
{
    static const size_t sizes[] = {
        0,  1,       (8 << 10) - 1, 8 << 10, 8193, 2000000,
        20, 1 << 20, 1048577,       3000000, 0,    5000};
    enum {
        SIZES = sizeof sizes / sizeof *sizes,
        ROUNDS = 3,
        OLD = SIZES * ROUNDS
    };
    uint32_t tickets[OLD];
    struct bed bed;
    struct stored stored;
    struct stored_writer *writer;
    struct arena arena;
    bed_init(&bed);
    arena_init(&arena, 1 << 30);
    bed_begin(&bed);
    CHECK_OK(stored_writer_open(bed.writer, &writer, &bed.err), bed.err);
    for (uint32_t i = 0; i < OLD; i++) {
        struct bytes_out text = long_text(sizes[i % SIZES], i + 1);
        CHECK_OK(stored_add(writer, (struct slice){text.data, text.len},
                            &tickets[i], &bed.err),
                 bed.err);
        CHECK_EQ(tickets[i], i);
        CHECK_MSG(stored_writer_memory(writer) < 8 << 20, "article %u: %zu", i,
                  stored_writer_memory(writer));
        bytes_out_release(&text);
    }
    tickets[7] = UINT32_MAX; /* no text */
    CHECK_OK(stored_finish(writer, tickets, OLD, &bed.err), bed.err);
    stored_writer_close(writer);
    bed_write(&bed, OLD - 2, 2);
    CHECK_OK(stored_open(bed.file, &stored, &bed.err), bed.err);
    /* The first of 2 MB came while others were collected. */
    struct stored_chapter alone;
    CHECK(stored.chapters > 1);
    CHECK_OK(stored_chapter(&stored, 0, &alone, &bed.err), bed.err);
    CHECK_EQ(alone.articles, 1);
    CHECK_EQ(alone.dictionary, 0);
    CHECK_EQ(alone.text, 2000000);
    for (uint32_t i = 0; i < OLD; i++) {
        struct bytes_out want = long_text(sizes[i % SIZES], i + 1);
        struct slice got;
        int rc = stored_read(&stored, i, &arena, &got, &bed.err);
        CHECK_EQ(rc, i == 7 ? ERR_NOTFOUND : 0);
        if (i != 7)
            CHECK(slice_eq(got, (struct slice){want.data, want.len}));
        bytes_out_release(&want);
        arena_reset(&arena);
    }
    CHECK_EQ(stored_read(&stored, OLD, &arena, &(struct slice){0}, &bed.err),
             ERR_CORRUPT);
    bed_end(&bed);
}

TEST(hundreds_of_tiny_articles_are_several_groups)
{
    enum { COUNT = 1000 };
    uint32_t tickets[COUNT];
    struct bed bed;
    struct stored stored;
    struct stored_writer *writer;
    struct arena arena;
    struct slice got;
    bed_init(&bed);
    bed_begin(&bed);
    CHECK_OK(stored_writer_open(bed.writer, &writer, &bed.err), bed.err);
    for (uint32_t i = 0; i < COUNT; i++)
        CHECK_OK(stored_add(writer, (struct slice){(uint8_t *)&i, 2},
                            &tickets[i], &bed.err),
                 bed.err);
    CHECK_OK(stored_finish(writer, tickets, COUNT, &bed.err), bed.err);
    stored_writer_close(writer);
    bed_write(&bed, COUNT, 0);
    CHECK_OK(stored_open(bed.file, &stored, &bed.err), bed.err);
    arena_init(&arena, 1 << 20);
    for (uint32_t i = 0; i < COUNT; i++) {
        CHECK_OK(stored_read(&stored, i, &arena, &got, &bed.err), bed.err);
        CHECK(slice_eq(got, (struct slice){(uint8_t *)&i, 2}));
        arena_reset(&arena);
    }
    bed_end(&bed);
}

TEST(an_article_past_the_limit_is_refused)
{
    struct bed bed;
    struct stored_writer *writer;
    uint32_t ticket;
    uint8_t byte = 0;
    bed_init(&bed);
    bed_begin(&bed);
    CHECK_OK(stored_writer_open(bed.writer, &writer, &bed.err), bed.err);
    struct slice giant = {&byte, LIMIT_ARTICLE_BYTES + 1};
    CHECK_EQ(stored_add(writer, giant, &ticket, &bed.err), ERR_LIMIT);
    stored_writer_close(writer);
    bed_end(&bed);
}

TEST(long_streams_become_several_chapters_with_dictionaries)
{
    enum { COUNT = 5200, SIZE = 5000 };
    struct bed bed;
    struct stored stored;
    struct stored_writer *writer;
    uint32_t *tickets = calloc(COUNT, sizeof *tickets);
    bed_init(&bed);
    bed_begin(&bed);
    CHECK_OK(stored_writer_open(bed.writer, &writer, &bed.err), bed.err);
    for (uint32_t i = 0; i < COUNT; i++) {
        struct bytes_out text = long_text(SIZE, i + 1);
        CHECK_OK(stored_add(writer, (struct slice){text.data, text.len},
                            &tickets[i], &bed.err),
                 bed.err);
        CHECK(stored_writer_memory(writer) < 8 << 20);
        bytes_out_release(&text);
    }
    CHECK_OK(stored_finish(writer, tickets, COUNT, &bed.err), bed.err);
    stored_writer_close(writer);
    bed_write(&bed, COUNT, 0);
    CHECK_OK(stored_open(bed.file, &stored, &bed.err), bed.err);
    CHECK_EQ(stored.chapters, 2); /* 16 MB, and the rest */
    uint64_t text = 0, articles = 0;
    for (uint32_t i = 0; i < stored.chapters; i++) {
        struct stored_chapter chapter;
        CHECK_OK(stored_chapter(&stored, i, &chapter, &bed.err), bed.err);
        CHECK_EQ(chapter.dictionary, STORED_DICTIONARY_MAX);
        text += chapter.text;
        articles += chapter.articles;
    }
    CHECK_EQ(text, (uint64_t)COUNT * SIZE);
    CHECK_EQ(articles, COUNT);
    for (uint32_t i = 0; i < COUNT; i += 37) {
        struct bytes_out want = long_text(SIZE, i + 1);
        struct slice got;
        struct arena arena;
        arena_init(&arena, 1 << 20);
        CHECK_OK(stored_read(&stored, i, &arena, &got, &bed.err), bed.err);
        CHECK_SLICE(got, ((struct slice){want.data, want.len}));
        bytes_out_release(&want);
        arena_reset(&arena);
    }
    free(tickets);
    bed_end(&bed);
}

TEST(a_small_chapter_has_a_small_dictionary_and_the_same_one_each_time)
{
    struct bed a, b;
    struct stored stored;
    struct stored_chapter chapter;
    bed_init(&a);
    bed_init(&b);
    write_falling(&a, 0, 200, &stored);
    CHECK_EQ(stored.chapters, 1);
    CHECK_OK(stored_chapter(&stored, 0, &chapter, &a.err), a.err);
    CHECK(chapter.dictionary > 0);
    CHECK(chapter.dictionary <= chapter.text / 40);
    write_falling(&b, 0, 200, &stored);
    struct bytes_out x = bed_section(a.file, SECTION_STORED);
    struct bytes_out y = bed_section(b.file, SECTION_STORED);
    CHECK(
        slice_eq((struct slice){x.data, x.len}, (struct slice){y.data, y.len}));
    bytes_out_release(&x);
    bytes_out_release(&y);
    bed_end(&a);
    bed_end(&b);
}

TEST(a_dictionary_makes_articles_smaller)
{
    struct bed bed;
    struct stored stored;
    struct stored_chapter chapter;
    struct bytes_out text = {0};
    bed_init(&bed);
    write_falling(&bed, 0, 900, &stored);
    CHECK_OK(stored_chapter(&stored, 0, &chapter, &bed.err), bed.err);
    size_t without = 0;
    for (uint32_t i = 0; i < 900; i++) {
        uLongf len = 1 << 16;
        uint8_t space[1 << 16];
        make_text(i, &text);
        CHECK_EQ(compress2(space, &len, text.data, text.len, 2), Z_OK);
        without += len;
    }
    CHECK_MSG(chapter.end - chapter.start < without, "%llu, %zu without",
              (unsigned long long)(chapter.end - chapter.start), without);
    bytes_out_release(&text);
    bed_end(&bed);
}

/* --- merging --- */

struct dropped {
    doc_id first, end;
};

static bool drop_range(void *context, doc_id doc)
{
    const struct dropped *dropped = context;
    return doc >= dropped->first && doc < dropped->end;
}

/* Of `from`, written by write_falling(first, count), into `writer`; numbers[] of the
 * texts go behind those that are there. */
static void copy_in(struct stored_writer *writer, const struct stored *from,
                    uint32_t first, const struct dropped *dropped,
                    uint32_t *tickets, uint32_t *numbers, uint32_t *docs)
{
    struct err err;
    uint32_t *out = calloc(from->docs + 1, sizeof *out);
    struct dropped none = {0};
    CHECK_OK(stored_copy(writer, from, dropped ? drop_range : NULL,
                         (void *)(uintptr_t)(dropped ? dropped : &none), out,
                         &err),
             err);
    for (doc_id doc = 0; doc < from->docs; doc++) {
        bool gone = dropped && doc >= dropped->first && doc < dropped->end;
        CHECK_EQ(out[doc] == UINT32_MAX, gone);
        if (gone)
            continue;
        tickets[*docs] = out[doc];
        numbers[(*docs)++] = first + from->docs - 1 - doc;
    }
    free(out);
}

static void finish_copy(struct bed *bed, struct stored_writer *writer,
                        const uint32_t *tickets, uint32_t docs,
                        struct stored *out)
{
    CHECK_OK(stored_finish(writer, tickets, docs, &bed->err), bed->err);
    stored_writer_close(writer);
    bed_write(bed, docs, 0);
    CHECK_OK(stored_open(bed->file, out, &bed->err), bed->err);
}

TEST(copies_have_what_their_sources_had)
{
    enum { MOST = 8000 };
    struct bed from[4], to;
    struct stored source[4], merged;
    struct stored_writer *writer;
    static const uint32_t counts[4] = {40, 1500, 3, 2000};
    static uint32_t tickets[MOST], numbers[MOST];
    uint32_t docs = 0, first = 0;
    bed_init(&to);
    bed_begin(&to);
    CHECK_OK(stored_writer_open(to.writer, &writer, &to.err), to.err);
    for (int i = 0; i < 4; i++) {
        bed_init(&from[i]);
        write_falling(&from[i], first, counts[i], &source[i]);
        copy_in(writer, &source[i], first, NULL, tickets, numbers, &docs);
        first += counts[i];
    }
    /* An article of now goes among them. */
    add_texts(writer, first, 1, &tickets[docs]);
    numbers[docs++] = first;
    finish_copy(&to, writer, tickets, docs, &merged);
    CHECK_EQ(merged.docs, first + 1);
    /* Two chapters as they were; the small ones together. */
    CHECK_EQ(merged.chapters, 3);
    for (uint32_t doc = 0; doc < docs; doc++)
        check_text(&merged, doc, numbers[doc]);
    struct bytes_out all = bed_section(to.file, SECTION_STORED);
    struct bytes_out whole = bed_section(from[1].file, SECTION_STORED);
    CHECK(memcmp(all.data, whole.data, source[1].chapter_table) == 0);
    bytes_out_release(&all);
    bytes_out_release(&whole);
    for (int i = 0; i < 4; i++)
        bed_end(&from[i]);
    bed_end(&to);
}

TEST(a_chapter_that_is_written_ends_before_another_is_copied)
{
    /* Enough is collected, 4 MB and more, that its chapter is being written. */
    enum { NEW = 1000, LEN = 5000, OLD = 1100 };
    struct bed from, to;
    struct stored source, merged;
    struct stored_writer *writer;
    static uint32_t tickets[NEW + OLD], numbers[NEW + OLD];
    uint32_t docs = NEW;
    struct arena arena;
    bed_init(&from);
    bed_init(&to);
    write_falling(&from, 0, OLD, &source);
    bed_begin(&to);
    CHECK_OK(stored_writer_open(to.writer, &writer, &to.err), to.err);
    for (uint32_t i = 0; i < NEW; i++) {
        struct bytes_out text = long_text(LEN, i + 1);
        CHECK_OK(stored_add(writer, (struct slice){text.data, text.len},
                            &tickets[i], &to.err),
                 to.err);
        bytes_out_release(&text);
    }
    copy_in(writer, &source, 0, NULL, tickets, numbers, &docs);
    finish_copy(&to, writer, tickets, docs, &merged);
    CHECK_EQ(merged.chapters, 2);
    arena_init(&arena, 1 << 30);
    for (uint32_t i = 0; i < NEW; i++) {
        struct bytes_out want = long_text(LEN, i + 1);
        struct slice got;
        CHECK_OK(stored_read(&merged, i, &arena, &got, &to.err), to.err);
        CHECK(slice_eq(got, (struct slice){want.data, want.len}));
        bytes_out_release(&want);
    }
    arena_reset(&arena);
    for (uint32_t doc = NEW; doc < docs; doc++)
        check_text(&merged, doc, numbers[doc]);
    bed_end(&from);
    bed_end(&to);
}

static const char secret[] = "a sentence that somebody wanted to be gone. ";

/* 1200 articles; those of the first half of the doc ids repeat the secret. */
static void write_secrets(struct bed *bed, bool name_all, struct stored *out)
{
    enum { COUNT = 1200 };
    struct stored_writer *writer;
    struct bytes_out text = {0};
    uint32_t tickets[COUNT];
    bed_begin(bed);
    CHECK_OK(stored_writer_open(bed->writer, &writer, &bed->err), bed->err);
    for (uint32_t i = 0; i < COUNT; i++) {
        make_text(i, &text);
        if (i < COUNT / 2)
            put_raw(&text, secret, sizeof secret - 1);
        CHECK_OK(stored_add(writer, (struct slice){text.data, text.len},
                            &tickets[i], &bed->err),
                 bed->err);
    }
    bytes_out_release(&text);
    for (uint32_t i = 0; i < COUNT / 2 && !name_all; i++)
        tickets[i] = UINT32_MAX;
    CHECK_OK(stored_finish(writer, tickets, COUNT, &bed->err), bed->err);
    stored_writer_close(writer);
    bed_write(bed, COUNT, 0);
    CHECK_OK(stored_open(bed->file, out, &bed->err), bed->err);
}

static bool holds_secret(const struct bed *bed)
{
    struct bytes_out all = bed_section(bed->file, SECTION_STORED);
    bool found = memmem(all.data, all.len, secret + 16, 15);
    bytes_out_release(&all);
    return found;
}

TEST(what_is_dropped_leaves_no_trace)
{
    for (int named = 0; named < 2; named++) {
        struct bed from, to;
        struct stored source, merged;
        struct stored_writer *writer;
        uint32_t tickets[1200];
        struct dropped dropped = {0, named ? 600 : 0};
        bed_init(&from);
        bed_init(&to);
        write_secrets(&from, named, &source);
        CHECK(holds_secret(&from)); /* in its dictionary */
        bed_begin(&to);
        CHECK_OK(stored_writer_open(to.writer, &writer, &to.err), to.err);
        CHECK_OK(stored_copy(writer, &source, drop_range, &dropped, tickets,
                             &to.err),
                 to.err);
        for (doc_id doc = 0; doc < 1200; doc++)
            CHECK_EQ(tickets[doc] == UINT32_MAX, doc < 600);
        finish_copy(&to, writer, tickets + 600, 600, &merged);
        CHECK(!holds_secret(&to));
        for (doc_id doc = 0; doc < 600; doc++)
            check_text(&merged, doc, 600 + doc);
        struct stored_chapter chapter;
        CHECK_EQ(merged.chapters, 1);
        CHECK_OK(stored_chapter(&merged, 0, &chapter, &to.err), to.err);
        CHECK_EQ(chapter.articles, 600);
        bed_end(&from);
        bed_end(&to);
    }
}

/* --- damage --- */

/* Read and copy everything: an answer or ERR_CORRUPT that names file and section; never
 * more memory than the bytes could hold. */
static int use_all(struct bed *bed)
{
    struct stored stored;
    struct arena arena;
    struct err err = {0};
    uint64_t bytes = section_length(bed->file, SECTION_STORED);
    int first = stored_open(bed->file, &stored, &err);
    for (doc_id doc = 0; !first && doc < stored.docs; doc++) {
        struct slice got;
        arena_init(&arena, bytes * 1032 + (64 << 10));
        int rc = stored_read(&stored, doc, &arena, &got, &err);
        CHECK_MSG(rc == 0 || rc == ERR_CORRUPT || rc == ERR_NOTFOUND, "%s: %s",
                  err_name(rc), err.text);
        first = first ? first : rc;
        arena_reset(&arena);
    }
    if (first == ERR_CORRUPT) {
        CHECK_MSG(strstr(err.text, bed->path), "%s", err.text);
        CHECK_MSG(strstr(err.text, "stored articles"), "%s", err.text);
    }
    return first;
}

static void copy_all(struct bed *bed, struct bed *to)
{
    struct stored stored;
    struct stored_writer *writer;
    uint32_t tickets[16];
    if (stored_open(bed->file, &stored, &bed->err) || stored.docs > 16)
        return;
    bed_begin(to);
    CHECK_OK(stored_writer_open(to->writer, &writer, &to->err), to->err);
    int rc = stored_copy(writer, &stored, NULL, NULL, tickets, &to->err);
    CHECK_MSG(rc == 0 || rc == ERR_CORRUPT, "%s", to->err.text);
    stored_writer_close(writer);
    segment_writer_close(to->writer);
    to->writer = NULL;
}

TEST(damage_under_good_checksums_is_an_answer_or_corrupt)
{
    struct bed good, bad, copy;
    struct stored stored;
    bed_init(&good);
    bed_init(&bad);
    bed_init(&copy);
    write_falling(&good, 3, 5, &stored);
    struct bytes_out bytes = bed_section(good.file, SECTION_STORED);
    int refused = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        /* Heads and tables bit by bit, deflated bytes sparsely. */
        bool sparse = i > 200 && i < stored.chapter_table;
        for (unsigned bit = 0; bit < 8; bit += sparse ? 5 : 1) {
            if (sparse && i % 7)
                continue;
            bytes.data[i] ^= (uint8_t)(1 << bit);
            bed_forge(&bad, good.file, SECTION_STORED,
                      (struct slice){bytes.data, bytes.len});
            refused += use_all(&bad) != 0;
            copy_all(&bad, &copy);
            bytes.data[i] ^= (uint8_t)(1 << bit);
        }
    }
    CHECK(refused > 300);
    for (size_t len = 0; len < bytes.len; len += 1 + len / 20) {
        bed_forge(&bad, good.file, SECTION_STORED,
                  (struct slice){bytes.data, len});
        CHECK_EQ(use_all(&bad), ERR_CORRUPT);
    }
    bytes_out_release(&bytes);
    bed_end(&good);
    bed_end(&bad);
    bed_end(&copy);
}

TEST(every_flipped_bit_of_the_file_is_found)
{
    struct bed good;
    struct stored stored;
    struct bytes_out bytes = {0};
    struct err err;
    bed_init(&good);
    write_falling(&good, 3, 1, &stored);
    CHECK_OK(file_read(good.path, 1 << 20, &bytes, &err), err);
    for (size_t i = 0; i < bytes.len; i++)
        for (unsigned bit = 0; bit < 8; bit += 3) {
            struct segment_file *file = NULL;
            char path[64];
            snprintf(path, sizeof path, "%s/bad", good.dir);
            bytes.data[i] ^= (uint8_t)(1 << bit);
            FILE *out = fopen(path, "wb");
            CHECK(out && fwrite(bytes.data, 1, bytes.len, out) == bytes.len);
            CHECK_EQ(fclose(out), 0);
            int rc = segment_file_open(path, &file, &err);
            if (!rc)
                rc = segment_file_check(file, NULL, NULL, &err);
            CHECK_MSG(rc, "byte %zu bit %u", i, bit);
            segment_file_close(file);
            bytes.data[i] ^= (uint8_t)(1 << bit);
        }
    bytes_out_release(&bytes);
    bed_end(&good);
}

/* A chapter of one group that says it holds `size` bytes in `deflated`, which is `more`
 * bytes longer than it is. */
static int read_claim(uint32_t size, struct slice deflated, uint32_t more)
{
    struct bed good, bad;
    struct stored stored;
    struct bytes_out section = {0};
    struct slice got;
    struct arena arena;
    bed_init(&good);
    bed_init(&bad);
    write_falling(&good, 0, 1, &stored);
    put_varint(&section, (uint32_t)deflated.len + more);
    put_varint(&section, 1);
    put_varint(&section, size);
    put_raw(&section, deflated.data, deflated.len);
    size_t table = section.len;
    put_u64(&section, 0); /* a chapter from 0, no dictionary, one article */
    put_u32(&section, 0);
    put_u32(&section, 1);
    put_u64(&section, size);
    put_raw(&section, "\0\0\0\0\0\0", 6); /* the article: group 0, number 0 */
    put_u32(&section, 1);
    put_u32(&section, 1);
    put_u64(&section, table);
    bed_forge(&bad, good.file, SECTION_STORED,
              (struct slice){section.data, section.len});
    CHECK_OK(stored_open(bad.file, &stored, &bad.err), bad.err);
    arena_init(&arena, 1 << 20); /* a claim that is believed is ERR_NOMEM */
    int rc = stored_read(&stored, 0, &arena, &got, &bad.err);
    arena_reset(&arena);
    bytes_out_release(&section);
    bed_end(&good);
    bed_end(&bad);
    return rc;
}

TEST(a_size_that_lies_gets_no_memory)
{
    static const uint8_t abc[] = {0x4b, 0x4c, 0x4a, 0x06, 0x00}; /* "abc" */
    struct slice deflated = {abc, sizeof abc};
    CHECK_EQ(read_claim(3, deflated, 0), 0);
    CHECK_EQ(read_claim(2, deflated, 0), 0); /* what follows is another's */
    CHECK_EQ(read_claim(4, deflated, 0), ERR_CORRUPT);
    CHECK_EQ(read_claim(1032 * 6 - 1, deflated, 0), ERR_CORRUPT);
    CHECK_EQ(read_claim(1032 * 6, deflated, 0), ERR_CORRUPT);
    CHECK_EQ(read_claim(LIMIT_ARTICLE_BYTES, deflated, 0), ERR_CORRUPT);
    CHECK_EQ(read_claim(UINT32_MAX, deflated, 0), ERR_CORRUPT);
    CHECK_EQ(read_claim(3, deflated, 1), ERR_CORRUPT); /* in the next table */
    CHECK_EQ(read_claim(3, deflated, UINT32_MAX - 5), ERR_CORRUPT);
    uint8_t *much = calloc(1, 70000);
    CHECK_EQ(
        read_claim(LIMIT_ARTICLE_BYTES + 1, (struct slice){much, 70000}, 0),
        ERR_CORRUPT);
    free(much);
}

/* --- memory --- */

/* Write ten, copy them with ten more, read all; the code of the first failure. */
static int whole_life(struct bed *from, struct bed *to)
{
    struct stored stored;
    struct stored_writer *writer = NULL;
    struct bytes_out text = {0};
    struct arena arena;
    struct slice got;
    uint32_t tickets[11];
    arena_init(&arena, 1 << 20);
    int rc = stored_open(from->file, &stored, &to->err);
    make_text(99, &text);
    if (!rc && text.failed)
        rc = ERR_NOMEM;
    if (!rc)
        rc = stored_writer_open(to->writer, &writer, &to->err);
    if (!rc)
        rc = stored_copy(writer, &stored, NULL, NULL, tickets, &to->err);
    if (!rc)
        rc = stored_add(writer, (struct slice){text.data, text.len},
                        &tickets[10], &to->err);
    if (!rc)
        rc = stored_finish(writer, tickets, 11, &to->err);
    if (!rc)
        rc = stored_read(&stored, 3, &arena, &got, &to->err);
    stored_writer_close(writer);
    bytes_out_release(&text);
    arena_reset(&arena);
    return rc;
}

TEST(every_allocation_may_fail)
{
    struct bed from, to;
    struct stored stored;
    bed_init(&from);
    bed_init(&to);
    write_falling(&from, 0, 10, &stored);
    int rc = ERR_NOMEM;
    long n = 0;
    for (; rc == ERR_NOMEM; n++) {
        bed_begin(&to);
        mem_fail_after(n);
        rc = whole_life(&from, &to);
        mem_fail_after(-1);
        CHECK_MSG(rc == 0 || rc == ERR_NOMEM, "%ld: %s", n, err_name(rc));
        segment_writer_close(to.writer);
        to.writer = NULL;
    }
    CHECK(n > 20);
    bed_end(&from);
    bed_end(&to);
}

/* --- docs/format/stored.md --- */

TEST(the_documented_example_is_what_it_says)
{
    struct bed good, bed;
    struct stored stored;
    struct bytes_out example =
        hex_block(PROJECT_DIR "/docs/format/stored.md", 1);
    static const char *const want[] = {"Grain deal signed.", "Grain deal near.",
                                       NULL};
    struct arena arena;
    bed_init(&good);
    bed_init(&bed);
    write_falling(&good, 0, 3, &stored);
    bed_forge(&bed, good.file, SECTION_STORED,
              (struct slice){example.data, example.len});
    CHECK_OK(stored_open(bed.file, &stored, &bed.err), bed.err);
    CHECK_EQ(stored.chapters, 1);
    arena_init(&arena, 1 << 20);
    for (doc_id doc = 0; doc < 3; doc++) {
        struct slice got;
        int rc = stored_read(&stored, doc, &arena, &got, &bed.err);
        CHECK_EQ(rc, want[doc] ? 0 : ERR_NOTFOUND);
        if (want[doc])
            CHECK_SLICE(got, slice_of(want[doc]));
    }
    arena_reset(&arena);
    bytes_out_release(&example);
    bed_end(&good);
    bed_end(&bed);
}

RUN(T(articles_come_back_by_doc_id),
    T(articles_of_all_sizes_come_back_and_memory_is_bounded),
    T(hundreds_of_tiny_articles_are_several_groups),
    T(an_article_past_the_limit_is_refused),
    T(long_streams_become_several_chapters_with_dictionaries),
    T(a_small_chapter_has_a_small_dictionary_and_the_same_one_each_time),
    T(a_dictionary_makes_articles_smaller),
    T(copies_have_what_their_sources_had),
    T(a_chapter_that_is_written_ends_before_another_is_copied),
    T(what_is_dropped_leaves_no_trace),
    T(damage_under_good_checksums_is_an_answer_or_corrupt),
    T(every_flipped_bit_of_the_file_is_found),
    T(a_size_that_lies_gets_no_memory), T(every_allocation_may_fail),
    T(the_documented_example_is_what_it_says))
