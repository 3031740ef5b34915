/* The line of progress: drawn when it is time, and only where somebody looks. */
#include "check.h"

#include <unistd.h>

#include "indexer/bar.h"
#include "indexer/report.h"

static char said[4000];

/* What `act` writes on stderr. */
static const char *said_by(void (*act)(void *), void *context)
{
    char name[] = "/tmp/dateline_bar_XXXXXX";
    int fd = mkstemp(name), saved = dup(STDERR_FILENO);
    CHECK(fd >= 0 && saved >= 0);
    unlink(name);
    dup2(fd, STDERR_FILENO);
    act(context);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    ssize_t n = pread(fd, said, sizeof said - 1, 0);
    close(fd);
    CHECK(n >= 0);
    said[n] = '\0';
    return said;
}

static void progress(void *bar)
{
    bar_progress(bar, "merging", 1, 3);
    bar_progress(bar, "merging", 2, 3); /* too soon */
}

static void clear(void *bar)
{
    bar_clear(bar);
}

TEST(a_phase_says_how_much_of_it_is_done)
{
    struct bar bar = {.on = true};
    CHECK_TEXT(said_by(clear, &bar), "");
    CHECK_TEXT(said_by(progress, &bar), "\r\033[Kmerging, 33 %");
    CHECK_TEXT(said_by(progress, &bar), "");
    bar.drawn_ns -= 100 * 1000 * 1000;
    CHECK_TEXT(said_by(progress, &bar), "\r\033[Kmerging, 33 %");
    CHECK_TEXT(said_by(clear, &bar), "\r\033[K");
}

static void progress_of_nothing(void *bar)
{
    bar_progress(bar, "sorting", 0, 0);
}

TEST(nothing_is_said_where_nobody_looks)
{
    struct bar off = {0}, on = {.on = true};
    CHECK_TEXT(said_by(progress, &off), "");
    CHECK_TEXT(said_by(clear, &off), "");
    CHECK_TEXT(said_by(progress_of_nothing, &on), "\r\033[Ksorting, 0 %");
}

static void tick(void *report)
{
    report_tick(report, 500, 300);
}

TEST(a_run_says_how_far_it_is_and_how_long_it_takes)
{
    struct report report;
    const struct report_options options = {.bar = true};
    CHECK_EQ(report_open(&report, &options, NULL, NULL), 0);
    report.records = 7;
    CHECK(strstr(said_by(tick, &report), "\r\033[K7 articles, "));
    CHECK(!strstr(said, "%")); /* how much there is is not known */
    report.bar.drawn_ns = 0;
    report.expected = 1000;
    report.done = 200;
    CHECK_MSG(strstr(said_by(tick, &report), " MB/s, 50 %, 0:00 left"), "%s",
              said);
    report.bar.drawn_ns = 0;
    report.done = 2000; /* more than there was when it was looked at */
    CHECK_MSG(strstr(said_by(tick, &report), ", 100 %, 0:00 left"), "%s", said);
    report_close(&report);
}

RUN(T(a_phase_says_how_much_of_it_is_done),
    T(nothing_is_said_where_nobody_looks),
    T(a_run_says_how_far_it_is_and_how_long_it_takes))
