/* Bytes from files, gzip and memory; the walk; encodings. */
#include "base/files.h"
#include "base/mem.h"
#include "indexer/readers/encoding.h"
#include "reading.h"

#include <sys/stat.h>

/* --- streams --- */

static struct slice big_text(struct bytes_out *out, size_t size)
{
    uint64_t seed = 5;
    while (out->len < size) {
        char line[80];
        int n = snprintf(line, sizeof line, "line %zu of %u\n", out->len,
                         rng_below(&seed, 1000000));
        put_raw(out, line, (size_t)n);
    }
    return (struct slice){out->data, out->len};
}

/* Reads everything in steps of changing size and compares. */
static void check_stream(struct slice stored, struct slice want)
{
    struct input *in;
    struct err err = {0};
    struct slice have;
    uint64_t seed = 9;
    CHECK_OK(input_open_bytes("x", stored, &in, &err), err);
    CHECK_TEXT(input_name(in), "x");
    size_t at = 0;
    uint64_t stored_at = 0;
    for (;;) {
        CHECK_EQ(input_offset(in), at);
        CHECK(input_stored_offset(in) >= stored_at);
        stored_at = input_stored_offset(in);
        size_t ask = 1 + rng_below(&seed, 300000);
        CHECK_OK(input_fill(in, ask, &have, &err), err);
        CHECK(have.len >= ask || at + have.len == want.len);
        if (have.len == 0)
            break;
        size_t use = 1 + rng_below(&seed, (uint32_t)have.len);
        CHECK(at + use <= want.len);
        CHECK(memcmp(have.data, want.data + at, use) == 0);
        input_skip(in, use);
        at += use;
    }
    CHECK_EQ(at, want.len);
    CHECK_EQ(input_stored_offset(in), stored.len);
    CHECK(!input_damage(in));
    input_close(in);
}

TEST(plain_bytes_come_as_they_are)
{
    struct bytes_out text = {0};
    struct slice want = big_text(&text, 1 << 20);
    check_stream(want, want);
    check_stream(SLICE(""), SLICE(""));
    check_stream(SLICE("a"), SLICE("a"));
    check_stream(SLICE("\x1f\x8b"), SLICE("\x1f\x8b")); /* too short for gzip */
    bytes_out_release(&text);
}

TEST(gzip_members_follow_each_other)
{
    struct bytes_out text = {0}, packed = {0};
    struct slice want = big_text(&text, 1 << 20);
    gzip_into(&packed, slice_part(want, 0, 1000));
    gzip_into(&packed, SLICE(""));
    gzip_into(&packed, slice_part(want, 1000, 700000));
    gzip_into(&packed, slice_part(want, 700000, want.len));
    check_stream((struct slice){packed.data, packed.len}, want);
    for (int i = 0; i < 600; i++) /* padding, as tapes have it */
        put_u8(&packed, 0);
    check_stream((struct slice){packed.data, packed.len}, want);
    bytes_out_release(&packed);
    bytes_out_release(&text);
}

/* What comes out of damaged gzip data, and why it stopped. */
static void read_damaged(struct slice stored, struct bytes_out *got,
                         char damage[200])
{
    struct input *in;
    struct err err = {0};
    struct slice have;
    CHECK_OK(input_open_bytes("x", stored, &in, &err), err);
    for (;;) {
        CHECK_OK(input_fill(in, 1, &have, &err), err);
        if (have.len == 0)
            break;
        put_raw(got, have.data, have.len);
        input_skip(in, have.len);
    }
    snprintf(damage, 200, "%s", input_damage(in) ? input_damage(in) : "");
    input_close(in);
}

