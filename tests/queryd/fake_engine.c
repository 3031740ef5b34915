#include "queryd/fake_engine.h"

#include "base/cancel.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/replace_file.h"
#include "base/files.h"
#include "entity/register.h"
#include "query/token_view.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static atomic_int snapshots, searchers, searching, cancelled, released, opening,
    held, registers;

struct fake_counts fake_counts(void)
{
    return (struct fake_counts){snapshots, searchers, searching,
                                opening,   registers, cancelled};
}

void fake_release(bool value)
{
    released = value;
}

void fake_hold_open(bool value)
{
    held = value;
}

/* --- the words of a query --- */

static bool has_word(const struct node *node, const char *word)
{
    if (node->kind == NODE_WORD && slice_eq(node->shown, slice_of(word)))
        return true;
    for (size_t i = 0; i < node->child_count; i++)
        if (has_word(node->child[i], word))
            return true;
    return false;
}

static const struct fake_entity {
    const char *id;
    uint64_t articles;
    struct {
        const char *text;
        uint64_t mentions;
    } form[4];
} entities[] = {
    {"georgia", 4, {{"Georgia", 4}}},
    {"georgia-us", 2, {{"Georgia", 4}}},
    {"gone", 1, {{"Gone", 1}}},
    {"istanbul", 20, {{"Istanbul", 40}, {"Стамбул", 5}, {"İstanbul", 15}}},
    {"sergei-lavrov",
     10,
     {{"Lavrov", 20},
      {"Lavrov", 1},
      {"Sergei Lavrov", 10},
      {"Сергей Лавров", 2}}},
};
enum { ENTITIES = sizeof entities / sizeof *entities };

static const struct fake_entity *entity_of(struct slice id)
{
    for (size_t i = 0; i < ENTITIES; i++)
        if (slice_eq(id, slice_of(entities[i].id)))
            return &entities[i];
    return NULL;
}

static uint64_t matching(const struct node *node, uint64_t articles)
{
    const struct node *first = node->child_count ? node->child[0] : node;
    const struct fake_entity *entity = entity_of(first->entity);
    if (first->entity.len)
        return !entity                       ? 0
               : entity->articles < articles ? entity->articles
                                             : articles;
    uint64_t two = articles < 2 ? articles : 2;
    if (node->kind == NODE_WINDOW)
        return node->n >= 6 ? two : 0;
    if (node->kind == NODE_PHRASE || has_word(node, "nothing"))
        return 0;
    return has_word(node, "few") ? two : articles;
}

static int pass_time(const struct node *root, struct cancel *cancel)
{
    bool block = has_word(root, "block");
    int ms = has_word(root, "slow") ? 10000 : block ? 60000 : 0;
    int rc = ERR_OK;
    searching++;
    for (; ms > 0 && rc == 0 && !(block && released); ms--) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        rc = cancel_check(cancel);
    }
    searching--;
    cancelled += rc == ERR_CANCELLED;
    return rc;
}

static int fault_of(const struct node *root, struct err *err)
{
    static const struct {
        const char *word;
        int rc;
    } faults[] = {{"unsupported", ERR_UNSUPPORTED},
                  {"corrupt", ERR_CORRUPT},
                  {"disk", ERR_IO}};
    for (size_t i = 0; i < 3; i++)
        if (has_word(root, faults[i].word))
            return err_set(err, faults[i].rc, "told to fail");
    return ERR_OK;
}

/* --- the table --- */

static int search(struct searcher *searcher, const struct query *query,
                  const struct search_request *ask, struct arena *arena,
                  struct search_result *out, struct err *err)
{
    int rc = fault_of(query->root, err);
    if (rc == 0)
        rc = pass_time(query->root, ask->cancel);
    if (rc)
        return rc;

    uint64_t total = matching(query->root, searcher->snapshot->info.articles);
    uint64_t first = 0;
    if (ask->after.set)
        first = strtoull((const char *)ask->after.key.data + 5, NULL, 10);
    bool same = has_word(query->root, "same");
    *out = (struct search_result){.total = total, .total_hits = total * 3};
    out->found = arena_array(arena, struct found, ask->limit + 1);
    while (out->count < ask->limit && first + out->count < total) {
        struct found *found = &out->found[out->count];
        uint64_t number = first + ++out->count;
        char *key =
            arena_printf(arena, "fake:%llu", (unsigned long long)number);
        *found =
            (struct found){.doc = number,
                           .score = same ? 1.5 : (double)(total - number) + 0.5,
                           .key = slice_of(key)};
    }
    out->more = first + out->count < total;
    return ERR_OK;
}

