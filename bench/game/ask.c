/* ask.c - game-ask: asks a query program of the game, one question at a time, and
 * measures each.
 *
 *     game-ask QUESTIONS SECONDS PROGRAM ARGUMENT...
 *
 * For SECONDS the questions are asked over and over, to warm everything up; then once
 * each, and for each a line is printed: nanoseconds, a tab, the answer. The program is
 * a child on the same processor, and a question goes through two pipes; game-echo
 * says what that takes. */
#include "base/cancel.h"
#include "base/err.h"
#include "base/mem.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ANSWER_MAX = 1 << 20 };

struct questions {
    char **line; /* with its newline */
    size_t count, cap;
};

struct program {
    pid_t pid;
    int to, from;
    char answer[ANSWER_MAX]; /* the last one, without its newline */
};

static int read_questions(const char *path, struct questions *out,
                          struct err *err)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return err_set_errno(err, "opening", path);
    int rc = ERR_OK;
    char *line = NULL;
    for (size_t cap = 0; getline(&line, &cap, file) > 0;) {
        if (out->count == out->cap) {
            out->cap = out->cap ? 2 * out->cap : 1024;
            char **more = mem_realloc(out->line, out->cap * sizeof *more);
            if (!more)
                rc = err_set(err, ERR_NOMEM, "no memory for %s", path);
            if (rc)
                break;
            out->line = more;
        }
        out->line[out->count++] = line;
        line = NULL;
        cap = 0;
    }
    free(line);
    fclose(file);
    if (rc == ERR_OK && out->count == 0)
        rc = err_set(err, ERR_INVALID, "%s: no questions", path);
    return rc;
}

static int start(struct program *program, char **command, struct err *err)
{
    int to[2], from[2];
    if (pipe(to) || pipe(from))
        return err_set_errno(err, "making", "a pipe");
    program->pid = fork();
    if (program->pid < 0)
        return err_set_errno(err, "starting", command[0]);
    if (program->pid == 0) {
        dup2(to[0], STDIN_FILENO);
        dup2(from[1], STDOUT_FILENO);
        close(to[0]), close(to[1]), close(from[0]), close(from[1]);
        execvp(command[0], command);
        perror(command[0]);
        _exit(127);
    }
    close(to[0]);
    close(from[1]);
    program->to = to[1];
    program->from = from[0];
    return ERR_OK;
}

static int ask(struct program *program, const char *question, struct err *err)
{
    size_t len = strlen(question), got = 0;
    if (write(program->to, question, len) != (ssize_t)len)
        return err_set_errno(err, "asking", question);
    do {
        ssize_t n =
            read(program->from, program->answer + got, ANSWER_MAX - got);
        if (n <= 0)
            return err_set(err, ERR_IO, "no answer to %s", question);
        got += (size_t)n;
    } while (program->answer[got - 1] != '\n');
    program->answer[got - 1] = '\0';
    return ERR_OK;
}

static int warm_up(struct program *program, const struct questions *questions,
                   double seconds, struct err *err)
{
    uint64_t end_ns = clock_ns() + (uint64_t)(seconds * 1e9);
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && clock_ns() < end_ns; i++)
        rc = ask(program, questions->line[i % questions->count], err);
    return rc;
}

static int measure(struct program *program, const struct questions *questions,
                   struct err *err)
{
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < questions->count; i++) {
        uint64_t asked_ns = clock_ns();
        rc = ask(program, questions->line[i], err);
        uint64_t took_ns = clock_ns() - asked_ns;
        if (rc == ERR_OK)
            printf("%llu\t%s\n", (unsigned long long)took_ns, program->answer);
    }
    return rc;
}

static void release(struct questions *questions)
{
    for (size_t i = 0; i < questions->count; i++)
        free(questions->line[i]);
    mem_free(questions->line);
}

int main(int argc, char **argv)
{
    static struct program program;
    struct questions questions = {0};
    struct err err = {0};
    int status = 0;
    if (argc < 4) {
        fprintf(stderr, "game-ask QUESTIONS SECONDS PROGRAM ARGUMENT...\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOFBF, 1 << 20);
    int rc = read_questions(argv[1], &questions, &err);
    if (rc == ERR_OK)
        rc = start(&program, argv + 3, &err);
    if (rc == ERR_OK)
        rc = warm_up(&program, &questions, strtod(argv[2], NULL), &err);
    if (rc == ERR_OK)
        rc = measure(&program, &questions, &err);
    if (program.pid > 0) {
        close(program.to);
        waitpid(program.pid, &status, 0);
    }
    if (rc)
        fprintf(stderr, "game-ask: %s\n", err.text);
    release(&questions);
    return rc || status || fflush(stdout);
}
