/* fts5.c - game-fts5: SQLite's full-text index, set up as its manual says for an index
 * that keeps no text: contentless, with positions, optimized into one segment. */
#include "base/err.h"
#include "base/mem.h"
#include "bench/game/program.h"

#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* `ascii` takes every byte above 127 for a letter: words are what stands between
 * blanks. Rows are numbered as the articles' ids, which are numbers. */
static const char schema[] =
    "CREATE VIRTUAL TABLE article USING fts5"
    "(text, content='', detail=full, tokenize='ascii')";

struct reader {
    sqlite3 *db;
    sqlite3_stmt *top, *count;
    bool ids;
};

static int failed(sqlite3 *db, const char *doing, struct err *err)
{
    return err_set(err, ERR_IO, "%s: %s", doing, sqlite3_errmsg(db));
}

static int run(sqlite3 *db, const char *sql, struct err *err)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) ? failed(db, sql, err)
                                                   : ERR_OK;
}

static int open_file(const char *dir, int flags, sqlite3 **out, struct err *err)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/fts5.db", dir);
    return sqlite3_open_v2(path, out, flags, NULL) ? failed(*out, path, err)
                                                   : ERR_OK;
}

/* --- build --- */

struct builder {
    sqlite3 *db;
    sqlite3_stmt *insert;
};

static int put_article(void *context, const struct game_article *in,
                       struct err *err)
{
    struct builder *builder = context;
    sqlite3_int64 row = strtoll((const char *)in->id.data, NULL, 10) + 1;
    sqlite3_bind_int64(builder->insert, 1, row);
    sqlite3_bind_text(builder->insert, 2, (const char *)in->text.data,
                      (int)in->text.len, SQLITE_STATIC);
    bool done = sqlite3_step(builder->insert) == SQLITE_DONE;
    sqlite3_reset(builder->insert);
    return done ? ERR_OK : failed(builder->db, "insert", err);
}

static int fill(struct builder *builder, const struct game_options *options,
                struct err *err)
{
    char cache[64];
    /* In kibibytes, as a negative number. */
    snprintf(cache, sizeof cache, "PRAGMA cache_size=%ld",
             -(options->memory >> 10));
    const char *before[] = {"PRAGMA page_size=4096",
                            "PRAGMA journal_mode=OFF",
                            "PRAGMA synchronous=OFF",
                            cache,
                            schema,
                            "BEGIN"};
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < sizeof before / sizeof *before; i++)
        rc = run(builder->db, before[i], err);
    if (rc == ERR_OK &&
        sqlite3_prepare_v2(builder->db,
                           "INSERT INTO article(rowid, text) VALUES (?, ?)", -1,
                           &builder->insert, NULL))
        rc = failed(builder->db, "prepare", err);
    if (rc == ERR_OK)
        rc = game_read_articles(put_article, builder, err);
    if (rc == ERR_OK && !options->keep_pieces)
        rc = run(builder->db, "INSERT INTO article(article) VALUES('optimize')",
                 err);
    if (rc == ERR_OK)
        rc = run(builder->db, "COMMIT", err);
    return rc;
}

static int build(const struct game_options *options, struct err *err)
{
    struct builder builder = {0};
    if (mkdir(options->dir, 0777))
        return err_set_errno(err, "making", options->dir);
    int rc = open_file(options->dir, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                       &builder.db, err);
    if (rc == ERR_OK)
        rc = fill(&builder, options, err);
    sqlite3_finalize(builder.insert);
    sqlite3_close(builder.db);
    return rc;
}

/* --- query --- */

static int prepare(struct reader *reader, struct err *err)
{
    static const char top[] = "SELECT rowid - 1 FROM article WHERE article "
                              "MATCH ? ORDER BY rank LIMIT ?";
    static const char count[] =
        "SELECT count(*) FROM article WHERE article MATCH ?";
    if (sqlite3_prepare_v2(reader->db, top, -1, &reader->top, NULL) ||
        sqlite3_prepare_v2(reader->db, count, -1, &reader->count, NULL))
        return failed(reader->db, "prepare", err);
    return ERR_OK;
}

static int open_reader(const struct game_options *options, void **out,
                       struct err *err)
{
    struct reader *reader = mem_alloc(sizeof *reader);
    if (!reader)
        return err_set(err, ERR_NOMEM, "no memory for a reader");
    *reader = (struct reader){.ids = options->ids};
    *out = reader;
    int rc = open_file(options->dir, SQLITE_OPEN_READONLY, &reader->db, err);
    /* All of the file in memory, without copies. */
    if (rc == ERR_OK)
        rc = run(reader->db, "PRAGMA mmap_size=2000000000", err);
    if (rc == ERR_OK)
        rc = run(reader->db, "PRAGMA cache_size=-524288", err);
    return rc ? rc : prepare(reader, err);
}

static void close_reader(void *context)
{
    struct reader *reader = context;
    if (!reader)
        return;
    sqlite3_finalize(reader->top);
    sqlite3_finalize(reader->count);
    sqlite3_close(reader->db);
    mem_free(reader);
}

static void match_expression(const struct game_question *question,
                             struct strbuf *out)
{
    static const char *const between[] = {
        [GAME_ANY] = "\" OR \"", [GAME_ALL] = "\" AND \"", [GAME_PHRASE] = " "};
    strbuf_add_char(out, '"');
    for (size_t i = 0; i < question->count; i++) {
        if (i)
            strbuf_add_text(out, between[question->form]);
        strbuf_add_slice(out, question->word[i]);
    }
    strbuf_add_char(out, '"');
}

static int ask(struct reader *reader, const struct game_question *question,
               struct strbuf *out, struct err *err)
{
    sqlite3_int64 shown = 0, id[100];
    int rc = SQLITE_DONE;
    if (game_question_top(question)) {
        sqlite3_bind_int64(reader->top, 2,
                           (sqlite3_int64)game_question_top(question));
        while ((rc = sqlite3_step(reader->top)) == SQLITE_ROW)
            id[shown++] = sqlite3_column_int64(reader->top, 0);
    }
    sqlite3_int64 number = shown;
    if (rc == SQLITE_DONE && game_question_counts(question)) {
        rc = sqlite3_step(reader->count);
        number = sqlite3_column_int64(reader->count, 0);
    }
    if (rc != SQLITE_DONE && rc != SQLITE_ROW)
        return failed(reader->db, "query", err);
    strbuf_addf(out, "%lld", number);
    for (sqlite3_int64 i = 0; reader->ids && i < shown; i++)
        strbuf_addf(out, " %lld", id[i]);
    return ERR_OK;
}

static int answer(void *context, const struct game_question *question,
                  struct strbuf *out, struct err *err)
{
    struct reader *reader = context;
    struct strbuf match;
    strbuf_init(&match, 1 << 16);
    match_expression(question, &match);
    sqlite3_bind_text(reader->top, 1, match.data, (int)match.len,
                      SQLITE_STATIC);
    sqlite3_bind_text(reader->count, 1, match.data, (int)match.len,
                      SQLITE_STATIC);
    int rc = match.failed ? err_set(err, ERR_NOMEM, "no memory for a question")
                          : ask(reader, question, out, err);
    sqlite3_reset(reader->top);
    sqlite3_reset(reader->count);
    strbuf_release(&match);
    return rc;
}

int main(int argc, char **argv)
{
    static const struct game_engine engine = {"game-fts5", build, open_reader,
                                              answer, close_reader};
    return game_main(argc, argv, &engine);
}
