/* What kwic and export say, and citations. */
#include "queryd/daemon.h"

#include "base/err.h"
#include "check.h"

#include <jansson.h>
#include <math.h>
#include <unistd.h>

enum {
    ARTICLES = 40,
    HITS = 3 * ARTICLES,
    MANY = 200, /* more than are kept decoded */
    MANY_HITS = 3 * MANY,
};

static struct daemon daemon_;

static void begin_with(uint64_t articles)
{
    daemon_prepare(&daemon_);
    fake_commit(daemon_.dir, 1, articles);
    daemon_start(&daemon_);
}

static void begin(void)
{
    begin_with(ARTICLES);
}

static struct reply get(const char *target)
{
    struct reply reply = daemon_get(&daemon_, target);
    CHECK_MSG(reply.status == 200, "%s: %u %s", target, reply.status,
              reply.body);
    return reply;
}

/* --- concordance lines, read back --- */

struct line {
    char text[400]; /* all of it */
    char key[40], left[200], right[200], date[40], source[20];
    int position;
};

struct concordance {
    struct line line[MANY_HITS + 1];
    size_t count;
};

static void copy(char *out, size_t size, json_t *object, const char *name)
{
    json_t *value = json_object_get(object, name);
    CHECK_MSG(value, "no %s", name);
    snprintf(out, size, "%s",
             json_is_null(value) ? "" : json_string_value(value));
}

static void read_line(const char *text, struct line *out)
{
    json_error_t fault;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &fault);
    CHECK_MSG(json, "%s: %s", fault.text, text);
    snprintf(out->text, sizeof out->text, "%s", text);
    copy(out->key, sizeof out->key, json, "key");
    copy(out->left, sizeof out->left, json, "left");
    copy(out->right, sizeof out->right, json, "right");
    copy(out->date, sizeof out->date, json, "date");
    copy(out->source, sizeof out->source, json, "source");
    out->position = (int)json_integer_value(json_object_get(json, "position"));
    const char *hit = json_string_value(json_object_get(json, "hit"));
    CHECK_TEXT(hit, "Istanbul");
    json_t *mark = json_array_get(json_object_get(json, "marks"), 0);
    CHECK_EQ(json_integer_value(json_array_get(mark, 0)), 0);
    CHECK_EQ(json_integer_value(json_array_get(mark, 1)), 8);
    json_decref(json);
}

static void read_concordance(const char *target, struct concordance *out)
{
    struct reply reply = get(target);
    char *save, *text = strtok_r(reply.body, "\n", &save);
    CHECK(text && strncmp(text, "{\"generation\":", 14) == 0);
    out->count = 0;
    while ((text = strtok_r(NULL, "\n", &save)) &&
           strncmp(text, "{\"done\":true", 12) != 0) {
        CHECK(out->count <= MANY_HITS);
        read_line(text, &out->line[out->count++]);
    }
    CHECK(text);
    char end[40];
    snprintf(end, sizeof end, "\"lines\":%zu,", out->count);
    CHECK_MSG(strstr(text, end), "%s", text);
    CHECK(!strtok_r(NULL, "\n", &save));
    reply_free(&reply);
}

/* The words of a context, folded as these texts are. */
static size_t words_of(const char *context, char words[40][20])
{
    size_t count = 0, len = 0;
    for (;; context++) {
        bool letter = (*context >= 'a' && *context <= 'z') ||
                      (*context >= 'A' && *context <= 'Z') ||
                      (*context >= '0' && *context <= '9');
        if (letter)
            words[count][len++] = *context >= 'A' && *context <= 'Z'
                                      ? (char)(*context + 'a' - 'A')
                                      : *context;
        else if (len > 0) {
            words[count++][len] = '\0';
            len = 0;
        }
        if (!*context)
            return count;
    }
}

static int compare_contexts(const char *a, const char *b, bool left)
{
    char x[40][20], y[40][20];
    size_t n = words_of(a, x), m = words_of(b, y);
    for (size_t i = 0; i < 8; i++) {
        if (i >= n || i >= m)
            return (i < n) - (i < m);
        int c = left ? strcmp(x[n - 1 - i], y[m - 1 - i]) : strcmp(x[i], y[i]);
        if (c)
            return c;
    }
    return 0;
}

static int compare_keys(const struct line *a, const struct line *b)
{
    int c = strcmp(a->key, b->key);
    return c ? c : a->position - b->position;
}

