#include "engine/manifest.h"

#include "base/err.h"
#include "base/files.h"
#include "base/strbuf.h"
#include "check.h"
#include "text/fold.h"

#include <inttypes.h>
#include <unistd.h>
#include <zlib.h>

static char dir[64];
static struct arena arena;

static void make_dir(void)
{
    strcpy(dir, "/tmp/dateline-manifest-XXXXXX");
    CHECK(mkdtemp(dir));
    arena_init(&arena, 1 << 24);
}

static void remove_dir(void)
{
    struct err err = {0};
    arena_reset(&arena);
    CHECK_OK(tree_remove(dir, &err), err);
}

static struct manifest_file files[] = {
    {{(const uint8_t *)"gen-7/a.glass", 13}, 100, 0xdeadbeef},
    {{(const uint8_t *)"gen-7/b", 7}, 0, 0},
};
static struct manifest_file old_files[] = {
    {{(const uint8_t *)"gen-6/a.glass", 13}, 1, 1},
};

static struct manifest sample(void)
{
    struct manifest m = {.analysis_version = 3,
                         .fold_version = SLICE("72.1"),
                         .generation_count = 2};
    m.generation[0] =
        (struct manifest_generation){{7, 12, 345, 100, 1755684000, "xapian",
                                      "00112233445566778899aabbccddeeff", ""},
                                     SLICE("gen-7"),
                                     files,
                                     2};
    m.generation[1] = (struct manifest_generation){
        {6, 1, 2, 1, -5, "xapian", "ffffffffffffffffffffffffffffffff", ""},
        SLICE("gen-6"),
        old_files,
        1};
    return m;
}

static void write_raw(const void *data, size_t len)
{
    char path[128];
    snprintf(path, sizeof path, "%s/MANIFEST", dir);
    FILE *f = fopen(path, "wb");
    CHECK(f);
    CHECK_EQ(fwrite(data, 1, len, f), len);
    fclose(f);
}

static struct bytes_out read_raw(void)
{
    char path[128];
    struct err err = {0};
    struct bytes_out raw = {0};
    snprintf(path, sizeof path, "%s/MANIFEST", dir);
    CHECK_OK(file_read(path, 1 << 20, &raw, &err), err);
    return raw;
}

TEST(what_was_written_is_read)
{
    make_dir();
    struct err err = {0};
    struct manifest in = sample(), out;
    CHECK_OK(manifest_write(dir, &in, &err), err);
    CHECK_OK(manifest_read(dir, &arena, &out, &err), err);
    CHECK_EQ(out.analysis_version, 3);
    CHECK_SLICE(out.fold_version, in.fold_version);
    CHECK_EQ(out.generation_count, 2);
    for (size_t g = 0; g < 2; g++) {
        const struct manifest_generation *a = &in.generation[g],
                                         *b = &out.generation[g];
        CHECK_EQ(a->info.generation, b->info.generation);
        CHECK_EQ(a->info.articles, b->info.articles);
        CHECK_EQ(a->info.words, b->info.words);
        CHECK_EQ(a->info.bytes, b->info.bytes);
        CHECK_EQ(a->info.committed, b->info.committed);
        CHECK_TEXT(a->info.engine, b->info.engine);
        CHECK_TEXT(a->info.corpus_digest, b->info.corpus_digest);
        CHECK_SLICE(a->dir, b->dir);
        CHECK_EQ(a->file_count, b->file_count);
        for (size_t i = 0; i < a->file_count; i++) {
            CHECK_SLICE(a->file[i].name, b->file[i].name);
            CHECK_EQ(a->file[i].size, b->file[i].size);
            CHECK_EQ(a->file[i].crc32, b->file[i].crc32);
        }
    }
    remove_dir();
}

TEST(no_directory_and_no_manifest_are_not_found)
{
    make_dir();
    struct err err = {0};
    struct manifest out;
    CHECK_EQ(manifest_read(dir, &arena, &out, &err), ERR_NOTFOUND);
    CHECK(strstr(err.text, dir));
    CHECK_EQ(manifest_read("no/such/dir", &arena, &out, &err), ERR_NOTFOUND);
    remove_dir();
}

