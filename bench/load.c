/* load.c - dateline-load: clients that ask a daemon without pause, and how long they wait.
 *
 *     dateline-load SOCKET CLIENTS SECONDS TARGETS
 *
 * TARGETS is a file with a request target a line ("/v1/search?q=oil"). Each client has a
 * thread and a connection that is kept, and one request outstanding; together they go
 * through the targets in order, again and again, until the time is over or SIGTERM comes.
 * Prints one JSON object; a time is from the write of a request to the last byte of its
 * reply. Any status but 200 ends the program. */
#include "base/cancel.h"
#include "base/err.h"
#include "base/strbuf.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { CLIENTS_MAX = 1024, REPLY_MAX = 16 << 20 };

struct load {
    const char *socket;
    char **target;
    size_t count;
    uint64_t end_ns;
    atomic_size_t next; /* question */
    atomic_bool failed;
};

struct client {
    struct load *load;
    int fd;
    struct strbuf request;
    char *reply; /* REPLY_MAX + 1 */
    uint64_t *took_ns;
    size_t asked, cap;
    struct err err;
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
    (void)signal;
    stopped = 1;
}

static int connect_client(struct client *client)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s",
             client->load->socket);
    client->fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (client->fd < 0 ||
        connect(client->fd, (struct sockaddr *)&address, sizeof address))
        return err_set_errno(&client->err, "connecting to",
                             client->load->socket);
    return ERR_OK;
}

static int send_request(struct client *client, const char *target)
{
    strbuf_reset(&client->request);
    strbuf_addf(&client->request, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n",
                target);
    const struct strbuf *request = &client->request;
    if (send(client->fd, request->data, request->len, MSG_NOSIGNAL) !=
        (ssize_t)request->len)
        return err_set_errno(&client->err, "asking", target);
    return ERR_OK;
}

/* Bytes of the whole reply once its header is there; 0 until then. */
static size_t reply_size(const char *reply)
{
    static const char field[] = "content-length:";
    const char *end = strstr(reply, "\r\n\r\n");
    const char *length = end ? strcasestr(reply, field) : NULL;
    if (!length || length > end)
        return 0;
    return (size_t)(end + 4 - reply) +
           strtoul(length + sizeof field - 1, NULL, 10);
}