static int compare_dates(const struct line *a, const struct line *b)
{
    if (!a->date[0] != !b->date[0])
        return a->date[0] ? -1 : 1; /* undated last */
    int c = strcmp(b->date, a->date);
    return c ? c : compare_keys(a, b);
}

static const char *sort_name = "date";

static int naively(const void *p, const void *q)
{
    const struct line *a = p, *b = q;
    int c = 0;
    if (strcmp(sort_name, "left") == 0)
        c = compare_contexts(a->left, b->left, true);
    else if (strcmp(sort_name, "right") == 0)
        c = compare_contexts(a->right, b->right, false);
    else if (strcmp(sort_name, "source") == 0)
        c = strcmp(a->source, b->source);
    else if (strcmp(sort_name, "position") == 0)
        return compare_keys(a, b);
    return c ? c : compare_dates(a, b);
}

TEST(lines_come_once_each_in_the_order_asked_for)
{
    static const char *const sorts[] = {"date", "left", "right", "source",
                                        "position"};
    static struct concordance plain, sorted;
    begin_with(MANY);
    read_concordance("/v1/kwic?q=istanbul&sort=index&width=400", &plain);
    CHECK_EQ(plain.count, MANY_HITS);
    for (size_t s = 0; s < 5; s++) {
        char target[100];
        snprintf(target, sizeof target, "/v1/kwic?q=istanbul&width=400&sort=%s",
                 sorts[s]);
        read_concordance(target, &sorted);
        CHECK_EQ(sorted.count, MANY_HITS);
        sort_name = sorts[s];
        qsort(plain.line, plain.count, sizeof *plain.line, naively);
        for (size_t i = 0; i < MANY_HITS; i++)
            CHECK_MSG(strcmp(plain.line[i].text, sorted.line[i].text) == 0,
                      "%s %zu: %s\nwant %s", sort_name, i, sorted.line[i].text,
                      plain.line[i].text);
    }
    struct reply reply = get("/v1/count?q=istanbul&hits=1");
    char want[40];
    snprintf(want, sizeof want, "\"total_hits\":%d,", MANY_HITS);
    CHECK(strstr(reply.body, want));
    reply_free(&reply);
    daemon_stop(&daemon_);
}

static bool contains(const struct concordance *all, const struct line *line)
{
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->line[i].text, line->text) == 0)
            return true;
    return false;
}

TEST(a_sample_is_the_same_for_the_same_seed)
{
    static struct concordance all, one, again, other, more, index;
    begin();
    sort_name = "date";
    read_concordance("/v1/kwic?q=istanbul", &all);
    read_concordance("/v1/kwic?q=istanbul&sample=20&seed=7", &one);
    read_concordance("/v1/kwic?q=istanbul&sample=20&seed=7", &again);
    read_concordance("/v1/kwic?q=istanbul&sample=20&seed=8", &other);
    read_concordance("/v1/kwic?q=istanbul&sample=30&seed=7&sort=right", &more);
    read_concordance("/v1/kwic?q=istanbul&sample=20&seed=7&sort=index", &index);
    CHECK_EQ(one.count, 20);
    CHECK_EQ(index.count, 20);
    CHECK_EQ(more.count, 30);
    size_t same = 0;
    for (size_t i = 0; i < 20; i++) {
        CHECK_TEXT(again.line[i].text, one.line[i].text);
        CHECK(contains(&all, &one.line[i]));
        CHECK(contains(&more, &one.line[i])); /* a larger one has the smaller */
        CHECK(contains(&index, &one.line[i]));
        CHECK(i == 0 || naively(&one.line[i - 1], &one.line[i]) < 0);
        same += contains(&other, &one.line[i]);
    }
    CHECK_MSG(same < 12, "%zu of 20", same);

    /* Other articles in the index change nothing but by their own hits. */
    static struct concordance fewer;
    fake_commit(daemon_.dir, 2, ARTICLES / 2);
    CHECK(daemon_says(&daemon_, "/v1/status", "\"generation\":2,"));
    read_concordance("/v1/kwic?q=istanbul&sample=20&seed=7", &fewer);
    for (size_t i = 0; i < 20; i++)
        CHECK(atoi(one.line[i].key + 5) > ARTICLES / 2 ||
              contains(&fewer, &one.line[i]));
    read_concordance("/v1/kwic?q=istanbul&sample=1000", &fewer);
    CHECK_EQ(fewer.count, HITS / 2);
    daemon_stop(&daemon_);
}

