/* The readers over the real corpora, where they are. */
#include "base/hash_map.h"
#include "reading.h"

/* What a whole file or folder gave. */
struct tally {
    size_t articles, rejects, files;
    char last_reject[400];
    int (*each)(void *context, const struct article *);
    void *context;
};

static int read_file(void *context, const char *path, const struct err *failure)
{
    struct tally *t = context;
    struct input *in;
    struct reader *reader;
    struct article article;
    struct reject reject;
    struct err err = {0};
    struct arena arena;
    int rc;
    CHECK_MSG(!failure, "%s", failure->text);
    arena_init(&arena, 1 << 30);
    CHECK_OK(input_open(path, &in, &err), err);
    CHECK_OK(reader_open(in, "auto", &reader, &reject, &err), err);
    while ((rc = reader_next(reader, &arena, &article, &reject, &err)) > 0) {
        if (rc == READER_ARTICLE) {
            t->articles++;
            if (t->each)
                t->each(t->context, &article);
        } else {
            t->rejects++;
            snprintf(t->last_reject, sizeof t->last_reject,
                     "%s: record %llu, byte %llu: %s", path,
                     (unsigned long long)reject.record,
                     (unsigned long long)reject.byte, reject.reason);
        }
        arena_reset(&arena);
    }
    CHECK_OK(rc, err);
    t->files++;
    reader_close(reader);
    input_close(in);
    arena_reset(&arena);
    return 0;
}

static void read_path(struct tally *t, const char *path)
{
    struct err err = {0};
    CHECK_OK(input_walk(&path, 1, read_file, t, &err), err);
}

/* --- Reuters as distributed, and as JSONL made by another hand --- */

struct other {
    struct arena arena;
    struct hash_map by_id; /* to an index of `article` */
    struct article *article;
    size_t count;
    size_t same_body, brief, title, dates, lists, missing;
};

static struct slice keep(struct other *o, struct slice s)
{
    struct slice copy;
    CHECK_EQ(arena_copy_slice(&o->arena, s, &copy), 0);
    return copy;
}

static int remember(void *context, const struct article *a)
{
    struct other *o = context;
    struct article *kept = &o->article[o->count];
    *kept = *a;
    kept->text[PART_TITLE] = keep(o, a->text[PART_TITLE]);
    kept->text[PART_BODY] = keep(o, a->text[PART_BODY]);
    kept->dateline = keep(o, a->dateline);
    kept->topics.item = arena_array(&o->arena, struct slice, a->topics.count);
    for (size_t i = 0; i < a->topics.count; i++)
        kept->topics.item[i] = keep(o, a->topics.item[i]);
    CHECK_EQ(hash_map_put(&o->by_id, a->id, o->count++, NULL), 0);
    return 0;
}

/* Whether two texts are the same but for white space. */
static bool same_words(struct slice a, struct slice b)
{
    size_t i = 0, j = 0;
    for (;;) {
        while (i < a.len && a.data[i] <= ' ')
            i++;
        while (j < b.len && b.data[j] <= ' ')
            j++;
        if (i == a.len || j == b.len)
            return i == a.len && j == b.len;
        if (a.data[i++] != b.data[j++])
            return false;
    }
}

/* The other hand left "reuter" in small letters. */
static struct slice without_signature(struct slice s)
{
    struct slice end = SLICE(" reuter");
    if (s.len > end.len && slice_eq(slice_part(s, s.len - end.len, s.len), end))
        s.len -= end.len;
    return s;
}

static int compare(void *context, const struct article *a)
{
    struct other *o = context;
    const uint64_t *at = hash_map_get(&o->by_id, a->id);
    if (!at) {
        o->missing++;
        return 0;
    }
    const struct article *b = &o->article[*at];
    struct slice body = a->text[PART_BODY];
    if (body.len > 0 && a->dateline.len > 0) {
        CHECK(slice_starts_with(body, a->dateline));
        body = slice_part(body, a->dateline.len + 3, body.len);
    }
    bool topics = a->topics.count == b->topics.count;
    for (size_t i = 0; topics && i < a->topics.count; i++)
        topics = slice_eq(a->topics.item[i], b->topics.item[i]);
    bool title = same_words(a->text[PART_TITLE], b->text[PART_TITLE]);
    bool dates = a->published.seconds == b->published.seconds;
    bool text = same_words(body, without_signature(b->text[PART_BODY]));
    /* A flash has a title only; the other hand made it its body as well. */
    bool brief =
        body.len == 0 && same_words(a->text[PART_TITLE], b->text[PART_BODY]);
    o->title += title;
    o->dates += dates;
    o->lists += topics;
    o->same_body += text;
    o->brief += !text && brief;
    return 0;
}

TEST(reuters_as_distributed_is_what_others_read_in_it)
{
    if (!corpora_exist())
        skip();
    struct other other = {.article = calloc(30000, sizeof(struct article))};
    arena_init(&other.arena, 1 << 30);
    hash_map_init(&other.by_id);
    struct tally jsonl = {.each = remember, .context = &other};
    struct tally sgml = {.each = compare, .context = &other};
    read_path(&jsonl, SHARED_CORPORA "/news/reuters21578.jsonl.gz");
    /* One date has a time that cannot be; from the SGML we keep its day. */
    CHECK_EQ(jsonl.articles, 21576);
    CHECK_EQ(jsonl.rejects, 1);
    CHECK(strstr(jsonl.last_reject, "1987-03-31T605:12:19.12"));
    read_path(&sgml, SHARED_CORPORA "/formats/reuters-sgml");
    CHECK_EQ(sgml.files, 22);
    CHECK_EQ(sgml.articles, 21577);
    /* Record 793 of reut2-012, NEWID 12793, is empty. */
    CHECK_EQ(sgml.rejects, 1);
    CHECK(strstr(sgml.last_reject, "neither a title nor a body"));
    CHECK_EQ(other.missing, 1); /* the one with that date */
    CHECK_EQ(other.title, 21576);
    CHECK_EQ(other.dates, 21576);
    CHECK_EQ(other.lists, 21576);
    /* Three flashes and signatures are cut at another place. */
    CHECK_EQ(other.same_body, 19777);
    CHECK_EQ(other.brief, 1796);
    hash_map_release(&other.by_id);
    arena_reset(&other.arena);
    free(other.article);
}

TEST(other_archives_are_read_whole)
{
    static const struct {
        const char *path;
        size_t articles;
    } rows[] = {{"/news/bbc2004.jsonl.gz", 2225},
                {"/news/giveme5w-cluster.jsonl.gz", 431},
                {"/news/ner-uk-news.jsonl.gz", 298},
                {"/news/tagesschau-2021-asr.jsonl.gz", 90},
                {"/news/tr-finance.jsonl.gz", 200},
                {"/news/ukraine-2022-gdelt.jsonl.gz", 411}};
    if (!corpora_exist())
        skip();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char path[400];
        struct tally tally = {0};
        snprintf(path, sizeof path, SHARED_CORPORA "%s", rows[i].path);
        read_path(&tally, path);
        CHECK_MSG(tally.articles == rows[i].articles && tally.rejects == 0,
                  "%s: %zu articles, %zu rejects", path, tally.articles,
                  tally.rejects);
    }
}

RUN(T(other_archives_are_read_whole),
    T(reuters_as_distributed_is_what_others_read_in_it))