static int article(struct searcher *searcher, doc_ref doc, struct arena *arena,
                   struct article *out, struct err *err)
{
    (void)err;
    unsigned old = (unsigned)(doc >> 32);
    doc &= UINT32_MAX;
    *out = (struct article){
        .key =
            slice_of(arena_printf(arena, "fake:%llu", (unsigned long long)doc)),
        .version = (uint32_t)searcher->snapshot->info.generation,
        .source = SLICE("fake"),
        .lang = SLICE("en"),
        .published = {.seconds = 0, .precision = DATE_DAY},
        .ingested = 86400,
    };
    out->text[PART_TITLE] =
        slice_of(arena_printf(arena, "Article %llu", (unsigned long long)doc));
    if (old)
        out->text[PART_TITLE] = slice_of(arena_printf(
            arena, "Article %llu as it was %u", (unsigned long long)doc, old));
    out->text[PART_BODY] = SLICE("The talks at Istanbul made a draft in 2022.");
    /* Two more hits, in contexts that repeat from article to article. */
    unsigned w = (unsigned)(doc * 2654435761u >> 8);
    out->text[PART_CAPTIONS] = slice_of(
        arena_printf(arena, "word%u Istanbul word%u. Word%u Istanbul word%u",
                     w % 7, w % 5, w / 7 % 11, w / 5 % 3));
    if (doc == FAKE_LONG) { /* a line that fits into no buffer */
        uint8_t *byline = arena_alloc(arena, 1 << 20);
        memset(byline, 'x', 1 << 20);
        out->byline = (struct slice){byline, 1 << 20};
    }
    if (doc % 2 == 0)
        out->published.precision = DATE_NONE;
    return ERR_OK;
}

static int info(struct searcher *searcher, doc_ref doc, struct arena *arena,
                struct article_info *out, struct err *err)
{
    struct article whole;
    int rc = article(searcher, doc, arena, &whole, err);
    *out = (struct article_info){.key = whole.key,
                                 .source = whole.source,
                                 .lang = whole.lang,
                                 .published = whole.published,
                                 .words = 20,
                                 .generation = whole.version};
    return rc;
}

static int published(struct searcher *searcher, doc_ref doc, struct date *date,
                     uint32_t *words, struct err *err)
{
    struct article_info about;
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    int rc = info(searcher, doc, &arena, &about, err);
    if (rc == ERR_OK) {
        *date = about.published;
        *words = about.words;
    }
    arena_reset(&arena);
    return rc;
}

/* The hits that the article's text has, whether the words told us more or not. */
static int visit_one(struct searcher *searcher, const struct query *query,
                     doc_ref doc, search_visit visit, void *context,
                     struct err *err)
{
    struct arena arena;
    struct article a;
    struct analysis analysis;
    struct token_view view;
    struct hit_list hits = {0};
    arena_init(&arena, 4 << 20);
    int rc = article(searcher, doc, &arena, &a, err);
    if (rc == 0)
        rc = analyse_article(&a, NULL, &arena, &analysis);
    token_view_init(&view, &a, &analysis);
    if (rc == 0)
        rc = match_hits(query, &view.base, &arena, &hits, err);
    if (rc == 0)
        rc = visit(context, searcher, doc, &hits, err);
    arena_reset(&arena);
    return rc;
}

static int visit(struct searcher *searcher, const struct query *query,
                 bool want_hits, struct cancel *cancel, struct arena *arena,
                 search_visit each, void *context, struct err *err)
{
    (void)want_hits, (void)arena;
    int rc = fault_of(query->root, err);
    if (rc == 0)
        rc = pass_time(query->root, cancel);
    uint64_t total = matching(query->root, searcher->snapshot->info.articles);
    searching++;
    for (doc_ref doc = 1; doc <= total && rc == 0; doc++) {
        rc = cancel_check(cancel);
        if (rc == 0)
            rc = visit_one(searcher, query, doc, each, context, err);
        if (rc == 0 && has_word(query->root, "late") && doc == total / 2)
            rc = err_set(err, ERR_IO, "the disk is gone");
    }
    searching--;
    cancelled += rc == ERR_CANCELLED;
    return rc;
}

static int find(struct searcher *searcher, struct slice key, doc_ref *out,
                struct err *err)
{
    char text[32];
    snprintf(text, sizeof text, "%.*s", SLICE_ARG(key));
    if (strncmp(text, "fake:", 5) != 0)
        return err_set(err, ERR_NOTFOUND, "none");
    *out = strtoull(text + 5, NULL, 10);
    return *out >= 1 && *out <= searcher->snapshot->info.articles
               ? ERR_OK
               : err_set(err, ERR_NOTFOUND, "none");
}

