/* What becomes of pages that the system cannot read, and of threads that touch pages at
 * the same time. */
#include "segment/segment_file.h"

#include "base/err.h"
#include "base/files.h"
#include "base/mem.h"
#include "check.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BIG = 8 << 20, THREADS = 4 };

static char dir[64], path[128];

static void make_dir(void)
{
    strcpy(dir, "/tmp/dateline-mapping-XXXXXX");
    CHECK(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/a.seg", dir);
}

static void remove_dir(void)
{
    struct err err;
    CHECK_OK(tree_remove(dir, &err), err);
}

static uint8_t byte_at(size_t at)
{
    return (uint8_t)(at * 7 + at / 251 + 1);
}

static void write_big(void)
{
    static const struct segment_facts facts = {1, 0, 1, 0};
    struct err err = {0};
    struct segment_writer *writer;
    uint64_t size;
    uint32_t crc;
    uint8_t *bytes = malloc(BIG);
    for (size_t i = 0; i < BIG; i++)
        bytes[i] = byte_at(i);
    CHECK_OK(segment_writer_open(dir, "a.seg", &writer, &err), err);
    section_put(segment_section(writer, SECTION_POSTINGS), bytes, BIG);
    section_put(segment_section(writer, SECTION_STEMS), "stems", 5);
    CHECK_OK(segment_writer_finish(writer, &facts, &size, &crc, &err), err);
    segment_writer_close(writer);
    free(bytes);
}

static struct segment_file *open_big(void)
{
    struct err err = {0};
    struct segment_file *file;
    CHECK_OK(segment_file_open(path, &file, &err), err);
    return file;
}

/* --- pages are summed by whoever comes first --- */

struct reader {
    pthread_t thread;
    const struct segment_file *file;
    uint64_t seed;
    size_t wrong, refused, zeros;
};

/* Pieces of all sizes from anywhere. */
static void *read_pieces(void *context)
{
    struct reader *r = context;
    for (int i = 0; i < 400; i++) {
        uint32_t len = rng_below(&r->seed, 200000);
        uint32_t at = rng_below(&r->seed, BIG - len);
        struct slice got;
        if (section_bytes(r->file, SECTION_POSTINGS, at, len, &got, NULL)) {
            r->refused++;
            continue;
        }
        for (size_t j = 0; j < len; j += 37) {
            r->zeros += got.data[j] == 0 && byte_at(at + j) != 0;
            r->wrong += got.data[j] != 0 && got.data[j] != byte_at(at + j);
        }
    }
    return NULL;
}

static void read_by_all(const struct segment_file *file, struct reader *readers)
{
    for (int i = 0; i < THREADS; i++) {
        readers[i] = (struct reader){.file = file, .seed = (uint64_t)i + 1};
        CHECK(pthread_create(&readers[i].thread, NULL, read_pieces,
                             &readers[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(readers[i].thread, NULL);
}

TEST(threads_sum_the_same_pages)
{
    struct reader readers[THREADS];
    make_dir();
    write_big();
    struct segment_file *file = open_big();
    read_by_all(file, readers);
    for (int i = 0; i < THREADS; i++)
        CHECK(!readers[i].wrong && !readers[i].refused && !readers[i].zeros);
    segment_file_close(file);
    remove_dir();
}

/* --- SIGBUS --- */

static void cut_file(off_t size)
{
    CHECK(truncate(path, size) == 0);
}

TEST(a_page_that_is_gone_reads_as_zeros)
{
    struct err err = {0};
    struct slice got;
    make_dir();
    write_big();
    struct segment_file *file = open_big();
    CHECK_OK(section_bytes(file, SECTION_POSTINGS, 0, BIG, &got, &err), err);
    CHECK_OK(segment_file_damage(file, &err), err);
    cut_file(4 << 20);
    CHECK_EQ(got.data[(5 << 20) + 12345], 0); /* in the middle of a page */
    for (size_t i = 0; i < BIG; i++) {
        bool there = i < (4 << 20) - 64; /* the header takes 64 */
        CHECK_MSG(got.data[i] == (there ? byte_at(i) : 0), "byte %zu", i);
    }
    CHECK_EQ(segment_file_damage(file, &err), ERR_CORRUPT);
    CHECK(strstr(err.text, path));
    CHECK_EQ(segment_file_check(file, NULL, NULL, &err), ERR_CORRUPT);
    segment_file_close(file);
    remove_dir();
}

TEST(a_page_that_is_gone_is_refused_where_it_was_not_read_before)
{
    struct err err = {0};
    struct slice got;
    make_dir();
    write_big();
    struct segment_file *file = open_big();
    CHECK_OK(section_bytes(file, SECTION_POSTINGS, 0, 100, &got, &err), err);
    cut_file(4 << 20);
    CHECK_OK(section_bytes(file, SECTION_POSTINGS, 0, 100, &got, &err), err);
    CHECK_EQ(got.data[99], byte_at(99));
    CHECK_OK(segment_file_damage(file, &err), err);
    CHECK_EQ(section_bytes(file, SECTION_POSTINGS, 5 << 20, 100, &got, &err),
             ERR_CORRUPT);
    CHECK(strstr(err.text, path) && strstr(err.text, "could not read"));
    CHECK_EQ(segment_file_damage(file, &err), ERR_CORRUPT);
    segment_file_close(file);
    remove_dir();
}

/* Nothing of the file is left: header and tables are read again by check. */
TEST(a_file_cut_to_nothing_is_damage)
{
    struct err err = {0};
    struct slice got;
    make_dir();
    write_big();
    struct segment_file *file = open_big();
    struct segment_file *other = open_big();
    cut_file(0);
    CHECK_EQ(segment_file_check(file, NULL, NULL, &err), ERR_CORRUPT);
    CHECK_EQ(segment_file_damage(file, &err), ERR_CORRUPT);
    CHECK_EQ(section_bytes(file, SECTION_STEMS, 0, 5, &got, &err), ERR_CORRUPT);
    CHECK_OK(segment_file_damage(other, &err), err); /* each has its own mark */
    segment_file_close(other);
    segment_file_close(file);
    write_big(); /* a new file, whole, which may get the same addresses */
    file = open_big();
    CHECK_OK(segment_file_check(file, NULL, NULL, &err), err);
    CHECK_OK(segment_file_damage(file, &err), err);
    segment_file_close(file);
    remove_dir();
}

TEST(threads_survive_a_file_that_is_cut)
{
    struct err err = {0};
    struct slice got;
    struct reader readers[THREADS];
    make_dir();
    write_big();
    struct segment_file *file = open_big();
    CHECK_OK(section_bytes(file, SECTION_POSTINGS, 0, BIG, &got, &err), err);
    cut_file(1 << 20);
    read_by_all(file, readers);
    for (int i = 0; i < THREADS; i++)
        CHECK(!readers[i].wrong && !readers[i].refused && readers[i].zeros);
    CHECK_EQ(segment_file_damage(file, &err), ERR_CORRUPT);
    segment_file_close(file);
    remove_dir();
}

static void *open_and_close(void *context)
{
    size_t *opened = context;
    for (int i = 0; i < 300; i++) {
        struct segment_file *file[3] = {0};
        for (int j = 0; j < 3; j++)
            *opened += segment_file_open(path, &file[j], NULL) == ERR_OK;
        for (int j = 0; j < 3; j++)
            segment_file_close(file[j]);
    }
    return NULL;
}

/* Slots come and go while the handler looks for one. */
TEST(threads_open_files_while_another_fails)
{
    struct reader readers[THREADS];
    pthread_t opener;
    struct err err = {0};
    struct slice got;
    size_t opened = 0;
    char cut[160];
    make_dir();
    write_big();
    snprintf(cut, sizeof cut, "%s/b.seg", dir);
    CHECK(rename(path, cut) == 0);
    write_big();
    struct segment_file *file;
    CHECK_OK(segment_file_open(cut, &file, &err), err);
    CHECK_OK(section_bytes(file, SECTION_POSTINGS, 0, BIG, &got, &err), err);
    CHECK(pthread_create(&opener, NULL, open_and_close, &opened) == 0);
    CHECK(truncate(cut, 0) == 0);
    read_by_all(file, readers);
    pthread_join(opener, NULL);
    CHECK_EQ(opened, 900);
    for (int i = 0; i < THREADS; i++)
        CHECK(!readers[i].wrong && !readers[i].refused && readers[i].zeros);
    segment_file_close(file);
    remove_dir();
}

/* More than one chunk of slots; each file is found. */
TEST(hundreds_of_files_each_have_their_mark)
{
    enum { FILES = 150 };
    static struct segment_file *file[FILES];
    struct err err = {0};
    struct slice got;
    make_dir();
    write_big();
    for (int i = 0; i < FILES; i++)
        file[i] = open_big();
    cut_file(4096);
    for (int i = 0; i < FILES; i += 2)
        CHECK_EQ(section_bytes(file[i], SECTION_STEMS, 0, 5, &got, &err),
                 ERR_CORRUPT);
    for (int i = 0; i < FILES; i++) {
        CHECK_EQ(segment_file_damage(file[i], &err),
                 i % 2 ? ERR_OK : ERR_CORRUPT);
        segment_file_close(file[i]);
    }
    remove_dir();
}

/* --- what is not ours --- */

/* Run in a process of its own; the signal that ended it, or 0. */
static int ends_by(void (*act)(void))
{
    fflush(NULL);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        act();
        _exit(0);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

static char foreign[160];

/* A mapping of somebody else, cut. */
static const volatile uint8_t *foreign_page(void)
{
    int fd = open(foreign, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || ftruncate(fd, 4096))
        _exit(99);
    void *at = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED || ftruncate(fd, 0))
        _exit(99);
    return at;
}

static void touch_foreign(void)
{
    signal(SIGBUS, SIG_DFL); /* not a sanitizer's, which reports and exits */
    struct segment_file *file = open_big();
    uint8_t got = *foreign_page();
    segment_file_close(file);
    _exit(got ? 1 : 2);
}

static void ignore_and_touch_foreign(void)
{
    signal(SIGBUS, SIG_IGN);
    struct segment_file *file = open_big();
    uint8_t got = *foreign_page();
    segment_file_close(file);
    _exit(got ? 1 : 2);
}

static void send_it(void)
{
    signal(SIGBUS, SIG_DFL);
    struct segment_file *file = open_big();
    raise(SIGBUS);
    segment_file_close(file);
}

static void leave_3(int signal)
{
    _exit(signal == SIGBUS ? 3 : 4);
}

static void leave_5(int signal, siginfo_t *info, void *context)
{
    (void)context;
    _exit(signal == SIGBUS && info->si_code == BUS_ADRERR ? 5 : 6);
}

static void touch_foreign_with_a_handler(void)
{
    signal(SIGBUS, leave_3);
    struct segment_file *file = open_big();
    uint8_t got = *foreign_page();
    segment_file_close(file);
    _exit(got ? 1 : 2);
}

static void touch_foreign_with_an_informed_handler(void)
{
    struct sigaction action = {.sa_flags = SA_SIGINFO};
    action.sa_sigaction = leave_5;
    sigaction(SIGBUS, &action, NULL);
    struct segment_file *file = open_big();
    uint8_t got = *foreign_page();
    segment_file_close(file);
    _exit(got ? 1 : 2);
}

static struct sigaction passed_by;

static void pass_back(int signal, siginfo_t *info, void *context)
{
    passed_by.sa_sigaction(signal, info, context);
}

/* Each takes the other for the one that was there before. */
static void touch_foreign_in_a_circle(void)
{
    signal(SIGBUS, SIG_DFL);
    struct segment_file *first = open_big();
    struct sigaction action = {.sa_flags = SA_SIGINFO};
    action.sa_sigaction = pass_back;
    sigaction(SIGBUS, &action, &passed_by);
    struct segment_file *second = open_big();
    uint8_t got = *foreign_page();
    segment_file_close(first);
    segment_file_close(second);
    _exit(got ? 1 : 2);
}

TEST(a_bus_error_of_others_is_theirs)
{
    make_dir();
    write_big();
    snprintf(foreign, sizeof foreign, "%s/foreign", dir);
    CHECK_EQ(ends_by(touch_foreign), SIGBUS);
    CHECK_EQ(ends_by(ignore_and_touch_foreign), SIGBUS);
    CHECK_EQ(ends_by(send_it), SIGBUS);
    CHECK_EQ(ends_by(touch_foreign_with_a_handler), -3);
    CHECK_EQ(ends_by(touch_foreign_with_an_informed_handler), -5);
    CHECK_EQ(ends_by(touch_foreign_in_a_circle), SIGBUS);
    remove_dir();
}

RUN(T(a_bus_error_of_others_is_theirs), T(threads_sum_the_same_pages),
    T(a_page_that_is_gone_reads_as_zeros),
    T(a_page_that_is_gone_is_refused_where_it_was_not_read_before),
    T(a_file_cut_to_nothing_is_damage), T(threads_survive_a_file_that_is_cut),
    T(threads_open_files_while_another_fails),
    T(hundreds_of_files_each_have_their_mark))
