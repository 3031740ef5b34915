/* info: what the index holds, read from its MANIFEST alone. */
#include "indexer/commands.h"

#include "base/err.h"
#include "base/json_out.h"

#include <stdio.h>

static void print_plain(const struct index_ref *index,
                        const struct generation_info *info,
                        const char *committed)
{
    const struct manifest *manifest = &index->manifest;
    printf("index         %s\n"
           "engine        %s\n"
           "generation    %llu\n"
           "committed     %s\n"
           "articles      %llu\n"
           "words         %llu\n"
           "bytes         %llu\n"
           "corpus digest %s\n"
           "analysis      version %u, %.*s\n",
           index->dir, info->engine, (unsigned long long)info->generation,
           committed, (unsigned long long)info->articles,
           (unsigned long long)info->words, (unsigned long long)info->bytes,
           info->corpus_digest, manifest->analysis_version,
           SLICE_ARG(manifest->fold_version));
}

static int print_json(const struct index_ref *index,
                      const struct generation_info *info, const char *committed)
{
    struct strbuf text;
    struct json_out j;
    strbuf_init(&text, 1 << 16);
    json_out_begin(&j, &text);
    json_out_object(&j);
    json_out_key(&j, "index");
    json_out_text(&j, index->dir);
    json_out_key(&j, "engine");
    json_out_text(&j, info->engine);
    json_out_key(&j, "generation");
    json_out_u64(&j, info->generation);
    json_out_key(&j, "committed");
    if (*committed)
        json_out_text(&j, committed);
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
    json_out_u64(&j, index->manifest.analysis_version);
    json_out_key(&j, "fold_version");
    json_out_slice(&j, index->manifest.fold_version);
    json_out_end(&j);
    int rc = text.failed ? ERR_NOMEM : ERR_OK;
    if (rc == ERR_OK)
        puts(text.data);
    strbuf_release(&text);
    return rc;
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
    if (rc == ERR_OK) {
        struct generation_info none = {0};
        const struct generation_info *info =
            index.manifest.generation_count ? &index.manifest.generation[0].info
                                            : &none;
        char committed[DATE_TEXT_SIZE] = "";
        if (info->generation)
            date_format((struct date){.seconds = info->committed,
                                      .precision = DATE_SECOND},
                        committed);
        if (!json)
            print_plain(&index, info, committed);
        else if ((rc = print_json(&index, info, committed)) != ERR_OK)
            err_set(&err, rc, "out of memory");
    }
    status = rc ? command_fail(&err) : EXIT_DONE;
    index_close(&index);
    return status;
}
