/* info: what the index holds, by its MANIFEST; and what it is made of, where the engine
 * can tell. */
#include "indexer/commands.h"

#include "base/err.h"
#include "base/json_out.h"

#include <stdio.h>

/* What is known. */
struct knowledge {
    const struct index_ref *index;
    struct generation_info info; /* generation 0: none yet */
    char committed[DATE_TEXT_SIZE];
    bool composed; /* the next one is known */
    struct composition composition;
};

static void print_composition(const struct composition *made, uint64_t bytes)
{
    printf("pieces        %llu\n"
           "old versions  %llu\n",
           (unsigned long long)made->pieces,
           (unsigned long long)made->old_versions);
    const char *label = "of the bytes";
    for (size_t i = 0; i < made->part_count; i++) {
        uint64_t part = made->part[i].bytes;
        if (part == 0)
            continue;
        printf("%-13s %-21s %5.1f %%  %llu\n", label, made->part[i].name,
               bytes ? 100.0 * (double)part / (double)bytes : 0,
               (unsigned long long)part);
        label = "";
    }
}

static void print_plain(const struct knowledge *known)
{
    const struct generation_info *info = &known->info;
    const struct manifest *manifest = &known->index->manifest;
    printf("index         %s\n"
           "engine        %s\n"
           "generation    %llu\n"
           "committed     %s\n"
           "articles      %llu\n"
           "words         %llu\n"
           "corpus digest %s\n"
           "analysis      version %u, %.*s\n"
           "bytes         %llu\n",
           known->index->dir, info->engine,
           (unsigned long long)info->generation, known->committed,
           (unsigned long long)info->articles, (unsigned long long)info->words,
           info->corpus_digest, manifest->analysis_version,
           SLICE_ARG(manifest->fold_version), (unsigned long long)info->bytes);
    if (known->composed)
        print_composition(&known->composition, info->bytes);
}

static void json_composition(struct json_out *j, const struct composition *made)
{
    json_out_key(j, "pieces");
    json_out_u64(j, made->pieces);
    json_out_key(j, "old_versions");
    json_out_u64(j, made->old_versions);
    json_out_key(j, "parts");
    json_out_array(j);
    for (size_t i = 0; i < made->part_count; i++) {
        json_out_object(j);
        json_out_key(j, "name");
        json_out_text(j, made->part[i].name);
        json_out_key(j, "bytes");
        json_out_u64(j, made->part[i].bytes);
        json_out_end(j);
    }
    json_out_end(j);
}

static int print_json(const struct knowledge *known)
{
    const struct generation_info *info = &known->info;
    struct strbuf text;
    struct json_out j;
    strbuf_init(&text, 1 << 16);
    json_out_begin(&j, &text);
    json_out_object(&j);
    json_out_key(&j, "index");
    json_out_text(&j, known->index->dir);
    json_out_key(&j, "engine");
    json_out_text(&j, info->engine);
    json_out_key(&j, "generation");
    json_out_u64(&j, info->generation);
    json_out_key(&j, "committed");
    if (*known->committed)
        json_out_text(&j, known->committed);
    else
        json_out_null(&j);
    json_out_key(&j, "articles");
    json_out_u64(&j, info->articles);
    json_out_key(&j, "words");
    json_out_u64(&j, info->words);
    json_out_key(&j, "bytes");
    json_out_u64(&j, info->bytes);
    json_out_key(&j, "corpus_digest");
    json_out_text(&j, info->corpus_digest);
    json_out_key(&j, "analysis_version");
    json_out_u64(&j, known->index->manifest.analysis_version);
    json_out_key(&j, "fold_version");
    json_out_slice(&j, known->index->manifest.fold_version);
    if (known->composed)
        json_composition(&j, &known->composition);
    json_out_end(&j);
    int rc = text.failed ? ERR_NOMEM : ERR_OK;
    if (rc == ERR_OK)
        puts(text.data);
    strbuf_release(&text);
    return rc;
}

/* Asks the files. What MANIFEST says is known even if they are damaged. */
static int look_inside(struct knowledge *known, struct err *err)
{
    struct snapshot *snapshot;
    const struct engine *const engines[] = {known->index->engine, NULL};
    int rc = snapshot_open(known->index->dir, engines, &snapshot, err);
    if (rc)
        return rc;
    known->info = snapshot->info; /* of this moment */
    rc = known->index->engine->describe(snapshot, &known->composition, err);
    snapshot_unref(snapshot);
    known->composed = rc == ERR_OK;
    return rc == ERR_UNSUPPORTED ? ERR_OK : rc;
}

static int tell(const struct index_ref *index, bool json, struct err *err)
{
    struct knowledge known = {.index = index};
    int damage = ERR_OK, rc = ERR_OK;
    if (index->manifest.generation_count) {
        known.info = index->manifest.generation[0].info;
        damage = look_inside(&known, err);
        date_format((struct date){.seconds = known.info.committed,
                                  .precision = DATE_SECOND},
                    known.committed);
    }
    if (json)
        rc = print_json(&known);
    else
        print_plain(&known);
    return rc ? err_set(err, rc, "out of memory") : damage;
}

int command_info(const struct engine *const *engines, int argc, char **argv)
{
    const char *dir = NULL;
    bool json = false;
    const struct option table[] = {
        {"index", 0, OPTION_TEXT, &dir, "DIR", "the index [$DATELINE_INDEX]", 0,
         0},
        {"json", 0, OPTION_FLAG, &json, NULL, "as JSON", 0, 0},
        {0},
    };
    int rest, status;
    if (!command_options(table, "info --index DIR", argc, argv, &rest, &status))
        return status;

    struct err err = {0};
    struct index_ref index = {0};
    int rc = ERR_OK;
    if (rest)
        rc = err_set(&err, ERR_INVALID, "info takes no '%s'; say --index DIR",
                     argv[1]);
    if (rc == ERR_OK)
        rc = index_find(&index, engines, dir, NULL, true, &err);
    if (rc == ERR_OK)
        rc = tell(&index, json, &err);
    status = rc ? command_fail(&err) : EXIT_DONE;
    index_close(&index);
    return status;
}