TEST(damaged_gzip_gives_what_came_before_and_the_reason)
{
    struct bytes_out text = {0}, packed = {0};
    struct slice want = big_text(&text, 3000);
    gzip_into(&packed, want);
    struct slice whole = {packed.data, packed.len};
    char damage[200];
    for (size_t len = 3; len < whole.len; len++) {
        struct bytes_out got = {0};
        read_damaged(slice_part(whole, 0, len), &got, damage);
        CHECK_MSG(strstr(damage, "too early"), "%zu: '%s'", len, damage);
        CHECK(got.len <= want.len);
        CHECK(got.len == 0 || memcmp(got.data, want.data, got.len) == 0);
        bytes_out_release(&got);
    }
    int found = 0;
    for (size_t i = 10; i < whole.len; i++) { /* behind the header */
        struct bytes_out got = {0};
        packed.data[i] ^= 0x55;
        read_damaged(whole, &got, damage);
        found += damage[0] != '\0';
        packed.data[i] ^= 0x55;
        bytes_out_release(&got);
    }
    CHECK_EQ(found, whole.len - 10); /* its checksum sees to that */
    put_raw(&packed, "junk", 4);
    struct bytes_out got = {0};
    read_damaged((struct slice){packed.data, packed.len}, &got, damage);
    CHECK(strstr(damage, "something else follows"));
    CHECK_EQ(got.len, want.len);
    bytes_out_release(&got);
    bytes_out_release(&packed);
    bytes_out_release(&text);
}

TEST(lines_end_in_either_way_and_have_a_limit)
{
    static const struct {
        int step;
        const char *line;
        uint64_t at;
    } rows[] = {{INPUT_LINE, "one", 0},    {INPUT_LINE, "", 4},
                {INPUT_LINE, "two", 5},    {INPUT_LONG, "", 10},
                {INPUT_LINE, "12345", 17}, {INPUT_LINE, "12345", 23},
                {INPUT_LINE, "end", 30},   {INPUT_END, "", 33}};
    struct input *in;
    struct err err = {0};
    CHECK_OK(
        input_open_bytes(
            "x", SLICE("one\n\ntwo\r\n123456\n12345\n12345\r\nend"), &in, &err),
        err);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slice line;
        CHECK_EQ(input_offset(in), rows[i].at);
        CHECK_EQ(input_line(in, 5, &line, &err), rows[i].step);
        CHECK_SLICE(line, slice_of(rows[i].line));
    }
    input_close(in);
}

TEST(a_line_longer_than_the_buffer_is_passed_over)
{
    struct bytes_out text = {0}, packed = {0};
    for (int i = 0; i < 3000000; i++)
        put_u8(&text, 'a');
    put_raw(&text, "\nnext\n", 6);
    gzip_into(&packed, (struct slice){text.data, text.len});
    struct input *in;
    struct err err = {0};
    struct slice line;
    CHECK_OK(input_open_bytes("x", (struct slice){packed.data, packed.len}, &in,
                              &err),
             err);
    CHECK_EQ(input_line(in, 1000, &line, &err), INPUT_LONG);
    CHECK_EQ(input_line(in, 1000, &line, &err), INPUT_LINE);
    CHECK_SLICE(line, slice_of("next"));
    input_close(in);
    CHECK_OK(input_open_bytes("x", (struct slice){packed.data, packed.len}, &in,
                              &err),
             err);
    CHECK_EQ(input_line(in, 3000000, &line, &err), INPUT_LINE);
    CHECK_EQ(line.len, 3000000);
    input_close(in);
    bytes_out_release(&text);
    bytes_out_release(&packed);
}

/* --- files and folders --- */

static char folder[] = "/tmp/dateline-walk-XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[4][400];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static void write_file(const char *name, const char *text)
{
    FILE *f = fopen(in_folder(name), "w");
    CHECK(f && fputs(text, f) >= 0);
    CHECK(fclose(f) == 0);
}

struct visits {
    char text[2000];
    int stop_after;
};

