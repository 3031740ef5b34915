/* dateline-queryd: answers queries over one index on a Unix socket. */
#include "base/err.h"
#include "base/log.h"
#include "base/options.h"
#include "engine/register_file.h"
#include "engine/registry/engines.h"
#include "queryd/server.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { EXIT_USAGE = 2, WORKERS_MAX = 256 };

static int open_index(const char *dir, struct snapshot **out, struct err *err)
{
    return snapshot_open(dir, engines, out, err);
}

/* A thousand connections need more than the usual thousand descriptors. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static long processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > WORKERS_MAX ? WORKERS_MAX : n;
}

static int parse_level(const char *name, enum log_level *out, struct err *err)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0) {
            *out = (enum log_level)i;
            return ERR_OK;
        }
    return err_set(err, ERR_INVALID,
                   "--log-level is debug, info, warning or error, not '%s'",
                   name);
}

static int failed(const struct err *err)
{
    fprintf(stderr, "dateline-queryd: %s\n", err->text);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    struct server_options options = {.open = open_index,
                                     .open_register = register_file_read,
                                     .signals = true};
    const char *level_name = "info";
    long workers = processors();
    const struct option table[] = {
        {"index", 0, OPTION_TEXT, &options.index_dir, "DIR",
         "the index to answer from (default: $DATELINE_INDEX)", 0, 0},
        {"socket", 0, OPTION_TEXT, &options.socket, "PATH",
         "the Unix socket (default: $DATELINE_SOCKET, else "
         "$XDG_RUNTIME_DIR/dateline.sock, else /run/dateline/dateline.sock)",
         0, 0},
        {"socket-group", 0, OPTION_TEXT, &options.socket_group, "GROUP",
         "the group that may connect", 0, 0},
        {"listen", 0, OPTION_TEXT, &options.listen, "127.0.0.1:PORT",
         "listen on a loopback port, too", 0, 0},
        {"workers", 0, OPTION_NUMBER, &workers, "N",
         "threads that answer (default: one a processor)", 1, WORKERS_MAX},
        {"log-queries", 0, OPTION_FLAG, &options.log_queries, NULL,
         "log each request with its query", 0, 0},
        {"log-level", 0, OPTION_TEXT, &level_name, "LEVEL",
         "debug, info (default), warning or error", 0, 0},
        {0},
    };
    struct err err = {0};
    enum log_level level = LOG_INFO;
    struct server *server;
    bool help = false;
    int rest = 0;
    if (options_parse(table, argc, argv, 1, &rest, &help, &err))
        return failed(&err);
    if (help) {
        printf("usage: dateline-queryd --index DIR [OPTION]...\n"
               "Answers queries over an index, HTTP/1.1 and JSON on a Unix "
               "socket (docs/protocol.md).\n\n");
        options_print(table);
        return 0;
    }
    if (rest > 0) {
        err_set(&err, ERR_INVALID, "what is '%s'? see --help", argv[1]);
        return failed(&err);
    }
    if (!options.index_dir)
        options.index_dir = getenv("DATELINE_INDEX");
    if (!options.index_dir || !*options.index_dir) {
        err_set(&err, ERR_INVALID,
                "no index: give --index DIR or set DATELINE_INDEX");
        return failed(&err);
    }
    if (parse_level(level_name, &level, &err))
        return failed(&err);
    log_set_level(level);
    options.workers = (unsigned)workers;
    signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit();
    if (server_new(&options, &server, &err))
        return failed(&err);
    server_run(server);
    server_free(server);
    return 0;
}
