/* Entities over the socket: the register of a generation, names in queries, and what is
 * told of them. */
#include "queryd/daemon.h"

#include "base/err.h"
#include "check.h"

#include <unistd.h>

static struct daemon daemon_;

static void begin(void)
{
    daemon_prepare(&daemon_);
    fake_commit_register(daemon_.dir, 1, 20, FAKE_REGISTER);
    daemon_start(&daemon_);
}

struct row {
    const char *target;
    unsigned status;
    const char *parts[4]; /* in this order */
};

static void check_rows(const struct row *row, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct reply reply = daemon_get(&daemon_, row[i].target);
        const char *at = reply.body;
        CHECK_MSG(reply.status == row[i].status, "%s: %u %s", row[i].target,
                  reply.status, reply.body);
        for (size_t p = 0; p < 4 && row[i].parts[p]; p++) {
            at = strstr(at, row[i].parts[p]);
            CHECK_MSG(at, "%s: no %s in %s", row[i].target, row[i].parts[p],
                      reply.body);
        }
        reply_free(&reply);
    }
}
#define CHECK_ROWS(rows) check_rows((rows), sizeof(rows) / sizeof *(rows))

/* --- what a query asks for --- */

TEST(a_reply_says_whom_it_is_about_and_how_he_is_written)
{
    static const char lavrov[] =
        "\"entities\":[{\"id\":\"sergei-lavrov\",\"name\":\"Sergey Lavrov\","
        "\"type\":\"person\",\"articles\":10,\"forms\":[{\"form\":\"Lavrov\","
        "\"hits\":21},{\"form\":\"Sergei Lavrov\",\"hits\":10},"
        "{\"form\":\"Сергей Лавров\",\"hits\":2}]}],\"notes\":[]";
    static const struct row rows[] = {
        {"/v1/count?q=%40lavrov", 200, {"\"total\":10,", lavrov}},
        {"/v1/count?q=%40%22sergei+lavrov%22", 200, {lavrov}},
        {"/v1/count?q=%40Q58217", 200, {lavrov}},
        {"/v1/count?q=person:lavrov", 200, {lavrov}},
        {"/v1/search?q=%40lavrov&limit=1", 200, {"\"hits\":[", lavrov}},
        {"/v1/explain?q=%40lavrov",
         200,
         {"\"operands\":[{\"word\":\"", "\"articles\":10,", lavrov}},
        /* once, by two of its names */
        {"/v1/count?q=%40lavrov+%40Q58217", 200, {lavrov}},
        {"/v1/count?q=%40lavrov+%40istanbul",
         200,
         {"\"hits\":2}]},{\"id\":\"istanbul\"",
          "\"forms\":[{\"form\":"
          "\"Istanbul\",\"hits\":40},{\"form\":\"İstanbul\",\"hits\":15},"}},
        /* nobody mentions it */
        {"/v1/count?q=%40russia",
         200,
         {"\"total\":0,\"entities\":[{\"id\":\"russia\"",
          "\"articles\":0,\"forms\":[]}]"}},
        {"/v1/count?q=%40xyzzy", 400, {"xyzzy"}},
        {"/v1/count?q=person:istanbul", 400, {"istanbul"}},
    };
    begin();
    CHECK_ROWS(rows);
    struct reply reply = daemon_get(&daemon_, "/v1/count?q=few");
    CHECK(!strstr(reply.body, "entities"));
    reply_free(&reply);
    daemon_stop(&daemon_);
}

TEST(a_name_of_several_is_the_most_frequent_and_names_the_others)
{
    static const struct row rows[] = {
        {"/v1/count?q=%40georgia",
         200,
         {"\"total\":4,",
          "\"entities\":[{\"id\":\"georgia\",\"name\":\"Georgia\",\"type\":"
          "\"place\",\"articles\":4,\"forms\":[{\"form\":\"Georgia\","
          "\"hits\":4}],\"others\":[{\"id\":\"georgia-us\",\"name\":"
          "\"Georgia\",\"type\":\"place\",\"articles\":2}]}]"}},
        {"/v1/count?q=%40georgia-us", 200, {"{\"id\":\"georgia-us\""}},
        {"/v1/count?q=draft+%40georgia&strict=1", 200, {"\"total\":"}},
        {"/v1/count?q=draft+%40Georgia&strict=1",
         400,
         {"\"code\":\"INVALID\"", "georgia-us", "\"position\":6"}},
        {"/v1/count?q=%40istanbul&strict=1", 200, {"\"total\":20"}},
        {"/v1/kwic?q=%40Georgia&strict=1", 400, {"georgia-us"}},
        {"/v1/facets?q=%40Georgia&strict=1", 400, {"georgia-us"}},
    };
    begin();
    CHECK_ROWS(rows);
    daemon_stop(&daemon_);
}

