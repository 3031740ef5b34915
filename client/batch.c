#include "client/batch.h"

#include "base/limits.h"
#include "client/pairs.h"

#include <errno.h>
#include <string.h>

void batch_add_row(struct option_table *table, const char **file)
{
    option_table_add(table,
                     (struct option){"batch", 0, OPTION_TEXT, file, "FILE",
                                     "ask each ID<TAB>QUERY line of a "
                                     "file, - for stdin",
                                     0, 0});
}

static enum exit_status ask_pair(const struct batch *batch,
                                 const struct pair *pair)
{
    struct strbuf id;
    enum exit_status status = EXIT_TROUBLE;
    if (!pair_name_is_good(pair->name))
        return complain("an id has no blanks, no # at its start, and is UTF-8");
    strbuf_init(&id, LIMIT_HTTP_BODY_BYTES);
    strbuf_add_slice(&id, pair->name);
    if (id.failed)
        complain("the id is too long");
    else if (question_set(batch->question, batch->session, pair->value))
        status = batch->one(batch->context, id.data);
    strbuf_release(&id);
    return status;
}

static enum exit_status ask_all(const struct batch *batch, FILE *in,
                                const char *file)
{
    struct pairs pairs;
    struct pair pair;
    struct err err = {0};
    bool any = false, failed = false;
    int rc;
    pairs_init(&pairs, in);
    while ((rc = pairs_next(&pairs, &pair, &err)) > 0 || rc == ERR_INVALID) {
        enum exit_status status = EXIT_TROUBLE;
        if (rc == ERR_INVALID)
            complain("%s", err.text);
        else
            status = ask_pair(batch, &pair);
        any |= status == EXIT_HITS;
        failed |= status == EXIT_TROUBLE;
        if (status == EXIT_TROUBLE)
            fprintf(stderr, "  in line %zu of %s\n", pair.line, file);
        if (batch->session->lost)
            break;
    }
    if (rc < 0 && rc != ERR_INVALID)
        complain("%s: %s", file, err.text);
    pairs_release(&pairs);
    if (failed || rc < 0)
        return EXIT_TROUBLE;
    return any ? EXIT_HITS : EXIT_NONE;
}

enum exit_status batch_run(const struct batch *batch, const char *file)
{
    if (strcmp(file, "-") == 0)
        return ask_all(batch, stdin, "standard input");
    FILE *in = fopen(file, "re");
    if (!in)
        return complain("open %s: %s", file, strerror(errno));
    enum exit_status status = ask_all(batch, in, file);
    fclose(in);
    return status;
}

enum exit_status batch_ask_json(struct session *session,
                                const struct request *request, const char *id,
                                const struct view *view)
{
    struct fetched fetched;
    struct strbuf out;
    enum exit_status status = EXIT_TROUBLE;
    strbuf_init(&out, LIMIT_REPLY_BYTES + LIMIT_HTTP_BODY_BYTES);
    if (!session_fetch(session, request, NULL, &fetched, NULL))
        goto out;
    reply_write_tagged(&out, id,
                       slice_trim(strbuf_slice(&fetched.answer.body)));
    if (!fetched.reply)
        complain("%s", fetched.why.text);
    else if (out.failed)
        complain("no memory to print the answer");
    else if (session_write(session, stdout, strbuf_slice(&out)))
        status = session_judge(&fetched, view);
    if (fetched.reply && status == EXIT_TROUBLE && !session->lost)
        complain("it was refused (HTTP status %u)", fetched.answer.status);
out:
    strbuf_release(&out);
    fetched_release(&fetched);
    return status;
}