static int note(void *context, const char *path, const struct err *failure)
{
    struct visits *v = context;
    size_t len = strlen(v->text), skip = strlen(folder);
    bool below = strncmp(path, folder, skip) == 0;
    snprintf(v->text + len, sizeof v->text - len, "%s%s ",
             below ? path + skip : path, failure ? "!" : "");
    CHECK(!failure || failure->text[0]);
    return v->stop_after && --v->stop_after == 0 ? 77 : 0;
}

static void check_walk(const char *path, const char *want)
{
    struct visits v = {0};
    struct err err;
    CHECK_EQ(input_walk(&path, 1, note, &v, &err), 0);
    CHECK_TEXT(v.text, want);
}

TEST(a_walk_is_sorted_safe_and_tells_what_it_cannot_read)
{
    struct err err = {0};
    CHECK(mkdtemp(folder));
    CHECK_OK(dir_make(in_folder("b/deep"), 0755, &err), err);
    CHECK_OK(dir_make(in_folder("empty"), 0755, &err), err);
    CHECK_OK(dir_make(in_folder(".hidden"), 0755, &err), err);
    write_file("c.txt", "c");
    write_file("a.txt", "a");
    write_file("B.txt", "B");
    write_file("b/2", "2");
    write_file("b/10", "10");
    write_file("b/deep/x", "x");
    write_file(".dot", "no");
    write_file(".hidden/y", "no");
    CHECK_OK(dir_make(in_folder("index"), 0755, &err), err);
    write_file("index/MANIFEST", "dateline 1\nanalysis 1\n");
    write_file("index/data", "no");
    CHECK_OK(dir_make(in_folder("other"), 0755, &err), err);
    write_file("other/MANIFEST", "of a ship");
    CHECK(symlink("..", in_folder("b/deep/loop")) == 0);
    CHECK(symlink("nowhere", in_folder("dangling")) == 0);
    CHECK(symlink("c.txt", in_folder("link")) == 0);
    CHECK(mkfifo(in_folder("pipe"), 0600) == 0);

    check_walk(folder, "/B.txt /a.txt /b/10 /b/2 /b/deep/x /c.txt /dangling! "
                       "/link /other/MANIFEST /pipe! ");
    check_walk(in_folder("b/"), "/b/10 /b/2 /b/deep/x ");
    check_walk(in_folder(".dot"), "/.dot "); /* named, so meant */
    check_walk(in_folder("none"), "/none! ");
    check_walk("-", "- ");
    check_walk("", "! ");

    const char *two[] = {in_folder("c.txt"), in_folder("b")};
    struct visits v = {.stop_after = 2};
    CHECK_EQ(input_walk(two, 2, note, &v, &err), 77);
    CHECK_TEXT(v.text, "/c.txt /b/10 ");
}

TEST(files_are_opened_by_name)
{
    struct input *in;
    struct err err = {0};
    struct slice have;
    struct bytes_out packed = {0};
    write_file("plain", "some text");
    CHECK_OK(input_open(in_folder("plain"), &in, &err), err);
    CHECK_OK(input_fill(in, INPUT_HEAD, &have, &err), err);
    CHECK_SLICE(have, slice_of("some text"));
    input_close(in);

    gzip_into(&packed, SLICE("packed text"));
    FILE *f = fopen(in_folder("no-gz-in-its-name"), "w");
    CHECK(f && fwrite(packed.data, packed.len, 1, f) == 1 && fclose(f) == 0);
    bytes_out_release(&packed);
    CHECK_OK(input_open(in_folder("no-gz-in-its-name"), &in, &err), err);
    CHECK_OK(input_fill(in, INPUT_HEAD, &have, &err), err);
    CHECK_SLICE(have, slice_of("packed text"));
    input_close(in);

    CHECK_EQ(input_open(in_folder("none"), &in, &err), ERR_NOTFOUND);
    CHECK(strstr(err.text, "none"));
    CHECK_EQ(input_open(folder, &in, &err), ERR_IO);
    CHECK(strstr(err.text, folder));
    CHECK_OK(tree_remove(folder, &err), err);
}