TEST(bare_words_that_are_a_name_are_noted)
{
    static const struct row rows[] = {
        {"/v1/count?q=istanbul+draft",
         200,
         {"\"notes\":[{\"code\":\"names-entity\",\"message\":\"Istanbul: "
          "place, 20 articles, also İstanbul, Стамбул; ask @istanbul\"}]"}},
        {"/v1/count?q=talks+OR+(draft+sergei+lavrov)",
         200,
         {"\"notes\":[{\"code\":\"names-entity\",\"message\":\"Sergey Lavrov: "
          "person, 10 articles, also Lavrov, Сергей Лавров; ask "
          "@sergei-lavrov\"}]"}},
        {"/v1/search?q=georgia&limit=0",
         200,
         {"ask @georgia (1 other of that name: dateline entities)\"}]"}},
        {"/v1/count?q=LAVROV+istanbul+georgia",
         200,
         {"\"capitals\"", "Sergey Lavrov:", "Istanbul:", "Georgia:"}},
        {"/v1/explain?q=draft+NEAR/5+lavrov", 200, {"Sergey Lavrov: person"}},
        {"/v1/count?q=[istanbul+draft]", 200, {"Istanbul: place"}},
    };
    static const char *const silent[] = {
        "/v1/count?q=%40istanbul",   "/v1/count?q=%22istanbul%22",
        "/v1/count?phrase=istanbul", "/v1/count?q=istanbul&match=any",
        "/v1/count?q=%3distanbul",   "/v1/count?q=title:istanbul",
        "/v1/count?q=russia", /* that no article mentions */
        "/v1/count?q=draft",         "/v1/count?q=sergei+OR+lavrovo",
    };
    begin();
    CHECK_ROWS(rows);
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
        struct reply reply = daemon_get(&daemon_, silent[i]);
        CHECK_MSG(!strstr(reply.body, "names-entity"), "%s: %s", silent[i],
                  reply.body);
        reply_free(&reply);
    }
    daemon_stop(&daemon_);
}

/* --- /v1/entities --- */

TEST(entities_are_listed_the_most_frequent_first)
{
    static const struct row rows[] = {
        {"/v1/entities",
         200,
         {"\"register\":\"" FAKE_REGISTER "\",\"entities\":[{\"id\":"
          "\"istanbul\",\"name\":\"Istanbul\",\"type\":\"place\","
          "\"articles\":20,\"mentions\":60},{\"id\":\"sergei-lavrov\"",
          "\"georgia\"", "\"georgia-us\"",
          "{\"id\":\"gone\",\"name\":\"gone\",\"articles\":1,\"mentions\":1}],"
          "\"total\":5,\"notes\":[]}"}},
        {"/v1/entities?limit=1",
         200,
         {"\"mentions\":60}],\"total\":5,\"notes\":[]}"}},
        {"/v1/entities?type=person",
         200,
         {"[{\"id\":\"sergei-lavrov\"", "}],\"total\":1,\"notes\":[]}"}},
        {"/v1/entities?type=event",
         200,
         {"\"entities\":[],\"total\":0,\"notes\":[]}"}},
        {"/v1/entities?type=man", 400, {"'person', 'place', 'org', 'event'"}},
        {"/v1/entities?hits=1", 400, {"there are: q type limit companions"}},
    };
    begin();
    CHECK_ROWS(rows);
    daemon_stop(&daemon_);
}

