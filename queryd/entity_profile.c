#include "queryd/entity_profile.h"

#include "base/err.h"
#include "base/limits.h"
#include "queryd/article_json.h"
#include "queryd/entity_json.h"
#include "queryd/entity_scores.h"
#include "views/timeline.h"

/* One of two articles may be chance. */
enum { COMPANION_ARTICLES_MIN = 2 };

struct profile {
    const struct question *question;
    struct query query; /* @id */
    struct doc_list docs;
    struct timeline *years;
    /* of dated articles, and of equal dates by key */
    struct found first, last;
    bool dated;
    struct arena keys; /* of `first` and `last` */
};

/* --- a walk over the articles --- */

static int keep(struct profile *profile, struct found *slot, doc_ref doc,
                struct date published, struct slice key)
{
    *slot = (struct found){.doc = doc, .published = published};
    return arena_copy_slice(&profile->keys, key, &slot->key);
}

static int compare(struct date date, struct slice key, const struct found *than)
{
    if (date.seconds != than->published.seconds)
        return date.seconds < than->published.seconds ? -1 : 1;
    return slice_cmp(key, than->key);
}

/* A key is read only for a date that may be the first or the last one. */
static int note_ends(struct profile *profile, doc_ref doc, struct date date,
                     struct err *err)
{
    const struct question *question = profile->question;
    struct article_info info;
    struct arena arena;
    if (date.precision == DATE_NONE ||
        (profile->dated && date.seconds > profile->first.published.seconds &&
         date.seconds < profile->last.published.seconds))
        return ERR_OK;
    arena_init(&arena, LIMIT_QUERY_MEMORY);
    int rc =
        question->engine->info(question->searcher, doc, &arena, &info, err);
    bool first = !profile->dated ||
                 (rc == 0 && compare(date, info.key, &profile->first) < 0);
    bool last = !profile->dated ||
                (rc == 0 && compare(date, info.key, &profile->last) > 0);
    if (rc == 0 && first)
        rc = keep(profile, &profile->first, doc, date, info.key);
    if (rc == 0 && last)
        rc = keep(profile, &profile->last, doc, date, info.key);
    arena_reset(&arena);
    profile->dated |= rc == ERR_OK;
    return rc;
}

static int add_article(void *context, struct searcher *searcher, doc_ref doc,
                       const struct hit_list *hits, struct err *err)
{
    (void)hits;
    struct profile *profile = context;
    struct date published;
    uint32_t words;
    int rc = profile->question->engine->published(searcher, doc, &published,
                                                  &words, err);
    if (rc)
        return rc;
    rc = doc_list_add(&profile->docs, doc);
    if (rc == ERR_OK)
        rc = timeline_add_corpus(profile->years, published, SLICE(""), words);
    if (rc == ERR_CORRUPT)
        return err_set(err, rc, "an article has a date outside the calendar");
    if (rc == ERR_OK)
        return note_ends(profile, doc, published, err);
    return err_set(err, rc, "no memory for the articles");
}

/* As for a query: its mentions, and names that are newer than those. */
static int read_articles(struct profile *profile, const struct entity *entity)
{
    const struct question *question = profile->question;
    struct request *request = question->request;
    const struct ast ast = {.kind = AST_ENTITY, .text = entity->id};
    int rc = question_resolve(question, &ast, &request->arena, &profile->query,
                              &request->err);
    return rc ? rc
              : question->engine->visit(question->searcher, &profile->query,
                                        false, request->cancel, &request->arena,
                                        add_article, profile, &request->err);
}

/* --- what the register says --- */

static void write_text(const char *key, struct slice text, struct json_out *j)
{
    if (text.len == 0)
        return;
    json_out_key(j, key);
    json_out_slice(j, text);
}

static void write_place(const struct question *question, const char *key,
                        struct slice id, struct json_out *j)
{
    if (id.len == 0)
        return;
    json_out_key(j, key);
    json_out_object(j);
    entity_write_name(question, "id", id, j);
    json_out_end(j);
}

static void write_aliases(const struct entity *entity, struct json_out *j)
{
    json_out_key(j, "aliases");
    json_out_array(j);
    for (size_t i = 0; i < entity->alias_count; i++) {
        const struct entity_alias *alias = &entity->alias[i];
        json_out_object(j);
        json_out_key(j, "text");
        json_out_slice(j, alias->text);
        write_text("lang", alias->lang, j);
        if (alias->is_short) {
            json_out_key(j, "short");
            json_out_bool(j, true);
        }
        if (alias->capitals) {
            json_out_key(j, "capitals");
            json_out_bool(j, true);
        }
        json_out_end(j);
    }
    json_out_end(j);
}