TEST(standard_input_is_a_dash)
{
    int ends[2], saved = dup(STDIN_FILENO);
    struct input *in;
    struct err err = {0};
    struct slice have;
    CHECK(pipe(ends) == 0);
    CHECK(write(ends[1], "through a pipe", 14) == 14);
    close(ends[1]);
    CHECK(dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
    close(ends[0]);
    CHECK_OK(input_open("-", &in, &err), err);
    CHECK_OK(input_fill(in, 100, &have, &err), err);
    CHECK_SLICE(have, slice_of("through a pipe"));
    input_close(in);
    CHECK(dup2(saved, STDIN_FILENO) == STDIN_FILENO);
    close(saved);
}

TEST(every_allocation_may_fail)
{
    struct bytes_out text = {0}, packed = {0};
    gzip_into(&packed, big_text(&text, 400000));
    bool done = false;
    for (long n = 0; n < 50 && !done; n++) {
        struct input *in;
        struct err err = {0};
        struct slice have;
        mem_fail_after(n);
        int rc = input_open_bytes("x", (struct slice){packed.data, packed.len},
                                  &in, &err);
        if (!rc)
            rc = input_fill(in, text.len, &have, &err);
        mem_fail_after(-1);
        CHECK(rc == 0 || rc == ERR_NOMEM);
        done = rc == 0;
        input_close(in);
    }
    CHECK(done);
    bytes_out_release(&text);
    bytes_out_release(&packed);
}

/* --- encodings --- */

TEST(the_bytes_tell_their_encoding)
{
    static const struct {
        const char *what;
        struct slice bytes;
        const char *want;
    } rows[] = {
        {"ASCII", SLICE("plain"), "plain"},
        {"UTF-8", SLICE("na\xc3\xafve \xe2\x82\xac"),
         "na\xc3\xafve \xe2\x82\xac"},
        {"UTF-8 with a mark", SLICE("\xef\xbb\xbfhello"), "hello"},
        {"Latin-1", SLICE("na\xefve caf\xe9"), "na\xc3\xafve caf\xc3\xa9"},
        {"Windows-1252", SLICE("\x93quoted\x94 at 5 \x80"),
         "\xe2\x80\x9cquoted\xe2\x80\x9d at 5 \xe2\x82\xac"},
        {"Latin-1 with a control that Windows-1252 lacks",
         SLICE("caf\xe9 \x81 x \x93"), "caf\xc3\xa9   x  "},
        {"UTF-16, little", SLICE("\xff\xfeh\0i\0\xac\x20"), "hi\xe2\x82\xac"},
        {"UTF-16, big", SLICE("\xfe\xff\0h\xd8\x3d\xde\x00"),
         "h\xf0\x9f\x98\x80"},
        {"nothing", SLICE(""), ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena;
        struct slice text;
        struct reject why;
        arena_init(&arena, 1 << 20);
        CHECK_MSG(encoding_decode(rows[i].bytes, &arena, &text, &why) == 0,
                  "%s: %s", rows[i].what, why.reason);
        CHECK_SLICE(text, slice_of(rows[i].want));
        arena_reset(&arena);
    }
}

TEST(bytes_that_are_no_text_are_refused)
{
    static const struct {
        struct slice bytes;
        uint64_t byte;
        const char *says;
    } rows[] = {
        {SLICE("abc\0def"), 3, "zero byte"},
        {SLICE("\xc3\xa9t\xc3\xa9 et caf\xc3"), 12, "damaged UTF-8: byte 0xc3"},
        {SLICE("\xef\xbb\xbf"
               "abc\xe9"),
         6, "damaged UTF-8"},
        {SLICE("\xff\xfe"
               "a"),
         2, "UTF-16"},
        {SLICE("\xff\xfe\x00\xd8"
               "a\0"),
         2, "UTF-16"},
        {SLICE("\xff\xfe\x00\xdc"), 2, "UTF-16"},
        {SLICE("\xd0\xee\xf1\xf1\xe8\xff \xe8 \xcc\xee\xf1\xea\xe2\xe0"), 0,
         "neither UTF-8"}, /* Cyrillic in Windows-1251 */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena;
        struct slice text;
        struct reject why = {0};
        arena_init(&arena, 1 << 20);
        CHECK_EQ(encoding_decode(rows[i].bytes, &arena, &text, &why),
                 READER_REJECT);
        CHECK_MSG(strstr(why.reason, rows[i].says), "row %zu: %s", i,
                  why.reason);
        CHECK_EQ(why.byte, rows[i].byte);
        arena_reset(&arena);
    }
}

TEST(text_is_cleaned_of_line_ends_and_controls)
{
    static const struct {
        const char *text, *clean, *line;
    } rows[] = {
        {"a\r\nb\rc\nd", "a\nb\nc\nd", "a b c d"},
        {"a\n\nb\n \t\n\n\nc", "a\n\nb\n\nc", "a b c"},
        {"a\r\n\r\nb", "a\n\nb", "a b"},
        {"  a \n   b  ", "a \n   b", "a b"},
        {"a\x05\x7f"
         "b\tc",
         "a  b\tc", "a b c"},
        {"\n\n", "", ""},
        {"", "", ""},
        {"\xc3\xa9\n", "\xc3\xa9", "\xc3\xa9"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena;
        struct slice got;
        arena_init(&arena, 1 << 20);
        CHECK_EQ(text_clean(slice_of(rows[i].text), &arena, &got), 0);
        CHECK_SLICE(got, slice_of(rows[i].clean));
        CHECK_EQ(text_clean_line(slice_of(rows[i].text), &arena, &got), 0);
        CHECK_SLICE(got, slice_of(rows[i].line));
        arena_reset(&arena);
    }
}

/* Text is looked at sixteen bytes at a time: each of them at each place. */
TEST(text_is_cleaned_wherever_it_has_to_be)
{
    static const struct {
        const char *text, *clean;
    } rows[] = {
        {"\r\n", "\n"},
        {"\n", "\n"},
        {"\n \t\r\n\n", "\n\n"},
        {"\x05", " "},
        {"\x1f", " "},
        {"\x7f", " "},
        {"\t", "\t"},
        {"\xc3\xa9", "\xc3\xa9"},
        {"  ~ ", "  ~ "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int before = 1; before < 40; before++)
            for (int after = 1; after < 20; after++) {
                char text[80], want[80];
                struct arena arena;
                struct slice got;
                const char *const letters =
                    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
                arena_init(&arena, 1 << 20);
                snprintf(text, sizeof text, "%.*s%s%.*s", before, letters,
                         rows[i].text, after, letters);
                snprintf(want, sizeof want, "%.*s%s%.*s", before, letters,
                         rows[i].clean, after, letters);
                char *exact = strdup(text);
                CHECK(exact);
                struct slice all = {(uint8_t *)exact, strlen(exact)};
                CHECK_EQ(text_clean(all, &arena, &got), 0);
                CHECK_SLICE(got, slice_of(want));
                free(exact);
                arena_reset(&arena);
            }
}

RUN(T(plain_bytes_come_as_they_are), T(gzip_members_follow_each_other),
    T(damaged_gzip_gives_what_came_before_and_the_reason),
    T(lines_end_in_either_way_and_have_a_limit),
    T(a_line_longer_than_the_buffer_is_passed_over),
    T(a_walk_is_sorted_safe_and_tells_what_it_cannot_read),
    T(files_are_opened_by_name), T(standard_input_is_a_dash),
    T(every_allocation_may_fail), T(the_bytes_tell_their_encoding),
    T(bytes_that_are_no_text_are_refused),
    T(text_is_cleaned_of_line_ends_and_controls),
    T(text_is_cleaned_wherever_it_has_to_be))
