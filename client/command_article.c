#include "base/limits.h"
#include "client/command.h"
#include "wire/http.h"

#include <stdio.h>
#include <string.h>

static const char show_usage[] =
    "usage: dateline show [OPTION]... KEY\n"
    "\n"
    "Shows a whole article. Its key stands below its title in a search.\n";

enum { VERSION_MAX = 999999999 };

static const char status_usage[] =
    "usage: dateline status [OPTION]...\n"
    "\n"
    "Shows what the daemon serves, and how it is.\n";

enum exit_status command_show(int argc, char **argv)
{
    static const struct view view = {.print = print_article,
                                     .missing_is_none = true};
    struct session session = {0};
    struct option_table table = {0};
    struct request request = {0};
    struct strbuf path;
    enum exit_status status;
    long version = 0;
    int rest;
    option_table_add(
        &table, (struct option){"version", 0, OPTION_NUMBER, &version, "N",
                                "as it was: 1 is the oldest [the current one]",
                                1, VERSION_MAX});
    if (!session_begin(&session, &table, show_usage, argc, argv, &rest,
                       &status))
        return status;
    if (rest != 1 || !*argv[2])
        return complain("which article? one key, please\n%s", show_usage);
    strbuf_init(&path, LIMIT_HTTP_HEADER_BYTES);
    strbuf_add_text(&path, "/v1/articles/");
    http_encode(&path, slice_of(argv[2]));
    if (path.failed) {
        status = complain("%.40s...: too long for a key", argv[2]);
    } else {
        request.path = path.data;
        if (version)
            request_number(&request, "version", version);
        status = session_ask(&session, &request, &view);
    }
    strbuf_release(&path);
    session_end(&session);
    return status;
}

enum exit_status command_status(int argc, char **argv)
{
    static const struct view view = {.print = print_status};
    struct session session = {0};
    struct option_table table = {0};
    struct request request = {.path = "/v1/status"};
    enum exit_status status;
    int rest;
    if (!session_begin(&session, &table, status_usage, argc, argv, &rest,
                       &status))
        return status;
    if (rest > 0)
        return complain("status takes no words, but there is '%s'", argv[2]);
    status = session_ask(&session, &request, &view);
    session_end(&session);
    return status;
}