TEST(every_flipped_bit_and_every_cut_is_found)
{
    make_dir();
    struct err err = {0};
    struct manifest in = sample(), out;
    CHECK_OK(manifest_write(dir, &in, &err), err);
    struct bytes_out raw = read_raw();
    for (size_t i = 0; i < raw.len; i++) {
        uint8_t was = raw.data[i];
        for (int bit = 0; bit < 8; bit++) {
            raw.data[i] = (uint8_t)(was ^ 1 << bit);
            write_raw(raw.data, raw.len);
            CHECK_MSG(manifest_read(dir, &arena, &out, &err) == ERR_CORRUPT,
                      "byte %zu bit %d", i, bit);
        }
        raw.data[i] = was;
    }
    for (size_t len = 0; len < raw.len; len++) {
        write_raw(raw.data, len);
        CHECK_MSG(manifest_read(dir, &arena, &out, &err) == ERR_CORRUPT,
                  "cut at %zu", len);
    }
    bytes_out_release(&raw);
    remove_dir();
}

/* Its text with `old` replaced by `new`, under a right CRC. */
static int read_changed_of(const struct manifest *in, const char *old,
                           const char *new, struct err *err)
{
    struct manifest out;
    CHECK_OK(manifest_write(dir, in, err), *err);
    struct bytes_out raw = read_raw();
    put_u8(&raw, 0);
    const char *text = (const char *)raw.data;
    const char *at = strstr(text, old), *crc = strstr(text, "\ncrc ");
    CHECK_MSG(at && crc, "'%s' is not there", old);
    struct strbuf changed;
    strbuf_init(&changed, 1 << 20);
    strbuf_add(&changed, text, (size_t)(at - text));
    strbuf_add_text(&changed, new);
    strbuf_add(&changed, at + strlen(old),
               (size_t)(crc + 1 - at) - strlen(old));
    uLong sum = crc32(0, (const Bytef *)changed.data, (uInt)changed.len);
    strbuf_addf(&changed, "crc %08lx\n", sum);
    write_raw(changed.data, changed.len);
    strbuf_release(&changed);
    bytes_out_release(&raw);
    return manifest_read(dir, &arena, &out, err);
}

static int read_changed(const char *old, const char *new, struct err *err)
{
    struct manifest in = sample();
    return read_changed_of(&in, old, new, err);
}

