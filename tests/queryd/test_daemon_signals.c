/* Signals, with the daemon in a process of its own. A program of its own, too: it
 * forks, which it may not do after it had threads (ThreadSanitizer). */
#include "queryd/daemon.h"

#include "base/cancel.h"
#include "check.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct daemon daemon_;

__attribute__((noreturn)) static void serve(void)
{
    struct server *server;
    if (server_new(&daemon_.options, &server, NULL))
        _exit(9);
    server_run(server);
    server_free(server);
    _exit(access(daemon_.socket, F_OK) < 0 ? 0 : 8);
}

static void begin(pid_t *pid, unsigned grace_ms)
{
    daemon_prepare(&daemon_);
    daemon_.options.signals = true;
    daemon_.options.grace_ms = grace_ms;
    *pid = fork();
    CHECK(*pid >= 0);
    if (*pid == 0)
        serve();
    for (int i = 0; i < 5000 && access(daemon_.socket, F_OK) < 0; i++)
        usleep(1000);
    struct reply reply = daemon_get(&daemon_, "/v1/status");
    CHECK_EQ(reply.status, 200);
    reply_free(&reply);
}

static void end(pid_t pid)
{
    int status;
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    CHECK_MSG(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d",
              status);
    fake_index_remove(daemon_.dir);
}

/* A connection on which a search runs for `ms`. */
static int start_search(const char *ms)
{
    char request[100];
    int fd = client_connect(&daemon_);
    snprintf(request, sizeof request,
             "GET /v1/count?q=slow&deadline_ms=%s HTTP/1.1\r\n\r\n", ms);
    CHECK(client_send(fd, request));
    CHECK(daemon_says(&daemon_, "/metrics", "dateline_requests_running 1"));
    return fd;
}

TEST(sigterm_lets_what_runs_finish)
{
    pid_t pid;
    begin(&pid, 5000);
    int idle = client_connect(&daemon_), fd = start_search("700");
    kill(pid, SIGTERM);
    char byte;
    uint64_t asked = clock_ns();
    CHECK_EQ(read(idle, &byte, 1), 0);
    CHECK(clock_ns() - asked < UINT64_C(600000000)); /* not with the search */
    struct reply reply = client_read(fd);
    CHECK_EQ(reply.status, 504); /* an answer, not a broken connection */
    CHECK(!reply.keep_alive);
    reply_free(&reply);
    close(fd);
    close(idle);
    end(pid);
}

/* Reads a stream to its end: whether its last line came. */
static bool read_to_the_end(int fd)
{
    static char tail[4 << 20];
    size_t len = 0;
    ssize_t n;
    while ((n = recv(fd, tail + len, sizeof tail - 1 - len, 0)) > 0)
        len += (size_t)n;
    tail[len] = '\0';
    return strstr(tail, "{\"done\":true,\"lines\":4000,") &&
           strcmp(tail + len - 5, "0\r\n\r\n") == 0;
}

/* Who reads gets the rest of its stream; who does not is cut off after the grace. */
TEST(sigterm_in_the_middle_of_a_stream)
{
    for (int i = 0; i < 2; i++) {
        pid_t pid;
        begin(&pid, i == 0 ? 8000 : 200);
        fake_commit(daemon_.dir, 2, 4000);
        CHECK(daemon_says(&daemon_, "/v1/status", "\"generation\":2,"));
        int fd = client_connect(&daemon_);
        CHECK(client_send(fd, "GET /v1/export?q=istanbul HTTP/1.1\r\n\r\n"));
        CHECK(daemon_says(&daemon_, "/metrics", "dateline_streams_running 1"));
        kill(pid, SIGTERM);
        if (i == 1)
            end(pid);
        CHECK_EQ(read_to_the_end(fd), i == 0);
        close(fd);
        if (i == 0)
            end(pid);
    }
}

TEST(what_takes_longer_than_the_grace_is_cancelled)
{
    pid_t pid;
    begin(&pid, 100);
    int fd = start_search("9000");
    uint64_t before = (uint64_t)time(NULL);
    kill(pid, SIGINT);
    CHECK(client_sees_end(fd));
    close(fd);
    end(pid);
    CHECK((uint64_t)time(NULL) - before < 4);
}

TEST(a_second_signal_means_now)
{
    pid_t pid;
    begin(&pid, 60000);
    int fd = start_search("9000");
    kill(pid, SIGTERM);
    usleep(50000);
    kill(pid, SIGTERM);
    CHECK(client_sees_end(fd));
    close(fd);
    end(pid);
}

TEST(sighup_reloads)
{
    pid_t pid;
    begin(&pid, 5000);
    kill(pid, SIGHUP);
    CHECK(daemon_says(&daemon_, "/v1/status",
                      "\"ok\":true,\"message\":\"generation 1, as before\""));
    kill(pid, SIGTERM);
    end(pid);
}

RUN(T(sigterm_lets_what_runs_finish), T(sigterm_in_the_middle_of_a_stream),
    T(what_takes_longer_than_the_grace_is_cancelled),
    T(a_second_signal_means_now), T(sighup_reloads))
