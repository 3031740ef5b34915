#include "indexer/report.h"

#include "base/cancel.h"
#include "base/json_out.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *json, *one, *many;
} outcome_text[UPSERT_KINDS] = {
    [UPSERT_NEW] = {"added", "added", "added"},
    [UPSERT_NEW_VERSION] = {"new_versions", "new version", "new versions"},
    [UPSERT_SAME] = {"unchanged", "the same text again", "the same text again"},
    [UPSERT_OLDER] = {"older", "old version that came late",
                      "old versions that came late"},
    [UPSERT_CONFLICT] = {"conflicts", "conflict, kept under a key of its own",
                         "conflicts, kept under keys of their own"},
};

int report_open(struct report *report, const struct report_options *options,
                const char *rejects_path, struct err *err)
{
    *report = (struct report){.options = *options,
                              .started_ns = clock_ns(),
                              .bar = {.on = options->bar}};
    strbuf_init(&report->conflicts, 1 << 16);
    return rejects_open(&report->rejects, rejects_path, err);
}

void report_close(struct report *report)
{
    rejects_close(&report->rejects);
    strbuf_release(&report->conflicts);
}

int report_reject(struct report *report, const char *file,
                  const struct reject *reject, struct err *err)
{
    report->records++;
    return rejects_add(&report->rejects, file, reject, err);
}

void report_outcome(struct report *report, enum upsert_kind kind,
                    struct slice key)
{
    report->records++;
    report->outcome[kind]++;
    if (kind == UPSERT_CONFLICT && report->outcome[kind] <= CONFLICTS_SHOWN) {
        strbuf_add_slice(&report->conflicts, key);
        strbuf_add_char(&report->conflicts, '\n');
    }
}

uint64_t report_changes(const struct report *report)
{
    return report->outcome[UPSERT_NEW] + report->outcome[UPSERT_NEW_VERSION] +
           report->outcome[UPSERT_CONFLICT];
}

static double seconds_since(uint64_t started_ns)
{
    return (double)(clock_ns() - started_ns) / 1e9;
}

static double megabytes_per_second(const struct report *report, double seconds)
{
    return seconds > 0 ? (double)report->bytes / 1e6 / seconds : 0;
}

void report_tick(struct report *report, uint64_t bytes, uint64_t done)
{
    if (!bar_due(&report->bar))
        return;
    char left[64] = "";
    double seconds = seconds_since(report->started_ns);
    double megabytes = (double)(report->bytes + bytes) / 1e6;
    done += report->done;
    if (done > report->expected) /* a file grew, or comes from a pipe */
        done = report->expected;
    if (done) {
        double part = (double)done / (double)report->expected;
        unsigned long more = (unsigned long)(seconds / part - seconds);
        snprintf(left, sizeof left, ", %.0f %%, %lu:%02lu left", part * 100,
                 more / 60, more % 60);
    }
    bar_draw(&report->bar, "%llu articles, %.1f MB/s%s",
             (unsigned long long)report->records,
             seconds > 0 ? megabytes / seconds : 0, left);
}

int reject_allowance_parse(const char *text, struct reject_allowance *out,
                           struct err *err)
{
    *out = (struct reject_allowance){0};
    size_t digits = strspn(text, "0123456789.");
    char *end;
    if (digits && strcmp(text + digits, "%") == 0) {
        out->percent = strtod(text, &end);
        if (strcmp(end, "%") == 0 && out->percent <= 100)
            return ERR_OK;
    } else if (digits && digits < 19 && text[digits] == '\0' &&
               !strchr(text, '.')) {
        out->count = strtoull(text, NULL, 10);
        return ERR_OK;
    }
    return err_set(
        err, ERR_INVALID,
        "--max-rejects %s: a number or a percentage, as in 20 or 2%%", text);
}

bool report_rejects_allowed(const struct report *report,
                            struct reject_allowance allowance)
{
    uint64_t rejects = report->rejects.count;
    return rejects <= allowance.count ||
           (double)rejects * 100 <= allowance.percent * (double)report->records;
}

void report_print_rejects(const struct report *report)
{
    const struct rejects *rejects = &report->rejects;
    if (rejects->count == 0)
        return;
    unsigned long long count = rejects->count, records = report->records;
    if (!report->options.details) {
        fprintf(stderr,
                "dateline-index: %llu of %llu records rejected; the first: "
                "%s\n",
                count, records, rejects->shown[0]);
        return;
    }
    for (size_t i = 0; i < rejects->shown_count; i++)
        fprintf(stderr, "dateline-index: %s\n", rejects->shown[i]);
    if (count > rejects->shown_count)
        fprintf(stderr, "dateline-index: ... and %llu more%s\n",
                count - rejects->shown_count,
                rejects->path ? "" : "; --rejects FILE writes all");
    fprintf(stderr, "dateline-index: %llu of %llu records rejected\n", count,
            records);
}