static int read_reply(struct client *client, const char *target)
{
    size_t got = 0, size = 0;
    while (size == 0 || got < size) {
        ssize_t n = recv(client->fd, client->reply + got, REPLY_MAX - got, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return err_set(&client->err, ERR_IO, "%s: no whole reply", target);
        got += (size_t)n;
        client->reply[got] = '\0';
        if (size == 0)
            size = reply_size(client->reply);
    }
    if (strncmp(client->reply, "HTTP/1.1 200 ", 13) != 0)
        return err_set(&client->err, ERR_INVALID, "%s: %.300s", target,
                       client->reply);
    return ERR_OK;
}

static int note(struct client *client, uint64_t took_ns)
{
    if (client->asked == client->cap) {
        client->cap = client->cap ? 2 * client->cap : 1 << 16;
        uint64_t *more = realloc(client->took_ns, client->cap * sizeof *more);
        if (!more)
            return err_set(&client->err, ERR_NOMEM, "no memory for times");
        client->took_ns = more;
    }
    client->took_ns[client->asked++] = took_ns;
    return ERR_OK;
}

static void *run_client(void *context)
{
    struct client *client = context;
    struct load *load = client->load;
    int rc = connect_client(client);
    while (rc == ERR_OK && !stopped && !load->failed &&
           clock_ns() < load->end_ns) {
        const char *target = load->target[load->next++ % load->count];
        uint64_t asked_ns = clock_ns();
        rc = send_request(client, target);
        if (rc == ERR_OK)
            rc = read_reply(client, target);
        if (rc == ERR_OK)
            rc = note(client, clock_ns() - asked_ns);
    }
    if (rc)
        load->failed = true;
    return NULL;
}

static int by_size(const void *a, const void *b)
{
    uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;
    return (first > second) - (first < second);
}

static void print_times(uint64_t *took_ns, size_t count, double seconds)
{
    double sum = 0;
    qsort(took_ns, count, sizeof *took_ns, by_size);
    for (size_t i = 0; i < count; i++)
        sum += (double)took_ns[i];
    printf(
        "{\"requests\":%zu,\"seconds\":%.3f,\"per_second\":%.1f,"
        "\"mean_us\":%.1f,\"p50_us\":%.1f,\"p99_us\":%.1f,\"max_us\":%.1f}\n",
        count, seconds, (double)count / seconds, sum / 1e3 / (double)count,
        (double)took_ns[(count - 1) / 2] / 1e3,
        (double)took_ns[(count * 99 + 99) / 100 - 1] / 1e3,
        (double)took_ns[count - 1] / 1e3);
}

/* All clients' times in one row. */
static int report(const struct client *client, size_t clients, double seconds)
{
    size_t count = 0, at = 0;
    for (size_t i = 0; i < clients; i++) {
        if (client[i].err.code) {
            fprintf(stderr, "dateline-load: %s\n", client[i].err.text);
            return 1;
        }
        count += client[i].asked;
    }
    uint64_t *all = malloc((count + 1) * sizeof *all);
    if (!all || count == 0) {
        fprintf(stderr, "dateline-load: nothing was asked\n");
        free(all);
        return 1;
    }
    for (size_t i = 0; i < clients; i++) {
        memcpy(all + at, client[i].took_ns,
               client[i].asked * sizeof *client[i].took_ns);
        at += client[i].asked;
    }
    print_times(all, count, seconds);
    free(all);
    return 0;
}

static int run(struct load *load, size_t clients)
{
    pthread_t thread[CLIENTS_MAX];
    struct client *client = calloc(clients, sizeof *client);
    size_t started = 0;
    uint64_t started_ns = clock_ns();
    for (; client && started < clients; started++) {
        struct client *one = &client[started];
        one->load = load;
        one->fd = -1;
        one->reply = malloc(REPLY_MAX + 1);
        strbuf_init(&one->request, 1 << 20);
        if (!one->reply ||
            pthread_create(&thread[started], NULL, run_client, one))
            break;
    }
    load->failed |= started < clients;
    for (size_t i = 0; i < started; i++)
        pthread_join(thread[i], NULL);
    int status =
        started < clients
            ? 1
            : report(client, clients, (double)(clock_ns() - started_ns) / 1e9);
    for (size_t i = 0; i < started; i++) {
        close(client[i].fd);
        strbuf_release(&client[i].request);
        free(client[i].reply);
        free(client[i].took_ns);
    }
    free(client);
    return status;
}

static bool read_targets(const char *path, struct load *load)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t cap = 0;
    for (ssize_t len; file && (len = getline(&line, &cap, file)) > 0;) {
        char **more =
            realloc(load->target, (load->count + 1) * sizeof *load->target);
        if (!more)
            break;
        line[strcspn(line, "\n")] = '\0';
        load->target = more;
        load->target[load->count++] = line;
        line = NULL;
    }
    free(line);
    if (file)
        fclose(file);
    return load->count > 0;
}

int main(int argc, char **argv)
{
    struct load load = {0};
    long clients = argc == 5 ? strtol(argv[2], NULL, 10) : 0;
    if (clients < 1 || clients > CLIENTS_MAX || !read_targets(argv[4], &load)) {
        fprintf(stderr, "dateline-load SOCKET CLIENTS SECONDS TARGETS\n");
        return 2;
    }
    signal(SIGTERM, stop);
    load.socket = argv[1];
    load.end_ns = clock_ns() + (uint64_t)(strtod(argv[3], NULL) * 1e9);
    int status = run(&load, (size_t)clients);
    for (size_t i = 0; i < load.count; i++)
        free(load.target[i]);
    free(load.target);
    return status;
}
