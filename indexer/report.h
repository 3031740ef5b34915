/* report.h - what a run did, for whoever is looking: a bar while it runs, a summary
 * or a JSON object at its end.
 *
 * Without a terminal a run that went well says nothing at all; one that did not says
 * one line on stderr.
 */
#ifndef INDEXER_REPORT_H
#define INDEXER_REPORT_H

#include "engine/engine.h"
#include "indexer/bar.h"
#include "indexer/rejects.h"
#include "indexer/upsert.h"

struct report_options {
    bool bar;     /* draw progress on stderr */
    bool details; /* list rejects on stderr, instead of one line */
};

enum { CONFLICTS_SHOWN = 20 };

struct report {
    struct report_options options;
    struct rejects rejects;
    uint64_t records;               /* articles and rejects */
    uint64_t outcome[UPSERT_KINDS]; /* articles by what became of them */
    uint64_t bytes;                 /* decompressed input */
    /* How far it is: bytes of files, or whatever is counted; expected 0: not known. */
    uint64_t done, expected;
    struct strbuf conflicts; /* keys of the first ones, a line each */
    uint64_t started_ns;
    struct bar bar;
};

int report_open(struct report *report, const struct report_options *options,
                const char *rejects_path, struct err *err);
void report_close(struct report *report);

int report_reject(struct report *report, const char *file,
                  const struct reject *reject, struct err *err);
void report_outcome(struct report *report, enum upsert_kind kind,
                    struct slice key);
/* Redraw the bar, when it is time: `bytes` of the current file were read, `done` more of
 * what is expected. */
void report_tick(struct report *report, uint64_t bytes, uint64_t done);

/* Put or replaced: what the writer has been given. */
uint64_t report_changes(const struct report *report);

/* "N" or "P%": how many rejects are all right. ERR_INVALID. */
struct reject_allowance {
    uint64_t count;
    double percent;
};
int reject_allowance_parse(const char *text, struct reject_allowance *out,
                           struct err *err);
bool report_rejects_allowed(const struct report *report,
                            struct reject_allowance allowance);

/* On stderr: nothing without rejects, else the details or the one line. */
void report_print_rejects(const struct report *report);
int report_summary(const struct report *report,
                   const struct generation_info *info, FILE *out);
int report_json(const struct report *report, const struct generation_info *info,
                FILE *out);

#endif