TEST(all_that_is_known_of_a_name_is_told)
{
    static const struct row rows[] = {
        {"/v1/entities?q=Lavrov",
         200,
         {"[{\"id\":\"sergei-lavrov\",\"name\":\"Sergey Lavrov\",\"type\":"
          "\"person\",\"wikidata\":\"Q58217\",\"country\":{\"id\":\"russia\","
          "\"name\":\"Russia\",\"type\":\"place\"},\"aliases\":[",
          "{\"text\":\"Sergey Lavrov\"},{\"text\":\"Lavrov\",\"short\":"
          "true},{\"text\":\"Sergei Lavrov\"},{\"text\":\"Сергей Лавров\","
          "\"lang\":\"ru\"}],\"articles\":10,\"mentions\":33,\"forms\":[",
          "\"years\":[{\"year\":\"1970\",\"articles\":5}],\"undated\":5,"
          "\"first\":{\"date\":\"1970-01-01\",\"key\":\"fake:1\"},\"last\":"
          "{\"date\":\"1970-01-01\",\"key\":\"fake:9\"},\"companions\":["
          "{\"id\":\"georgia\",\"name\":\"Georgia\",\"type\":\"place\","
          "\"articles\":4,\"corpus_articles\":4,\"log_likelihood\":",
          "{\"id\":\"georgia-us\","}},
        {"/v1/entities?q=lavrov&companions=1",
         200,
         {"\"companions\":[{\"id\":\"georgia\"",
          "}]}],\"total\":1,\"notes\":[]}"}},
        {"/v1/entities?q=Georgia",
         200,
         {"[{\"id\":\"georgia\"", "{\"id\":\"georgia-us\"",
          "\"parent\":{\"id\":\"united-states\"", "\"total\":2,\"notes\":[]}"}},
        {"/v1/entities?q=Georgia&limit=1",
         200,
         {"\"companions\":[", "}],\"total\":2,\"notes\":[]}"}},
        {"/v1/entities?q=russia",
         200,
         {"\"articles\":0,\"mentions\":0,\"forms\":[],\"years\":[],"
          "\"undated\":0,\"first\":null,\"last\":null,\"companions\":[]}]"}},
        {"/v1/entities?q=xyzzy",
         200,
         {"\"entities\":[],\"total\":0,\"notes\":[]}"}},
        {"/v1/entities?q=istanbul&type=person",
         200,
         {"\"total\":0,\"notes\":[]}"}},
    };
    begin();
    CHECK_ROWS(rows);
    daemon_stop(&daemon_);
}

TEST(a_result_is_counted_by_entity)
{
    static const struct row rows[] = {
        {"/v1/facets?q=%40lavrov&by=entity",
         200,
         {"\"by\":\"entity\",\"filter\":null,\"rows\":[{\"value\":\"istanbul\","
          "\"name\":\"Istanbul\",\"type\":\"place\",\"articles\":10,"
          "\"corpus_articles\":20,\"log_likelihood\":0.0000},{\"value\":"
          "\"sergei-lavrov\"",
          "{\"value\":\"georgia\"",
          "{\"value\":\"gone\",\"name\":\"gone\","
          "\"articles\":1,\"corpus_articles\":1,",
          "\"more\":0,\"total\":10,\"total_hits\":"}},
        {"/v1/facets?q=%40lavrov&by=person",
         200,
         {"\"rows\":[{\"value\":\"sergei-lavrov\"", "}],\"more\":0"}},
        {"/v1/facets?q=%40lavrov&by=place&limit=1",
         200,
         {"\"rows\":[{\"value\":\"istanbul\"", "}],\"more\":2"}},
        {"/v1/facets?q=few&by=org",
         200,
         {"\"rows\":[],\"more\":0,\"total\":2"}},
        {"/v1/facets?q=few+date:1970&by=place",
         200,
         {"\"filter\":\"date:1970\"", "\"value\":\"georgia\"",
          "\"articles\":2,\"corpus_articles\":4"}},
        {"/v1/facets?q=nothing&by=entity", 200, {"\"rows\":[]"}},
        {"/v1/timeline?q=%40lavrov&by=year",
         200,
         {"\"articles\":5,", "\"total\":10"}},
        {"/v1/timeline?q=%40lavrov&by=year&of=person",
         200,
         {"\"columns\":[{\"id\":\"sergei-lavrov\",\"name\":\"Sergey Lavrov\","
          "\"type\":\"person\",\"articles\":10}],\"rows\":[",
          "\"columns\":[5]", "\"total\":10"}},
        {"/v1/timeline?q=%40lavrov&by=year&of=entity&top=2",
         200,
         {"\"columns\":[{\"id\":\"istanbul\",", "{\"id\":\"sergei-lavrov\",",
          "\"columns\":[5,5]"}},
        {"/v1/timeline?q=nothing&of=org",
         200,
         {"\"columns\":[],\"rows\":[", "\"columns\":[]", "\"total\":0"}},
        {"/v1/timeline?q=a&of=org&group=source",
         400,
         {"either group or of: not both"}},
        {"/v1/timeline?q=a&of=city", 400, {"of is 'entity', 'person'"}},
        {"/v1/timeline?q=a&of=org&top=21", 400, {"from 1 to 20, not '21'"}},
    };
    begin();
    CHECK_ROWS(rows);
    daemon_stop(&daemon_);
}

/* --- the register --- */

