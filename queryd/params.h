/* params.h - a request's parameters, read by one table: from the target, from a JSON
 * body, or both; each at most once, and none that the endpoint does not know.
 */
#ifndef QUERYD_PARAMS_H
#define QUERYD_PARAMS_H

#include "wire/http.h"

enum { MATCH_QUERY, MATCH_ANY };
enum { COUNT_EXACT, COUNT_NO };
enum { EXPORT_ARTICLES, EXPORT_HITS };
enum { FORMAT_JSONL, FORMAT_CSV, FORMAT_TREC };
enum { EXPORT_STANDARD, EXPORT_RELEVANCE, EXPORT_DATE, EXPORT_INDEX };
enum word_sort { BY_LOG_LIKELIHOOD, BY_LOG_DICE };
enum { GROUP_NONE, GROUP_SOURCE };
enum { OF_NONE, OF_ENTITY, OF_PERSON, OF_PLACE, OF_ORG };
enum {
    TYPE_ANY,
    TYPE_PERSON,
    TYPE_PLACE,
    TYPE_ORG,
    TYPE_EVENT,
    TYPE_DOCUMENT
}; /* enum entity_kind, and one more */
enum {
    FACETS_BY_SOURCE,
    FACETS_BY_LANG,
    FACETS_BY_TOPIC,
    FACETS_BY_YEAR,
    FACETS_BY_WORDS,
    FACETS_BY_ENTITY,
    FACETS_BY_PERSON,
    FACETS_BY_PLACE,
    FACETS_BY_ORG
};
/* kwic's sort: enum kwic_sort, and behind it */
enum { KWIC_BY_INDEX = 5 };

struct params {
    struct slice q, phrase, cursor; /* data NULL: not given */
    uint32_t match;                 /* MATCH_ */
    uint32_t sort;                  /* enum search_sort, kwic_sort, EXPORT_ */
    uint32_t count;                 /* COUNT_ */
    uint32_t limit, hits, snippets, relax, deadline_ms, cite, strict;

    uint32_t width, unit, sample, seed; /* kwic; unit: enum kwic_unit */

    uint32_t what, format; /* export: EXPORT_, FORMAT_ */
    struct slice qid, tag;

    uint32_t by;               /* enum timeline_by, FACETS_BY_ */
    uint32_t group, of, top;   /* timeline: GROUP_, OF_; columns */
    uint32_t window, min;      /* collocates; its sort: enum word_sort */
    uint32_t type, companions; /* entities: TYPE_ */
    uint32_t version;          /* article: from 1; 0: the current one */
};

/* What each endpoint allows; lists end in NULL. A name may be "kwic.sort": what the
 * client calls sort, with kwic's values and standard. */
extern const char *const search_params[];
extern const char *const count_params[];
extern const char *const explain_params[];
extern const char *const kwic_params[];
extern const char *const export_params[];
extern const char *const timeline_params[];
extern const char *const facets_params[];
extern const char *const collocates_params[];
extern const char *const entities_params[];
extern const char *const article_params[];
extern const char *const no_params[];

/* `allowed` is the endpoint's list. Text is in `arena`, or borrows from `target`.
 * ERR_INVALID with a sentence that names the parameter. */
int params_read(const struct http_target *target, struct slice body,
                const char *const *allowed, struct arena *arena,
                struct params *out, struct err *err);

#endif