static int versions(struct searcher *searcher, struct slice key,
                    struct arena *arena, struct version_list *out,
                    struct err *err)
{
    bool twice = slice_eq(key, SLICE("fake:deleted"));
    bool once = slice_eq(key, SLICE("fake:once"));
    doc_ref doc = 0;
    if (slice_eq(key, SLICE("fake:7")))
        return err_set(err, ERR_UNSUPPORTED, "no versions of it");
    int rc = twice || once ? ERR_OK : find(searcher, key, &doc, err);
    *out = (struct version_list){0};
    if (rc)
        return ERR_OK;
    out->version = arena_array(arena, struct version, 3);
    out->count = once ? 1 : twice ? 2 : 3;
    for (unsigned i = 0; i < out->count; i++) {
        bool current = i == 2;
        out->version[i] =
            (struct version){.doc = current ? doc : doc | (i + 1ull) << 32,
                             .generation = i + 1,
                             .current = current};
    }
    return ERR_OK;
}

static int no_forms(struct lexicon *lexicon, struct slice text, size_t limit,
                    struct arena *arena, struct slice_list *out,
                    struct err *err)
{
    (void)lexicon, (void)text, (void)limit, (void)arena, (void)err;
    *out = (struct slice_list){0};
    return ERR_OK;
}

static int no_stems(struct lexicon *lexicon, struct slice lang,
                    struct slice stem, struct arena *arena,
                    struct slice_list *out, struct err *err)
{
    (void)lang;
    return no_forms(lexicon, stem, 0, arena, out, err);
}

static int no_languages(struct lexicon *lexicon, struct arena *arena,
                        struct slice_list *out, struct err *err)
{
    return no_forms(lexicon, (struct slice){0}, 0, arena, out, err);
}

/* Every word stands once in each of twenty articles. */
static int frequency(struct lexicon *lexicon, struct slice form,
                     uint64_t *articles, uint64_t *occurrences, struct err *err)
{
    (void)lexicon, (void)form, (void)err;
    *articles = 20;
    *occurrences = 20;
    return ERR_OK;
}

static int entity_forms(struct lexicon *lexicon, struct slice id,
                        struct arena *arena, struct entity_form_list *out,
                        struct err *err)
{
    (void)lexicon, (void)err;
    const struct fake_entity *entity = entity_of(id);
    *out = (struct entity_form_list){
        .form = arena_array(arena, struct entity_form, 4)};
    for (size_t i = 0; entity && i < 4 && entity->form[i].text; i++)
        out->form[out->count++] =
            (struct entity_form){.text = slice_of(entity->form[i].text),
                                 .width = (unsigned)i + 1,
                                 .articles = entity->articles,
                                 .mentions = entity->form[i].mentions};
    return ERR_OK;
}

static int entity_counts(struct lexicon *lexicon, struct slice id,
                         uint64_t *articles, uint64_t *mentions,
                         struct err *err)
{
    (void)lexicon, (void)err;
    const struct fake_entity *entity = entity_of(id);
    *articles = entity ? entity->articles : 0;
    *mentions = 0;
    for (size_t i = 0; entity && i < 4; i++)
        *mentions += entity->form[i].mentions;
    return ERR_OK;
}

static int all_entities(struct lexicon *lexicon, struct arena *arena,
                        struct slice_list *out, struct err *err)
{
    (void)lexicon, (void)err;
    *out = (struct slice_list){arena_array(arena, struct slice, ENTITIES),
                               ENTITIES};
    for (size_t i = 0; i < ENTITIES; i++)
        out->item[i] = slice_of(entities[i].id);
    return ERR_OK;
}

static int entities_of(struct searcher *searcher, const doc_ref *docs,
                       size_t count, struct cancel *cancel, struct arena *arena,
                       struct entity_count_list *out, struct err *err)
{
    (void)searcher, (void)cancel, (void)err;
    *out = (struct entity_count_list){
        .entity = arena_alloc_array(arena, ENTITIES, sizeof *out->entity)};
    for (size_t i = 0; i < ENTITIES; i++) {
        uint64_t articles = 0;
        for (size_t k = 0; k < count; k++)
            articles += docs[k] <= entities[i].articles;
        if (articles)
            out->entity[out->count++] =
                (struct entity_count){slice_of(entities[i].id), articles};
    }
    return ERR_OK;
}

/* Each article that mentions it does so with its first word. */
static int mentions_of(struct searcher *searcher, doc_ref doc,
                       const struct slice *id, size_t count,
                       struct arena *arena, struct mention_list *out,
                       struct err *err)
{
    (void)searcher, (void)err;
    *out = (struct mention_list){
        .mention = arena_alloc_array(arena, count, sizeof *out->mention)};
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < ENTITIES; k++)
            if (slice_eq(slice_of(entities[k].id), id[i]) &&
                doc <= entities[k].articles)
                out->mention[out->count++] =
                    (struct mention){.entity = id[i], .width = 1};
    return ERR_OK;
}