TEST(an_index_without_a_register_says_so)
{
    static const struct row rows[] = {
        {"/v1/entities", 501, {"\"UNSUPPORTED\"", "no register"}},
        {"/v1/entities?q=a", 501, {"no register"}},
        {"/v1/facets?q=a&by=entity", 501, {"no register"}},
        {"/v1/timeline?q=a&of=entity", 501, {"no register"}},
        {"/v1/count?q=%40lavrov", 501, {"\"UNSUPPORTED\""}},
        {"/v1/count?q=istanbul", 200, {"\"total\":20,\"notes\":[]}"}},
        {"/v1/status", 200, {"\"last_reload\":null}"}},
    };
    daemon_prepare(&daemon_);
    daemon_start(&daemon_);
    CHECK_ROWS(rows);
    daemon_stop(&daemon_);
}

TEST(a_register_that_cannot_be_read_is_a_warning)
{
    static const struct row rows[] = {
        {"/v1/status",
         200,
         {"\"register\":{\"digest\":\"damaged\",\"warning\":\"",
          "its register is damaged\"}}"}},
        {"/v1/count?q=istanbul", 200, {"\"total\":20,\"notes\":[]}"}},
        {"/v1/count?q=%40lavrov", 501, {"\"UNSUPPORTED\""}},
        {"/v1/entities", 501, {"its register is damaged"}},
        {"/metrics", 200, {"dateline_registers_total{result=\"failed\"} 1\n"}},
    };
    daemon_prepare(&daemon_);
    fake_commit_register(daemon_.dir, 1, 20, "damaged");
    daemon_start(&daemon_);
    CHECK_ROWS(rows);
    fake_commit_register(daemon_.dir, 2, 20, FAKE_REGISTER);
    CHECK(daemon_says(&daemon_, "/v1/status",
                      "\"register\":{\"digest\":\"" FAKE_REGISTER
                      "\",\"entities\":7}}"));
    daemon_stop(&daemon_);
}

TEST(the_register_comes_with_its_generation_and_is_kept_while_it_is_the_same)
{
    daemon_prepare(&daemon_);
    daemon_start(&daemon_);
    int before = fake_counts().registers;
    fake_commit_register(daemon_.dir, 2, 20, FAKE_REGISTER);
    CHECK(daemon_says(&daemon_, "/v1/count?q=%40lavrov", "\"total\":10"));
    CHECK_EQ(fake_counts().registers, before + 1);
    fake_commit_register(daemon_.dir, 3, 7, FAKE_REGISTER);
    CHECK(daemon_says(&daemon_, "/v1/status", "\"generation\":3,"));
    CHECK(daemon_says(&daemon_, "/v1/count?q=%40lavrov", "\"total\":7"));
    CHECK_EQ(fake_counts().registers, before + 1);
    /* a generation without one takes it away */
    fake_commit(daemon_.dir, 4, 20);
    CHECK(daemon_says(&daemon_, "/v1/count?q=%40lavrov", "UNSUPPORTED"));
    CHECK_EQ(fake_counts().registers, before + 1);
    daemon_stop(&daemon_);
}

/* A request that runs has the register of its own generation. */
TEST(a_running_request_keeps_its_register)
{
    begin();
    int fd = client_connect(&daemon_);
    CHECK(client_send(fd, "GET /v1/count?q=%40lavrov+block HTTP/1.1\r\n\r\n"));
    CHECK(searches_running(1));
    fake_commit(daemon_.dir, 2, 20);
    CHECK(daemon_says(&daemon_, "/v1/status", "\"generation\":2,"));
    fake_release(true);
    struct reply reply = client_read(fd);
    CHECK_MSG(strstr(reply.body, "\"generation\":1,") &&
                  strstr(reply.body, "\"name\":\"Sergey Lavrov\""),
              "%s", reply.body);
    reply_free(&reply);
    close(fd);
    daemon_stop(&daemon_);
}

RUN(T(a_reply_says_whom_it_is_about_and_how_he_is_written),
    T(a_name_of_several_is_the_most_frequent_and_names_the_others),
    T(bare_words_that_are_a_name_are_noted),
    T(entities_are_listed_the_most_frequent_first),
    T(all_that_is_known_of_a_name_is_told), T(a_result_is_counted_by_entity),
    T(an_index_without_a_register_says_so),
    T(a_register_that_cannot_be_read_is_a_warning),
    T(the_register_comes_with_its_generation_and_is_kept_while_it_is_the_same),
    T(a_running_request_keeps_its_register))
