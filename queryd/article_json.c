#include "queryd/article_json.h"

void date_write_json(struct json_out *j, struct date date)
{
    char text[DATE_TEXT_SIZE];
    if (date.precision == DATE_NONE)
        json_out_null(j);
    else
        json_out_text(j, date_format(date, text));
}

static void write_date(struct json_out *j, const char *key, struct date date)
{
    json_out_key(j, key);
    date_write_json(j, date);
}

static void write_text(struct json_out *j, const char *key, struct slice text)
{
    json_out_key(j, key);
    json_out_slice(j, text);
}

static void write_list(struct json_out *j, const char *key,
                       const struct slice_list *list)
{
    json_out_key(j, key);
    json_out_array(j);
    for (size_t i = 0; i < list->count; i++)
        json_out_slice(j, list->item[i]);
    json_out_end(j);
}

void article_write_json(struct json_out *j, const struct article *a)
{
    json_out_object(j);
    write_text(j, "key", a->key);
    json_out_key(j, "version");
    json_out_u64(j, a->version);
    for (enum article_part part = 0; part < PART_COUNT; part++)
        write_text(j, article_part_name(part), a->text[part]);
    write_text(j, "byline", a->byline);
    write_text(j, "dateline", a->dateline);
    write_text(j, "lang", a->lang);
    json_out_key(j, "lang_guessed");
    json_out_bool(j, a->lang_guessed);
    write_text(j, "source", a->source);
    write_text(j, "id", a->id);
    write_text(j, "url", a->url);
    write_text(j, "status", a->status);
    write_date(j, "published", a->published);
    json_out_key(j, "published_from");
    json_out_text(j, date_origin_name(a->published_from));
    write_date(j, "modified", a->modified);
    write_date(j, "ingested",
               (struct date){.seconds = a->ingested, .precision = DATE_SECOND});
    write_list(j, "topics", &a->topics);
    write_list(j, "places", &a->places);
    write_list(j, "people", &a->people);
    write_list(j, "orgs", &a->orgs);
    json_out_end(j);
}
