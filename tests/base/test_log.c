#include "base/log.h"

#include "check.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

enum { THREADS = 4, LINES = 200 };

/* stderr as a file in /tmp while a test logs. */
static struct {
    FILE *file;
    int stderr_before;
} capture;

static void capture_begin(void)
{
    capture.file = tmpfile();
    CHECK(capture.file);
    capture.stderr_before = dup(STDERR_FILENO);
    CHECK(dup2(fileno(capture.file), STDERR_FILENO) >= 0);
}

static void capture_stop(void)
{
    dup2(capture.stderr_before, STDERR_FILENO);
    close(capture.stderr_before);
    rewind(capture.file);
}

/* The line behind its time stamp; the time stamp's form is checked. */
static const char *behind_time(const char *line)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd.dddZ ";
    for (size_t i = 0; form[i]; i++)
        CHECK_MSG(form[i] == 'd' ? line[i] >= '0' && line[i] <= '9'
                                 : line[i] == form[i],
                  "%s", line);
    return line + strlen(form);
}

TEST(a_line_has_time_level_and_no_control_characters)
{
    static const struct {
        enum log_level level;
        const char *text, *want;
    } rows[] = {
        {LOG_INFO, "listening socket=/run/x", "info listening socket=/run/x\n"},
        {LOG_ERROR, "Київ 北京 é", "error Київ 北京 é\n"},
        {LOG_WARNING, "a\nb\tc\x1b[31m\x7f",
         "warning a\\x0ab\\x09c\\x1b[31m\\x7f\n"},
        {LOG_INFO,
         "\xc2\x9b"
         "31m",
         "info \\xc2\\x9b31m\n"},
        {LOG_INFO, "bad \xff\xe2\x82", "info bad \\xff\\xe2\\x82\n"},
        {LOG_INFO, "good \xef\xbf\xbd", "info good \xef\xbf\xbd\n"},
        {LOG_INFO, "two\xe2\x80\xa8lines", "info two\\xe2\\x80\\xa8lines\n"},
        {LOG_INFO, "", "info \n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char line[400];
        capture_begin();
        errno = 7;
        log_line(rows[i].level, "%s", rows[i].text);
        int errno_after = errno;
        capture_stop();
        CHECK(fgets(line, sizeof line, capture.file));
        CHECK_TEXT(behind_time(line), rows[i].want);
        CHECK(!fgets(line, sizeof line, capture.file));
        CHECK_EQ(errno_after, 7);
        fclose(capture.file);
    }
}

TEST(lines_below_the_level_are_not_written)
{
    char line[400];
    capture_begin();
    log_line(LOG_DEBUG, "not by default");
    log_set_level(LOG_ERROR);
    log_line(LOG_WARNING, "not now");
    log_line(LOG_ERROR, "this");
    log_set_level(LOG_DEBUG);
    log_line(LOG_DEBUG, "and this");
    log_set_level(LOG_INFO);
    capture_stop();
    CHECK(fgets(line, sizeof line, capture.file));
    CHECK_TEXT(behind_time(line), "error this\n");
    CHECK(fgets(line, sizeof line, capture.file));
    CHECK_TEXT(behind_time(line), "debug and this\n");
    CHECK(!fgets(line, sizeof line, capture.file));
    fclose(capture.file);
}

TEST(a_line_too_long_is_cut_and_says_so)
{
    /* Plain text, text that grows fourfold, and text cut inside a letter. */
    static const char *const units[] = {"x", "\n", "я"};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        char text[9001] = "", line[9000];
        for (size_t len = 0; len + 2 < sizeof text; len += strlen(units[i]))
            strcat(text + len, units[i]);
        capture_begin();
        log_line(LOG_INFO, "%s", text);
        capture_stop();
        CHECK(fgets(line, sizeof line, capture.file));
        size_t len = strlen(line);
        CHECK_MSG(len <= 4096 && len > 4080, "unit %zu: %zu bytes", i, len);
        CHECK_TEXT(line + len - 4, "...\n");
        CHECK(!fgets(line, sizeof line, capture.file));
        fclose(capture.file);
    }
}

static void *log_many(void *context)
{
    for (int i = 0; i < LINES; i++)
        log_line(LOG_INFO, "thread=%d %0100d", *(int *)context, i);
    return NULL;
}

TEST(lines_of_several_threads_do_not_mix)
{
    pthread_t thread[THREADS];
    int number[THREADS], next[THREADS] = {0};
    capture_begin();
    for (int i = 0; i < THREADS; i++) {
        number[i] = i;
        CHECK_EQ(pthread_create(&thread[i], NULL, log_many, &number[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    capture_stop();
    char line[400];
    int lines = 0;
    for (; fgets(line, sizeof line, capture.file); lines++) {
        int who, count;
        CHECK_EQ(sscanf(behind_time(line), "info thread=%d %d\n", &who, &count),
                 2);
        CHECK(who >= 0 && who < THREADS);
        CHECK_EQ(count, next[who]++);
    }
    CHECK_EQ(lines, THREADS * LINES);
    fclose(capture.file);
}

RUN(T(a_line_has_time_level_and_no_control_characters),
    T(lines_below_the_level_are_not_written),
    T(a_line_too_long_is_cut_and_says_so),
    T(lines_of_several_threads_do_not_mix))
