/* Many clients, and generations changing beneath them. */
#include "queryd/daemon.h"

#include "base/err.h"
#include "check.h"

#include <stdatomic.h>
#include <unistd.h>

enum { CLIENTS = 6, GENERATIONS = 40, ROUNDS = 50 };

static struct daemon daemon_;
static atomic_bool enough;
static atomic_int answered, failed;

/* Generation g has 20 + g articles: an answer made of two generations is seen. */
static bool whole(const struct reply *reply)
{
    unsigned long long generation, total;
    const char *at = strstr(reply->body, "\"total\":");
    return reply->status == 200 && at &&
           sscanf(reply->body, "{\"generation\":%llu", &generation) == 1 &&
           sscanf(at, "\"total\":%llu", &total) == 1 &&
           total == 20 + generation;
}

static void *ask(void *arg)
{
    int fd = -1, kind = (int)(intptr_t)arg;
    for (int i = 0; !enough; i++) {
        if (fd < 0)
            fd = client_connect(&daemon_);
        bool fresh = (i + kind) % 7 == 0;
        const char *one = "GET /v1/search?q=istanbul+draft&limit=3 HTTP/1.1"
                          "\r\n\r\n",
                   *two = "GET /v1/count?q=istanbul HTTP/1.1\r\n\r\n"
                          "GET /v1/search?q=a&snippets=0 HTTP/1.1\r\n\r\n";
        client_send(fd, i % 2 ? one : two);
        for (int n = i % 2 ? 1 : 2; n > 0; n--) {
            struct reply reply = client_read(fd);
            if (whole(&reply))
                answered++;
            else if (failed++ == 0)
                print_error("%u %s\n", reply.status, reply.body);
            reply_free(&reply);
        }
        if (fresh) {
            close(fd);
            fd = -1;
        }
    }
    if (fd >= 0)
        close(fd);
    return NULL;
}

static void *leave_early(void *arg)
{
    (void)arg;
    for (int i = 0; !enough; i++) {
        int fd = client_connect(&daemon_);
        client_send(fd, i % 3 == 0   ? "GET /v1/count?q=slow HTTP/1.1\r\n\r\n"
                        : i % 3 == 1 ? "POST /v1/reload HTTP/1.1\r\n"
                                       "Content-Length: 0\r\n\r\n"
                                     : "GET /v1/se");
        usleep((useconds_t)(i % 5) * 500);
        close(fd);
    }
    return NULL;
}

TEST(generations_change_under_load_without_one_failed_request)
{
    pthread_t client[CLIENTS + 1];
    daemon_prepare(&daemon_);
    fake_commit(daemon_.dir, 1, 21);
    daemon_start(&daemon_);
    enough = false;
    for (int i = 0; i < CLIENTS; i++)
        CHECK_EQ(pthread_create(&client[i], NULL, ask, (void *)(intptr_t)i), 0);
    CHECK_EQ(pthread_create(&client[CLIENTS], NULL, leave_early, NULL), 0);
    for (uint64_t g = 2; g < 2 + GENERATIONS; g++) {
        fake_commit(daemon_.dir, g, 20 + g);
        if (g % 2) {
            int fd = client_connect(&daemon_);
            CHECK(client_send(fd, "POST /v1/reload HTTP/1.1\r\n"
                                  "Content-Length: 0\r\n\r\n"));
            char want[64];
            struct reply reply = client_read(fd);
            snprintf(want, sizeof want, "{\"generation\":%llu,",
                     (unsigned long long)g);
            CHECK_MSG(strncmp(reply.body, want, strlen(want)) == 0, "%s: %s",
                      want, reply.body);
            reply_free(&reply);
            close(fd);
        } else {
            usleep(5000);
        }
    }
    CHECK(daemon_says(&daemon_, "/v1/status", "\"generation\":41,"));
    enough = true;
    for (int i = 0; i <= CLIENTS; i++)
        pthread_join(client[i], NULL);
    CHECK_EQ(failed, 0);
    CHECK(answered > CLIENTS);
    daemon_stop(&daemon_);
}

/* Started, asked, stopped at once: whatever is under way, it ends in order. */
TEST(a_stop_may_come_at_any_moment)
{
    for (int round = 0; round < ROUNDS; round++) {
        int fd[4];
        daemon_prepare(&daemon_);
        daemon_.options.grace_ms = 50;
        daemon_start(&daemon_);
        static const char *const requests[4] = {
            "GET /v1/count?q=slow HTTP/1.1\r\n\r\n",
            "GET /v1/search?q=a HTTP/1.1\r\n\r\nGET /v1/sta",
            "POST /v1/reload HTTP/1.1\r\nContent-Length: 0\r\n\r\n", ""};
        for (int i = 0; i < 4; i++) {
            fd[i] = client_connect(&daemon_);
            client_send(fd[i], requests[i]);
        }
        fake_commit(daemon_.dir, 2, 5);
        usleep((useconds_t)(round * 100));
        daemon_stop(&daemon_);
        for (int i = 0; i < 4; i++) {
            CHECK(client_sees_end(fd[i]));
            close(fd[i]);
        }
    }
}

RUN(T(generations_change_under_load_without_one_failed_request),
    T(a_stop_may_come_at_any_moment))
