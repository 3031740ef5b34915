/* corpus_text.h - the bodies of a JSONL file of the shared corpora, one by one. */
#ifndef TESTS_CORPUS_TEXT_H
#define TESTS_CORPUS_TEXT_H

#include <jansson.h>
#include <unistd.h>
#include <zlib.h>

#include "base/bytes.h"

/* False, after saying why, when the shared corpora are not on this machine. */
static inline bool corpora_present(void)
{
    if (access(SHARED_CORPORA "/news", R_OK) == 0)
        return true;
    print_message("no %s: skipped\n", SHARED_CORPORA);
    return false;
}

/* Calls `see` with the title and the body of the first `limit` records. */
static inline size_t corpus_each(const char *name, size_t limit,
                                 void (*see)(struct slice text,
                                             struct slice lang, void *arg),
                                 void *arg)
{
    enum { LINE_BYTES = 8 << 20 };
    char path[512];
    snprintf(path, sizeof path, "%s/news/%s.jsonl.gz", SHARED_CORPORA, name);
    gzFile file = gzopen(path, "rb");
    char *line = malloc(LINE_BYTES);
    CHECK_MSG(file && line, "%s", path);
    size_t count = 0;
    while (count < limit && gzgets(file, line, LINE_BYTES)) {
        json_t *record = json_loads(line, 0, NULL);
        CHECK_MSG(record, "%s, record %zu", path, count);
        const char *fields[] = {"title", "body"};
        struct slice lang =
            slice_of(json_string_value(json_object_get(record, "lang")));
        for (int i = 0; i < 2; i++)
            see(slice_of(json_string_value(json_object_get(record, fields[i]))),
                lang, arg);
        json_decref(record);
        count++;
    }
    free(line);
    gzclose(file);
    return count;
}

#endif