TEST(hostile_text_under_a_right_checksum_is_refused)
{
    static const struct {
        const char *old, *new;
        int want;
    } rows[] = {
        {"articles 12", "articles 13", ERR_OK},
        {"dateline 1", "dateline 2", ERR_MISMATCH},
        {"dateline 1", "datelime 1", ERR_CORRUPT},
        {"generations 2", "generations 3", ERR_CORRUPT},
        {"generations 2", "generations 1", ERR_CORRUPT},
        {"generation 6", "generation 7", ERR_CORRUPT},
        {"generation 6", "generation 06", ERR_CORRUPT},
        {"generation 7", "generation 99999999999999999999", ERR_CORRUPT},
        {"generation 7", "generation -7", ERR_CORRUPT},
        {"analysis 3", "analysis 4294967296", ERR_CORRUPT},
        {"engine xapian", "engine x/a", ERR_CORRUPT},
        {"engine xapian", "engine abcdefghijklmnopq", ERR_CORRUPT},
        {"dir gen-7", "dir ..", ERR_CORRUPT},
        {"dir gen-7", "dir gen-8", ERR_CORRUPT},
        {"dir gen-7", "dir ", ERR_CORRUPT},
        {"gen-7/a.glass", "gen-7/../../etc/passwd", ERR_CORRUPT},
        {"gen-7/a.glass", "/etc/passwd", ERR_CORRUPT},
        {"gen-7/a.glass", "gen-7/.hidden", ERR_CORRUPT},
        {"gen-7/a.glass", "gen-7/", ERR_CORRUPT},
        {"gen-7/a.glass", "gen-7/a b", ERR_CORRUPT},
        {"gen-7/a.glass", "gen-77/a", ERR_CORRUPT},
        {"files 2", "files 1", ERR_CORRUPT},
        {"files 2", "files 60000", ERR_CORRUPT},
        {"files 2", "files 4000000000", ERR_CORRUPT},
        {"file deadbeef 100", "file DEADBEEF 100", ERR_CORRUPT},
        {"file deadbeef 100", "file deadbee 100", ERR_CORRUPT},
        {"file deadbeef 100", "file deadbeef 101", ERR_CORRUPT},
        {"file deadbeef 100", "file deadbeef  100", ERR_CORRUPT},
        {"file 00000000 0", "file 00000000 18446744073709551615", ERR_CORRUPT},
        {"committed -5", "committed --5", ERR_CORRUPT},
        {"committed -5", "committed -0", ERR_CORRUPT},
        {"digest 0011", "digest 001", ERR_CORRUPT},
        {"digest 0011", "digest 00g1", ERR_CORRUPT},
        {"words 345\n", "", ERR_CORRUPT},
        {"words 345\n", "words 345\nwords 345\n", ERR_CORRUPT},
        {"words 345\n", "words 345 \n", ERR_CORRUPT},
        {"words 345\n", "words 345\r\n", ERR_CORRUPT},
    };
    make_dir();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        int rc = read_changed(rows[i].old, rows[i].new, &err);
        CHECK_MSG(rc == rows[i].want, "row %zu '%s': %s (%s)", i, rows[i].new,
                  err_name(rc), err.text);
    }
    remove_dir();
}

/* --- registers --- */

#define REGISTER "0123456789abcdef0123456789abcdef"

static struct manifest sample_with_register(void)
{
    static struct manifest_file with_register[] = {
        {{(const uint8_t *)"gen-7/a.glass", 13}, 90, 1},
        {{(const uint8_t *)"registers/" REGISTER ".tsv", 46}, 7, 2},
        {{(const uint8_t *)"registers/hand-" REGISTER ".tsv", 51}, 3, 3},
    };
    struct manifest m = sample();
    strcpy(m.generation[0].info.register_digest, REGISTER);
    m.generation[0].file = with_register;
    m.generation[0].file_count = 3;
    return m;
}

TEST(the_register_for_look_ups_is_read_with_its_file)
{
    make_dir();
    struct err err = {0};
    struct manifest in = sample_with_register(), out;
    CHECK_OK(manifest_write(dir, &in, &err), err);
    CHECK_OK(manifest_read(dir, &arena, &out, &err), err);
    CHECK_TEXT(out.generation[0].info.register_digest, REGISTER);
    CHECK_TEXT(out.generation[1].info.register_digest, "");
    CHECK_EQ(out.generation[0].file_count, 3);
    remove_dir();
}

TEST(a_register_without_its_file_or_by_another_name_is_refused)
{
    static const struct {
        const char *old, *new;
        int want;
    } rows[] = {
        {"file 00000003 3 ", "file 00000004 3 ", ERR_OK},
        {"register 01", "register 02", ERR_CORRUPT},
        {"register 01", "register 0", ERR_CORRUPT},
        {"register 01", "register 0G", ERR_CORRUPT},
        {"register " REGISTER "\n", "", ERR_OK},
        {"register " REGISTER "\n",
         "register " REGISTER "\nregister " REGISTER "\n", ERR_CORRUPT},
        {" registers/01", " registers/02", ERR_CORRUPT},
        {" registers/01", " registers/hand-01", ERR_CORRUPT},
        {" registers/hand-01", " registers/foot-01", ERR_CORRUPT},
        {" registers/hand-01", " registers/hand-0x", ERR_CORRUPT},
        {" registers/hand-01", " other/hand-01", ERR_CORRUPT},
        {REGISTER ".tsv\nfile 00000003", REGISTER ".txt\nfile 00000003",
         ERR_CORRUPT},
    };
    make_dir();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        struct manifest in = sample_with_register();
        int rc = read_changed_of(&in, rows[i].old, rows[i].new, &err);
        CHECK_MSG(rc == rows[i].want, "row %zu '%s': %s (%s)", i, rows[i].new,
                  err_name(rc), err.text);
    }
    remove_dir();
}