static struct lexicon *lexicon(struct searcher *searcher)
{
    static const struct lexicon_ops ops = {.prefix_forms = no_forms,
                                           .near_forms = no_forms,
                                           .frequency = frequency,
                                           .stem_forms = no_stems,
                                           .entity_forms = entity_forms,
                                           .entity_frequency = entity_counts,
                                           .entities = all_entities,
                                           .languages = no_languages};
    static struct lexicon empty = {&ops};
    (void)searcher;
    return &empty;
}

static void snapshot_gone(struct snapshot *snapshot)
{
    snapshots--;
    mem_free(snapshot);
}

static int open_searcher(struct snapshot *snapshot, struct searcher **out,
                         struct err *err)
{
    (void)err;
    *out = mem_alloc(sizeof **out);
    **out = (struct searcher){.snapshot = snapshot};
    searchers++;
    return ERR_OK;
}

static void searcher_gone(struct searcher *searcher)
{
    searchers--;
    mem_free(searcher);
}

static const struct engine fake_engine = {
    .name = "fake",
    .snapshot_close = snapshot_gone,
    .searcher_open = open_searcher,
    .searcher_close = searcher_gone,
    .lexicon = lexicon,
    .search = search,
    .visit = visit,
    .article = article,
    .info = info,
    .published = published,
    .entities_of = entities_of,
    .mentions_of = mentions_of,
    .find = find,
    .versions = versions,
};

/* --- the index --- */

int fake_open(const char *dir, struct snapshot **out, struct err *err)
{
    char path[256];
    struct bytes_out text = {0};
    unsigned long long generation, articles;
    char digest[DIGEST_TEXT_SIZE] = "";
    snprintf(path, sizeof path, "%s/MANIFEST", dir);
    int rc = file_read(path, 1000, &text, err);
    put_u8(&text, '\0');
    if (rc == 0 && sscanf((char *)text.data, "%llu %llu %16s", &generation,
                          &articles, digest) < 2)
        rc = err_set(err, ERR_CORRUPT, "%s: no two numbers", path);
    bytes_out_release(&text);
    if (rc)
        return rc;
    opening++;
    while (held)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    opening--;
    *out = mem_alloc(sizeof **out);
    **out = (struct snapshot){
        .engine = &fake_engine,
        .refs = 1,
        .info = {.generation = generation,
                 .articles = articles,
                 .words = articles * 20},
    };
    snprintf((*out)->info.corpus_digest, DIGEST_TEXT_SIZE, "%llu", articles);
    snprintf((*out)->info.register_digest, DIGEST_TEXT_SIZE, "%s", digest);
    snapshots++;
    return ERR_OK;
}

int fake_open_register(const char *dir, const char *digest,
                       struct entity_register **out, struct err *err)
{
    static const char lines[] =
        "georgia\tplace\tGeorgia\tru:Грузия\t\n"
        "georgia-us\tplace\tGeorgia\t\tparent=united-states\n"
        "istanbul\tplace\tIstanbul\ttr:İstanbul; ru:Стамбул\tparent=turkey "
        "wikidata=Q406\n"
        "russia\tplace\tRussia\tru:Россия\t\n"
        "sergei-lavrov\tperson\tSergey Lavrov\tSergei Lavrov; "
        "ru:Сергей Лавров; ~Lavrov\tcountry=russia wikidata=Q58217\n"
        "turkey\tplace\tTürkiye\t!Turkey\t\n"
        "united-states\tplace\tUnited States\t!US\t\n";
    const struct register_text text = {SLICE("fake"), slice_of(lines)};
    registers++;
    if (strcmp(digest, FAKE_REGISTER) != 0)
        return err_set(err, ERR_CORRUPT, "%s: its register is damaged", dir);
    return register_read(&text, 1, NULL, NULL, out, err);
}

static void write_manifest(const char *dir, const char *text)
{
    struct err err = {0};
    if (replace_file(dir, "MANIFEST", slice_of(text), &err)) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
}

void fake_commit(const char *dir, uint64_t generation, uint64_t articles)
{
    char text[64];
    snprintf(text, sizeof text, "%llu %llu\n", (unsigned long long)generation,
             (unsigned long long)articles);
    write_manifest(dir, text);
}

void fake_commit_register(const char *dir, uint64_t generation,
                          uint64_t articles, const char *digest)
{
    char text[128];
    snprintf(text, sizeof text, "%llu %llu %s\n",
             (unsigned long long)generation, (unsigned long long)articles,
             digest);
    write_manifest(dir, text);
}

void fake_break(const char *dir)
{
    write_manifest(dir, "rubbish");
}

void fake_index(char dir[64], uint64_t generation, uint64_t articles)
{
    snprintf(dir, 64, "/tmp/dateline-test-XXXXXX");
    if (!mkdtemp(dir))
        abort();
    fake_commit(dir, generation, articles);
}

void fake_index_remove(const char *dir)
{
    (void)tree_remove(dir, NULL);
}
