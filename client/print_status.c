#include "client/layout.h"
#include "client/print.h"

#include <inttypes.h>
#include <string.h>

enum { LABEL_COLUMNS = 14 };

enum form { TEXT, NUMBER, BYTES, DURATION };

static void print_bytes(struct strbuf *out, uint64_t bytes)
{
    static const char *const units[] = {"KB", "MB", "GB", "TB"};
    double n = (double)bytes / 1000;
    size_t unit = 0;
    for (; n >= 999.95 && unit + 1 < sizeof units / sizeof *units; unit++)
        n /= 1000;
    strbuf_addf(out, "%.1f %s", n, units[unit]);
}

static void print_duration(struct strbuf *out, uint64_t seconds)
{
    if (seconds >= 86400)
        strbuf_addf(out, "%" PRIu64 " d ", seconds / 86400);
    if (seconds >= 3600)
        strbuf_addf(out, "%" PRIu64 " h ", seconds / 3600 % 24);
    if (seconds >= 60)
        strbuf_addf(out, "%" PRIu64 " min", seconds / 60 % 60);
    else
        strbuf_addf(out, "%" PRIu64 " s", seconds);
}

static void print_label(struct strbuf *out, const char *label)
{
    strbuf_add_text(out, label);
    layout_blanks(out, LABEL_COLUMNS - strlen(label));
}

/* "ok, 2025-08-20 10:00", or why the newest generation could not be adopted. */
static void print_last_reload(struct strbuf *out, struct shape *shape,
                              const json_t *reply)
{
    if (!reply_has(reply, "last_reload"))
        return;
    const json_t *reload = must_object(shape, reply, "last_reload");
    struct slice at = reply_text(shape, reload, "at");
    struct slice message = reply_text(shape, reload, "message");
    print_label(out, "last reload");
    bool ok = json_is_true(json_object_get(reload, "ok"));
    strbuf_add_text(out, ok ? "ok" : "FAILED");
    if (at.len) {
        strbuf_add_text(out, ", ");
        print_date(out, at);
    }
    if (message.len) {
        strbuf_add_text(out, ": ");
        layout_clean(out, message);
    }
    strbuf_add_char(out, '\n');
}

/* "12,000 entities", or why names are not understood. */
static void print_register(struct strbuf *out, struct shape *shape,
                           const json_t *reply)
{
    if (!reply_has(reply, "register"))
        return;
    const json_t *names = must_object(shape, reply, "register");
    print_label(out, "register");
    if (reply_has(names, "warning")) {
        strbuf_add_text(out, "FAILED: ");
        layout_clean(out, reply_text(shape, names, "warning"));
    } else {
        layout_number(out, must_u64(shape, names, "entities"));
        strbuf_add_text(out, " entities");
    }
    strbuf_add_char(out, '\n');
}

void print_status(struct strbuf *out, struct shape *shape, const json_t *reply,
                  const struct look *look)
{
    static const struct {
        const char *name, *label;
        enum form form;
    } rows[] = {
        {"index", "index", TEXT},
        {"engine", "engine", TEXT},
        {"generation", "generation", NUMBER},
        {"committed", "committed", TEXT},
        {"articles", "articles", NUMBER},
        {"words", "words", NUMBER},
        {"bytes", "size", BYTES},
        {"corpus_digest", "corpus digest", TEXT},
        {"version", "version", TEXT},
        {"uptime_s", "up for", DURATION},
        {"workers", "workers", NUMBER},
        {"queue", "waiting", NUMBER},
        {"connections", "connections", NUMBER},
        {"requests", "requests", NUMBER},
        {"errors", "errors", NUMBER},
    };
    (void)look;
    must_u64(shape, reply, "generation");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *name = rows[i].name;
        if (!reply_has(reply, name))
            continue;
        print_label(out, rows[i].label);
        switch (rows[i].form) {
        case TEXT:
            layout_clean(out, reply_text(shape, reply, name));
            break;
        case NUMBER:
            layout_number(out, reply_u64(shape, reply, name));
            break;
        case BYTES:
            print_bytes(out, reply_u64(shape, reply, name));
            break;
        case DURATION:
            print_duration(out, reply_u64(shape, reply, name));
            break;
        }
        strbuf_add_char(out, '\n');
    }
    print_last_reload(out, shape, reply);
    print_register(out, shape, reply);
}