/* --- the answer --- */

static int write_years(const struct profile *profile, struct json_out *j)
{
    struct timeline_row *row, *undated;
    size_t rows, undated_rows;
    uint64_t without = 0;
    char label[DATE_TEXT_SIZE];
    int rc = timeline_rows(profile->years, &row, &rows, &undated, &undated_rows,
                           &profile->question->request->err);
    if (rc)
        return rc;
    json_out_key(j, "years");
    json_out_array(j);
    for (size_t i = 0; i < rows; i++) {
        json_out_object(j);
        json_out_key(j, "year");
        json_out_text(j, timeline_label(BY_YEAR, row[i].from, label));
        json_out_key(j, "articles");
        json_out_u64(j, row[i].corpus_articles);
        json_out_end(j);
    }
    json_out_end(j);
    for (size_t i = 0; i < undated_rows; i++)
        without += undated[i].corpus_articles;
    json_out_key(j, "undated");
    json_out_u64(j, without);
    return ERR_OK;
}

static void write_end(const char *key, const struct profile *profile,
                      const struct found *found, struct json_out *j)
{
    json_out_key(j, key);
    if (!profile->dated) {
        json_out_null(j);
        return;
    }
    json_out_object(j);
    json_out_key(j, "date");
    date_write_json(j, found->published);
    json_out_key(j, "key");
    json_out_slice(j, found->key);
    json_out_end(j);
}

static int write_companions(const struct profile *profile, struct slice id,
                            size_t limit, struct json_out *j)
{
    const struct question *question = profile->question;
    struct entity_scores how = {.here = &profile->docs,
                                .without = id,
                                .min_articles = COMPANION_ARTICLES_MIN,
                                .associated = true};
    struct entity_rows rows;
    int rc = entity_scores_fill(&how, question, &rows);
    if (rc)
        return rc;
    json_out_key(j, "companions");
    json_out_array(j);
    for (size_t i = 0; i < rows.count && i < limit; i++) {
        json_out_object(j);
        entity_write_name(question, "id", rows.row[i].id, j);
        json_out_key(j, "articles");
        json_out_u64(j, rows.row[i].articles);
        json_out_key(j, "corpus_articles");
        json_out_u64(j, rows.row[i].corpus_articles);
        json_out_key(j, "log_likelihood");
        json_out_double(j, rows.row[i].log_likelihood, 4);
        json_out_end(j);
    }
    json_out_end(j);
    return ERR_OK;
}

static int write_index(const struct profile *profile,
                       const struct entity *entity, size_t companions,
                       struct json_out *j)
{
    uint64_t articles, mentions;
    const struct question *question = profile->question;
    int rc = entity_frequency(question, entity->id, &articles, &mentions);
    if (rc)
        return rc;
    json_out_key(j, "articles");
    json_out_u64(j, profile->docs.count);
    json_out_key(j, "mentions");
    json_out_u64(j, mentions);
    rc = entity_write_forms(question, entity->id, j);
    if (profile->query.entity_count)
        entity_write_new_names(&profile->query.entity[0], j);
    if (rc == ERR_OK)
        rc = write_years(profile, j);
    if (rc)
        return rc;
    write_end("first", profile, &profile->first, j);
    write_end("last", profile, &profile->last, j);
    return write_companions(profile, entity->id, companions, j);
}

int entity_profile_write(const struct question *question,
                         const struct entity *entity, size_t companions,
                         struct json_out *j)
{
    struct profile profile = {.question = question,
                              .years = timeline_new(BY_YEAR, false)};
    arena_init(&profile.keys, LIMIT_QUERY_MEMORY);
    int rc = profile.years ? ERR_OK
                           : err_set(&question->request->err, ERR_NOMEM,
                                     "no memory for the years");
    if (rc == ERR_OK)
        rc = read_articles(&profile, entity);
    if (rc == ERR_OK) {
        write_text("wikidata", entity->wikidata, j);
        write_place(question, "parent", entity->parent, j);
        write_place(question, "country", entity->country, j);
        write_aliases(entity, j);
        rc = write_index(&profile, entity, companions, j);
    }
    doc_list_release(&profile.docs);
    timeline_free(profile.years);
    arena_reset(&profile.keys);
    return rc;
}