TEST(kwic_has_its_own_parameters)
{
    static const struct {
        const char *target;
        unsigned status;
        const char *part;
    } rows[] = {
        {"/v1/kwic?q=draft&width=1&unit=words&sort=position&sample=1", 200,
         "\"left\":\"a \",\"hit\":\"draft\",\"right\":\" in\""},
        {"/v1/kwic?q=draft&width=0&sample=1", 200,
         "\"left\":\"\",\"hit\":\"draft\",\"right\":\"\""},
        {"/v1/kwic?phrase=at+istanbul", 200, "{\"done\":true,\"lines\":0,"},
        {"/v1/kwic?q=a&sort=relevance", 400,
         "sort is 'date', 'left', 'right', 'source', 'position' or 'index', "
         "not 'relevance'"},
        {"/v1/kwic?q=a&limit=3", 400,
         "'limit'; there are: q phrase match "
         "width unit sort sample seed deadline_ms"},
        {"/v1/kwic?q=a&sample=0", 400, "sample"},
        {"/v1/kwic?q=a&kwic.sort=left", 400, "'kwic.sort'"},
        {"/v1/kwic?q=%22a", 400, "\"position\":0"},
        {"/v1/kwic", 400, "either q"},
        {"/v1/kwic?q=disk", 500, "\"IO\""},
    };
    begin();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reply reply = daemon_get(&daemon_, rows[i].target);
        CHECK_MSG(reply.status == rows[i].status &&
                      strstr(reply.body, rows[i].part),
                  "%s: %u %s", rows[i].target, reply.status, reply.body);
        reply_free(&reply);
    }
    daemon_stop(&daemon_);
}

/* --- export --- */

static size_t count_of(const char *text, const char *part)
{
    size_t n = 0;
    while ((text = strstr(text, part))) {
        n++;
        text += strlen(part);
    }
    return n;
}

TEST(an_export_has_every_article_or_hit)
{
    static const struct {
        const char *params;
        size_t lines;
        const char *parts[3];
    } rows[] = {
        {"",
         ARTICLES + 2,
         {"{\"key\":\"fake:1\",\"version\":1,\"title\":\"Article 1\",",
          "\"orgs\":[]}\n", "{\"done\":true,\"lines\":40,"}},
        {"&limit=3", 5, {"fake:3", "{\"done\":true,\"lines\":3,"}},
        {"&sort=relevance&limit=3", 5, {"fake:3", "\"lines\":3,"}},
        {"&sort=date&limit=41", ARTICLES + 2, {"fake:40", "\"lines\":40,"}},
        {"&what=hits",
         HITS + 2,
         {"\"part\":\"body\",\"position\":105,\"start\":105,\"end\":106,"
          "\"left\":\"The talks at \",\"hit\":\"Istanbul\","}},
        {"&what=hits&sort=relevance&limit=4", 6, {"fake:2"}},
        {"&format=csv",
         ARTICLES + 1,
         {"key,version,title,summary,body,captions,byline,dateline,lang,",
          "\r\nfake:1,1,Article 1,,The talks at Istanbul made a draft in "
          "2022.,",
          ",en,fake,,,,1970-01-01,none,,1970-01-02T00:00:00Z,,,,\r\n"}},
        {"&format=csv&what=hits&limit=2",
         3,
         {"key,date,source,part,start,end,left,hit,right\r\n",
          "fake:1,1970-01-01,fake,body,105,106,The talks at ,Istanbul,"}},
    };
    begin();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char target[200];
        snprintf(target, sizeof target, "/v1/export?q=istanbul%s",
                 rows[i].params);
        struct reply reply = get(target);
        CHECK_MSG(count_of(reply.body, "\n") == rows[i].lines, "%s: %zu",
                  target, count_of(reply.body, "\n"));
        for (size_t p = 0; p < 3 && rows[i].parts[p]; p++)
            CHECK_MSG(strstr(reply.body, rows[i].parts[p]), "%s: no %s in %s",
                      target, rows[i].parts[p], reply.body);
        reply_free(&reply);
    }
    struct reply reply = get("/v1/export?q=nothing&format=csv");
    CHECK_EQ(count_of(reply.body, "\n"), 1); /* the names */
    reply_free(&reply);
    daemon_stop(&daemon_);
}

