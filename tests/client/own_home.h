/* own_home.h - commands that read and write files below $HOME, and ask several times. */
#ifndef TESTS_CLIENT_OWN_HOME_H
#define TESTS_CLIENT_OWN_HOME_H

#include "run_command.h"

static char home[] = "/tmp/test_client.XXXXXX";

static inline void write_text(const char *name, const char *text)
{
    char path[100];
    snprintf(path, sizeof path, "%s/%s", home, name);
    FILE *to = fopen(path, "w");
    CHECK(to);
    CHECK_EQ(fwrite(text, 1, strlen(text), to), strlen(text));
    CHECK_EQ(fclose(to), 0);
}

static inline void check_file(const char *name, const char *want)
{
    struct bytes_out bytes = {0};
    char path[100];
    snprintf(path, sizeof path, "%s/%s", home, name);
    CHECK_EQ(file_read(path, 10000, &bytes, NULL), 0);
    CHECK_SLICE(((struct slice){bytes.data, bytes.len}), slice_of(want));
    bytes_out_release(&bytes);
}

/* An empty home of its own for each test. */
static inline void new_home(void)
{
    strcpy(home, "/tmp/test_client.XXXXXX");
    CHECK(mkdtemp(home));
    setenv("HOME", home, 1);
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_STATE_HOME");
}

static inline void end_home(void)
{
    CHECK_EQ(tree_remove(home, NULL), 0);
}

#define REPLY(generation, total)                                               \
    "{\"generation\":" generation                                              \
    ",\"took_us\":412,\"query\":{\"understood\":"                              \
    "\"x\"},\"total\":" total ",\"hits\":[],\"notes\":[]}"
#define SHOWN(generation, total)                                               \
    total " articles, 0.4 ms, generation " generation "\n"

/* Runs a command against these answers, on one connection. */
static inline void run_with(command_function *command, const char *const *words,
                            const struct slice *answers, size_t count,
                            struct fake_daemon *fake, struct outcome *outcome)
{
    fake->answer = count ? answers[0] : (struct slice){0};
    fake->more = answers + 1;
    fake->more_count = count ? count - 1 : 0;
    fake_start(fake);
    run(command, words, fake->path, outcome);
    fake_stop(fake);
}

/* A reply in memory of its own. */
static inline struct slice answer_of(const char *status, const char *body)
{
    static char text[8][OUTPUT_MAX];
    static size_t next;
    struct slice reply = reply_of(status, body);
    char *copy = text[next++ % 8];
    memcpy(copy, reply.data, reply.len);
    return (struct slice){(uint8_t *)copy, reply.len};
}

#endif
