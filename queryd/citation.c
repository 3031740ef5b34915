#include "queryd/citation.h"

#include "base/limits.h"

enum { CITATION_BYTES = 1 << 20 };

/* The bytes of a line break or another control character that stands at `at`; 0 for
 * none. To a query they are blanks, so that blanks may stand for them. */
static size_t control_at(struct slice text, size_t at)
{
    const uint8_t *b = text.data + at;
    size_t left = text.len - at;
    if (b[0] < ' ' || b[0] == 0x7f)
        return 1;
    if (left >= 2 && b[0] == 0xc2 && b[1] >= 0x80 && b[1] < 0xa0)
        return 2;
    /* U+2028 and U+2029, the separators of lines and paragraphs */
    if (left >= 3 && b[0] == 0xe2 && b[1] == 0x80 && (b[2] | 1) == 0xa9)
        return 3;
    return 0;
}

static void add_line(struct strbuf *out, struct slice text)
{
    for (size_t at = 0; at < text.len;) {
        size_t control = control_at(text, at);
        strbuf_add_char(out, control ? ' ' : (char)text.data[at]);
        at += control ? control : 1;
    }
}

void citation_write(const struct question *question, uint64_t total,
                    uint64_t total_hits, struct json_out *j)
{
    const struct generation_info *info = &question->request->snapshot->info;
    struct strbuf line, query;
    strbuf_init(&line, CITATION_BYTES);
    strbuf_init(&query, CITATION_BYTES);
    strbuf_addf(&line,
                "dateline/1 version=%s generation=%llu corpus=%s total=%llu "
                "total_hits=%llu query=",
                DATELINE_VERSION, (unsigned long long)info->generation,
                info->corpus_digest, (unsigned long long)total,
                (unsigned long long)total_hits);
    ast_print(question->query.ast, &query);
    add_line(&line, strbuf_slice(&query));
    json_out_key(j, "citation");
    json_out_slice(j, strbuf_slice(&line));
    j->out->failed |= line.failed | query.failed;
    strbuf_release(&line);
    strbuf_release(&query);
}