TEST(another_analysis_names_the_way_out)
{
    struct err err = {0};
    struct manifest m = {.analysis_version = ANALYSIS_VERSION,
                         .fold_version = slice_of(fold_version())};
    CHECK_OK(manifest_check_analysis(&m, &err), err);
    m.analysis_version++;
    CHECK_EQ(manifest_check_analysis(&m, &err), ERR_MISMATCH);
    CHECK(strstr(err.text, "dateline-index rebuild"));
    m.analysis_version--;
    m.fold_version = SLICE("1.0");
    CHECK_EQ(manifest_check_analysis(&m, &err), ERR_MISMATCH);
    CHECK(strstr(err.text, "ICU 1.0"));
}

struct faults {
    int count;
    char last[400];
};

static void note_fault(void *context, const char *fault)
{
    struct faults *faults = context;
    faults->count++;
    snprintf(faults->last, sizeof faults->last, "%s", fault);
}

TEST(each_file_is_compared_with_its_size_and_checksum)
{
    make_dir();
    struct err err = {0};
    char path[128];
    snprintf(path, sizeof path, "%s/gen-6", dir);
    CHECK_OK(dir_make(path, 0755, &err), err);
    snprintf(path, sizeof path, "%s/gen-6/a.glass", dir);
    FILE *f = fopen(path, "wb");
    CHECK(f);
    CHECK(fputs("x", f) >= 0);
    fclose(f);

    struct manifest m = sample();
    m.generation[0] = m.generation[1];
    m.generation_count = 1;
    struct manifest_file file = old_files[0];
    m.generation[0].file = &file;
    file.crc32 = (uint32_t)crc32(0, (const Bytef *)"x", 1);
    struct faults faults = {0};
    CHECK_OK(manifest_check_files(dir, &m, note_fault, &faults, &err), err);
    CHECK_EQ(faults.count, 0);

    file.crc32 ^= 1;
    CHECK_EQ(manifest_check_files(dir, &m, note_fault, &faults, &err),
             ERR_CORRUPT);
    CHECK_EQ(faults.count, 1);
    CHECK(strstr(faults.last, "gen-6/a.glass: checksum"));
    file.size = 2;
    CHECK_EQ(manifest_check_files(dir, &m, note_fault, &faults, &err),
             ERR_CORRUPT);
    CHECK(strstr(faults.last, "1 bytes, MANIFEST says 2"));
    CHECK_EQ(unlink(path), 0);
    CHECK_EQ(manifest_check_files(dir, &m, note_fault, &faults, &err),
             ERR_CORRUPT);
    CHECK_EQ(faults.count, 3);
    CHECK(strstr(faults.last, "gen-6/a.glass"));

    /* Of two generations that share it, it is told once; unless they disagree. */
    struct manifest_file same = file;
    m.generation_count = 2;
    m.generation[1] = m.generation[0];
    m.generation[1].file = &same;
    CHECK_EQ(manifest_check_files(dir, &m, note_fault, &faults, &err),
             ERR_CORRUPT);
    CHECK_EQ(faults.count, 4);
    same.crc32 ^= 2;
    CHECK_EQ(manifest_check_files(dir, &m, note_fault, &faults, &err),
             ERR_CORRUPT);
    CHECK_EQ(faults.count, 6);
    remove_dir();
}

RUN(T(what_was_written_is_read), T(no_directory_and_no_manifest_are_not_found),
    T(every_flipped_bit_and_every_cut_is_found),
    T(hostile_text_under_a_right_checksum_is_refused),
    T(the_register_for_look_ups_is_read_with_its_file),
    T(a_register_without_its_file_or_by_another_name_is_refused),
    T(another_analysis_names_the_way_out),
    T(each_file_is_compared_with_its_size_and_checksum))