/* As trec_eval reads it: sorted by the score as a float, equal ones by name; in any
 * case our order. */
TEST(a_run_keeps_its_order_when_it_is_sorted_by_score)
{
    begin();
    struct reply reply = get("/v1/export?q=istanbul&format=trec&qid=q7&tag=me");
    float before = INFINITY;
    char *save, *line = strtok_r(reply.body, "\n", &save);
    int rank = 0;
    for (; line; line = strtok_r(NULL, "\n", &save)) {
        char key[40], want[100], rest[100];
        float score;
        rank++;
        CHECK_EQ(sscanf(line, "q7 Q0 %39s %*d %f %99s", key, &score, rest), 3);
        snprintf(want, sizeof want, "q7 Q0 fake:%d %d %.9g me", rank, rank,
                 (double)score);
        CHECK_TEXT(line, want);
        CHECK_MSG(score < before, "%s", line);
        before = score;
    }
    CHECK_EQ(rank, ARTICLES);
    reply_free(&reply);
    /* All with one score. */
    reply = get("/v1/export?q=same&format=trec");
    before = INFINITY;
    rank = 0;
    line = strtok_r(reply.body, "\n", &save);
    for (; line; line = strtok_r(NULL, "\n", &save)) {
        float score;
        CHECK_EQ(sscanf(line, "1 Q0 %*s %*d %f dateline", &score), 1);
        CHECK(score < before && score > 1.4999f && score <= 1.5f);
        before = score;
        rank++;
    }
    CHECK_EQ(rank, ARTICLES);
    reply_free(&reply);
    daemon_stop(&daemon_);
}

TEST(exports_that_make_no_sense_are_refused)
{
    static const struct {
        const char *params, *part;
    } rows[] = {
        {"&format=trec&what=hits", "articles, not hits"},
        {"&format=trec&sort=date", "by relevance"},
        {"&format=trec&sort=index", "by relevance"},
        {"&format=trec&qid=a+b", "one word"},
        {"&format=trec&tag=", "one word"},
        {"&qid=7", "format=trec"},
        {"&format=xml", "'jsonl', 'csv' or 'trec', not 'xml'"},
        {"&sort=", "sort is 'relevance', 'date' or 'index', not ''"},
        {"&limit=-1", "limit"},
        {"&limit=1000000000", "limit"},
    };
    begin();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char target[200];
        snprintf(target, sizeof target, "/v1/export?q=a%s", rows[i].params);
        struct reply reply = daemon_get(&daemon_, target);
        CHECK_MSG(reply.status == 400 && strstr(reply.body, rows[i].part),
                  "%s: %u %s", target, reply.status, reply.body);
        reply_free(&reply);
    }
    daemon_stop(&daemon_);
}

/* --- citations --- */

TEST(a_citation_is_one_line_that_can_be_asked_again)
{
    static const struct {
        const char *target, *query;
    } rows[] = {
        {"/v1/count?q=istanbul+draft&cite=1", "query=(istanbul AND draft)\""},
        {"/v1/search?q=istanbul+draft&cite=1&count=no&limit=1",
         "query=(istanbul AND draft)\""},
        {"/v1/count?phrase=the+%22talks%22%0d%0aat%e2%80%a8istanbul&cite=1",
         "query=\\\"the \\\"\\\"talks\\\"\\\"  at istanbul\\\"\""},
    };
    begin();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reply reply = get(rows[i].target);
        const char *at = strstr(
            reply.body, "\"citation\":\"dateline/1 version=" DATELINE_VERSION
                        " generation=1 corpus=40 total=");
        CHECK_MSG(at && strstr(at, rows[i].query), "%s: %s", rows[i].target,
                  reply.body);
        CHECK(strstr(at, " total_hits="));
        reply_free(&reply);
    }
    struct reply reply = get("/v1/count?q=istanbul");
    CHECK(!strstr(reply.body, "citation") && !strstr(reply.body, "total_hits"));
    reply_free(&reply);
    daemon_stop(&daemon_);
}

RUN(T(lines_come_once_each_in_the_order_asked_for),
    T(a_sample_is_the_same_for_the_same_seed), T(kwic_has_its_own_parameters),
    T(an_export_has_every_article_or_hit),
    T(a_run_keeps_its_order_when_it_is_sorted_by_score),
    T(exports_that_make_no_sense_are_refused),
    T(a_citation_is_one_line_that_can_be_asked_again))
