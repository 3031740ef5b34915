/* run_command.h - a command in a child process, in a pipe or on a terminal. */
#ifndef TESTS_CLIENT_RUN_COMMAND_H
#define TESTS_CLIENT_RUN_COMMAND_H

#include "base/files.h"
#include "client/command.h"
#include "fake_daemon.h"

#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

enum { WORDS_MAX = 10, OUTPUT_MAX = 8192 };

/* What a command did, seen from a shell. */
struct outcome {
    int status; /* exit status; -1 when a signal ended it */
    char out[OUTPUT_MAX], err[OUTPUT_MAX];
};

static inline void read_all(int fd, char out[OUTPUT_MAX])
{
    size_t len = 0;
    ssize_t n;
    while (len + 1 < OUTPUT_MAX &&
           (n = read(fd, out + len, OUTPUT_MAX - 1 - len)) > 0)
        len += (size_t)n;
    out[len] = '\0';
}

/* Runs `command` in a child whose stdout is `to`; the child's end is closed here. */
static inline pid_t start(command_function *command, const char *const *words,
                          const char *socket, int to, int to_err)
{
    static char program[] = "dateline";
    char *argv[WORDS_MAX + 2] = {program};
    int argc = 1;
    for (size_t i = 0; i < WORDS_MAX && words[i]; i++)
        argv[argc++] = (char *)(uintptr_t)words[i];
    fflush(NULL);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        dup2(to, STDOUT_FILENO);
        dup2(to_err, STDERR_FILENO);
        setenv("DATELINE_SOCKET", socket, 1);
        enum exit_status status = command(argc, argv);
        fflush(NULL);
        _exit((int)status);
    }
    close(to);
    close(to_err);
    return child;
}

static inline int status_of(pid_t child)
{
    int status;
    CHECK_EQ(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline void run(command_function *command, const char *const *words,
                       const char *socket, struct outcome *outcome)
{
    int out[2], err[2];
    CHECK(pipe2(out, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0);
    pid_t child = start(command, words, socket, out[1], err[1]);
    read_all(out[0], outcome->out);
    read_all(err[0], outcome->err);
    close(out[0]);
    close(err[0]);
    outcome->status = status_of(child);
}

/* A reply of `status` with `body`. */
static inline struct slice reply_of(const char *status, const char *body)
{
    static char text[OUTPUT_MAX];
    int len = snprintf(text, sizeof text,
                       "HTTP/1.1 %s X\r\nContent-Length: %zu\r\n\r\n%s", status,
                       strlen(body), body);
    CHECK(len > 0 && (size_t)len < sizeof text);
    return slice_of(text);
}

/* The command's output on a terminal of `columns`. */
static inline void run_in_terminal(command_function *command,
                                   const char *const *words, const char *socket,
                                   unsigned short columns, char out[OUTPUT_MAX])
{
    int master, slave;
    const struct winsize size = {.ws_row = 24, .ws_col = columns};
    CHECK_EQ(openpty(&master, &slave, NULL, NULL, &size), 0);
    pid_t child =
        start(command, words, socket, slave, open("/dev/null", O_RDWR));
    read_all(master, out); /* ends with EIO when the child has closed it */
    CHECK_EQ(status_of(child), EXIT_HITS);
    close(master);
}

#endif
