#include "queryd/hit_line.h"

#include "base/limits.h"
#include "queryd/article_json.h"
#include "queryd/csv.h"

static void put_text(struct json_out *j, const char *key, struct slice text)
{
    json_out_key(j, key);
    json_out_slice(j, text);
}

static void put_number(struct json_out *j, const char *key, uint64_t number)
{
    json_out_key(j, key);
    json_out_u64(j, number);
}

static void write_json(struct strbuf *out, const struct article *article,
                       const struct kwic_line *line, const struct hit *hit,
                       bool span)
{
    struct json_out j;
    json_out_begin(&j, out);
    json_out_object(&j);
    put_text(&j, "key", article->key);
    json_out_key(&j, "date");
    date_write_json(&j, article->published);
    put_text(&j, "source", article->source);
    json_out_key(&j, "part");
    json_out_text(&j, article_part_name(line->part));
    put_number(&j, "position", line->position);
    if (span) {
        put_number(&j, "start", hit->span.start);
        put_number(&j, "end", hit->span.end);
    }
    put_text(&j, "left", line->left);
    put_text(&j, "hit", line->hit);
    put_text(&j, "right", line->right);
    json_out_key(&j, "marks");
    json_out_array(&j);
    for (size_t i = 0; i < line->mark_count; i++) {
        json_out_array(&j);
        json_out_u64(&j, line->mark[i].start);
        json_out_u64(&j, line->mark[i].end);
        json_out_end(&j);
    }
    json_out_end(&j);
    json_out_end(&j);
    strbuf_add_char(out, '\n');
}

static void write_csv(struct strbuf *out, const struct article *article,
                      const struct kwic_line *line, const struct hit *hit)
{
    char date[DATE_TEXT_SIZE];
    struct csv_row row = {.out = out};
    csv_text(&row, article->key);
    csv_text(&row, slice_of(date_format(article->published, date)));
    csv_text(&row, article->source);
    csv_text(&row, slice_of(article_part_name(line->part)));
    csv_number(&row, hit->span.start);
    csv_number(&row, hit->span.end);
    csv_text(&row, line->left);
    csv_text(&row, line->hit);
    csv_text(&row, line->right);
    csv_end(&row);
}

void hit_line_names(struct lines *lines)
{
    strbuf_add_text(&lines->head,
                    "key,date,source,part,start,end,left,hit,right\r\n");
}

int hit_line_send(struct lines *lines, const struct hit_line_style *style,
                  const struct view_article *view, const struct hit *hit)
{
    struct kwic_line line;
    struct arena arena;
    arena_init(&arena, LIMIT_QUERY_MEMORY);
    int rc = kwic_line_make(&view->article, &view->analysis, hit, style->unit,
                            style->width, &arena, &line,
                            &lines->question->request->err);
    if (rc == 0 && style->csv)
        write_csv(&lines->text, &view->article, &line, hit);
    else if (rc == 0)
        write_json(&lines->text, &view->article, &line, hit, style->span);
    arena_reset(&arena);
    return rc ? rc : lines_send(lines);
}