static void print_conflicts(struct slice keys, FILE *out)
{
    for (size_t at = 0, i = 0; i < keys.len; i++)
        if (keys.data[i] == '\n') {
            fprintf(out, "%12s%.*s\n", "", SLICE_ARG(slice_part(keys, at, i)));
            at = i + 1;
        }
}

int report_summary(const struct report *report,
                   const struct generation_info *info, FILE *out)
{
    struct arena arena;
    struct reject_reason *reason;
    size_t reason_count;
    arena_init(&arena, 1 << 20);
    int rc =
        rejects_by_reason(&report->rejects, &arena, &reason, &reason_count);
    if (rc)
        goto out;

    double seconds = seconds_since(report->started_ns);
    fprintf(out, "%llu records, %.1f MB in %.1f s (%.1f MB/s)\n",
            (unsigned long long)report->records, (double)report->bytes / 1e6,
            seconds, megabytes_per_second(report, seconds));
    for (int kind = 0; kind < UPSERT_KINDS; kind++) {
        unsigned long long count = report->outcome[kind];
        if (!outcome_text[kind].json || (count == 0 && kind != UPSERT_NEW))
            continue;
        fprintf(out, "%10llu %s\n", count,
                count == 1 ? outcome_text[kind].one : outcome_text[kind].many);
        if (kind == UPSERT_CONFLICT)
            print_conflicts(strbuf_slice(&report->conflicts), out);
    }
    if (report->rejects.count)
        fprintf(out, "%10llu rejected\n",
                (unsigned long long)report->rejects.count);
    for (size_t i = 0; i < reason_count; i++)
        fprintf(out, "%12s%llu: %.*s\n", "",
                (unsigned long long)reason[i].count,
                SLICE_ARG(reason[i].reason));
    fprintf(out, "%s %llu: %llu articles\n",
            report_changes(report) ? "generation"
                                   : "no new generation; still generation",
            (unsigned long long)info->generation,
            (unsigned long long)info->articles);
out:
    arena_reset(&arena);
    return rc;
}

static void json_conflicts(struct json_out *j, struct slice keys)
{
    json_out_key(j, "conflict_keys");
    json_out_array(j);
    for (size_t at = 0, i = 0; i < keys.len; i++)
        if (keys.data[i] == '\n') {
            json_out_slice(j, slice_part(keys, at, i));
            at = i + 1;
        }
    json_out_end(j);
}

static void json_reasons(struct json_out *j, const struct reject_reason *reason,
                         size_t count)
{
    json_out_key(j, "reject_reasons");
    json_out_array(j);
    for (size_t i = 0; i < count; i++) {
        json_out_object(j);
        json_out_key(j, "reason");
        json_out_slice(j, reason[i].reason);
        json_out_key(j, "count");
        json_out_u64(j, reason[i].count);
        json_out_end(j);
    }
    json_out_end(j);
}

int report_json(const struct report *report, const struct generation_info *info,
                FILE *out)
{
    struct arena arena;
    struct strbuf text;
    struct json_out j;
    struct reject_reason *reason;
    size_t reason_count;
    arena_init(&arena, 1 << 20);
    strbuf_init(&text, 1 << 20);
    int rc =
        rejects_by_reason(&report->rejects, &arena, &reason, &reason_count);
    if (rc)
        goto out;

    double seconds = seconds_since(report->started_ns);
    json_out_begin(&j, &text);
    json_out_object(&j);
    json_out_key(&j, "records");
    json_out_u64(&j, report->records);
    for (int kind = 0; kind < UPSERT_KINDS; kind++)
        if (outcome_text[kind].json) {
            json_out_key(&j, outcome_text[kind].json);
            json_out_u64(&j, report->outcome[kind]);
        }
    json_out_key(&j, "rejected");
    json_out_u64(&j, report->rejects.count);
    json_reasons(&j, reason, reason_count);
    json_conflicts(&j, strbuf_slice(&report->conflicts));
    json_out_key(&j, "generation");
    json_out_u64(&j, info->generation);
    json_out_key(&j, "new_generation");
    json_out_bool(&j, report_changes(report) > 0);
    json_out_key(&j, "articles");
    json_out_u64(&j, info->articles);
    json_out_key(&j, "words");
    json_out_u64(&j, info->words);
    json_out_key(&j, "bytes_read");
    json_out_u64(&j, report->bytes);
    json_out_key(&j, "seconds");
    json_out_double(&j, seconds, 3);
    json_out_key(&j, "mb_per_second");
    json_out_double(&j, megabytes_per_second(report, seconds), 1);
    json_out_end(&j);
    if (text.failed)
        rc = ERR_NOMEM;
    else
        fprintf(out, "%s\n", text.data);
out:
    strbuf_release(&text);
    arena_reset(&arena);
    return rc;
}
