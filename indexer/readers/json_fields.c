#include "indexer/readers/json_fields.h"

#include "indexer/readers/encoding.h"

#include <pthread.h>
#include <string.h>

enum field {
    FIELD_ID,
    FIELD_URL,
    FIELD_TITLE,
    FIELD_SUMMARY,
    FIELD_BODY,
    FIELD_CAPTIONS,
    FIELD_SOURCE,
    FIELD_LANG,
    FIELD_BYLINE,
    FIELD_DATELINE,
    FIELD_STATUS,
    FIELD_VERSION,
    FIELD_TOPICS,
    FIELD_PLACES,
    FIELD_PEOPLE,
    FIELD_ORGS,
    FIELD_PUBLISHED,
    FIELD_MODIFIED,
    FIELD_COUNT,
};

/* Names as they are once case, '_' and '-' are dropped. When a record has several
 * names of one field, the one that stands first here and is not empty is taken. */
#define NAME(field, text)                                                      \
    {                                                                          \
        FIELD_##field, sizeof(text) - 1, text                                  \
    }
enum { NAME_MAX_BYTES = 24 };
static const struct {
    uint8_t field, len;
    char name[NAME_MAX_BYTES];
} names[] = {
    NAME(ID, "id"),
    NAME(ID, "guid"),
    NAME(ID, "uri"),
    NAME(ID, "uuid"),
    NAME(ID, "articleid"),
    NAME(ID, "docid"),
    NAME(URL, "url"),
    NAME(URL, "link"),
    NAME(URL, "canonicalurl"),
    NAME(URL, "weburl"),
    NAME(URL, "permalink"),
    NAME(TITLE, "title"),
    NAME(TITLE, "headline"),
    NAME(SUMMARY, "summary"),
    NAME(SUMMARY, "standfirst"),
    NAME(SUMMARY, "description"),
    NAME(SUMMARY, "abstract"),
    NAME(SUMMARY, "lead"),
    NAME(SUMMARY, "lede"),
    NAME(SUMMARY, "subtitle"),
    NAME(SUMMARY, "excerpt"),
    NAME(BODY, "body"),
    NAME(BODY, "text"),
    NAME(BODY, "content"),
    NAME(BODY, "articlebody"),
    NAME(BODY, "bodytext"),
    NAME(BODY, "maintext"),
    NAME(BODY, "fulltext"),
    NAME(CAPTIONS, "captions"),
    NAME(CAPTIONS, "caption"),
    NAME(SOURCE, "source"),
    NAME(SOURCE, "publisher"),
    NAME(SOURCE, "outlet"),
    NAME(SOURCE, "sourcename"),
    NAME(SOURCE, "sourcedomain"),
    NAME(SOURCE, "site"),
    NAME(SOURCE, "sitename"),
    NAME(LANG, "lang"),
    NAME(LANG, "language"),
    NAME(LANG, "inlanguage"),
    NAME(BYLINE, "byline"),
    NAME(BYLINE, "author"),
    NAME(BYLINE, "authors"),
    NAME(BYLINE, "creator"),
    NAME(DATELINE, "dateline"),
    NAME(STATUS, "status"),
    NAME(STATUS, "pubstatus"),
    NAME(VERSION, "version"),
    NAME(TOPICS, "topics"),
    NAME(TOPICS, "topic"),
    NAME(TOPICS, "tags"),
    NAME(TOPICS, "keywords"),
    NAME(TOPICS, "categories"),
    NAME(TOPICS, "category"),
    NAME(TOPICS, "subjects"),
    NAME(TOPICS, "section"),
    NAME(TOPICS, "articlesection"),
    NAME(PLACES, "places"),
    NAME(PLACES, "locations"),
    NAME(PEOPLE, "people"),
    NAME(PEOPLE, "persons"),
    NAME(ORGS, "orgs"),
    NAME(ORGS, "organisations"),
    NAME(ORGS, "organizations"),
    NAME(PUBLISHED, "published"),
    NAME(PUBLISHED, "datepublished"),
    NAME(PUBLISHED, "datepublish"),
    NAME(PUBLISHED, "publishedat"),
    NAME(PUBLISHED, "publisheddate"),
    NAME(PUBLISHED, "publishdate"),
    NAME(PUBLISHED, "publicationdate"),
    NAME(PUBLISHED, "pubdate"),
    NAME(PUBLISHED, "date"),
    NAME(PUBLISHED, "created"),
    NAME(PUBLISHED, "createdat"),
    NAME(PUBLISHED, "datecreated"),
    NAME(PUBLISHED, "timestamp"),
    NAME(MODIFIED, "modified"),
    NAME(MODIFIED, "datemodified"),
    NAME(MODIFIED, "datemodify"),
    NAME(MODIFIED, "modifiedat"),
    NAME(MODIFIED, "lastmodified"),
    NAME(MODIFIED, "updated"),
    NAME(MODIFIED, "updatedat"),
    NAME(MODIFIED, "versioncreated"),
};
enum { NAME_COUNT = sizeof names / sizeof *names };

/* What the record has for one field. */
struct found {
    const struct json_value *value;
    struct slice key; /* as the record spells it, for messages */
    size_t rank;
};

struct filling {
    struct found found[FIELD_COUNT];
    struct arena *arena;
    struct reject *reject;
};

/* --- names --- */

enum { SLOT_COUNT = 256 };
_Static_assert(NAME_COUNT < SLOT_COUNT / 2, "slots are mostly free");

/* Ranks plus one, 0: free. A name is in the slot of its hash, or behind that. */
static uint8_t name_slot[SLOT_COUNT];

static size_t slot_of(const char *name, size_t len)
{
    return (len * 31 + (uint8_t)name[0] * 7u + (uint8_t)name[len - 1]) %
           SLOT_COUNT;
}

static void make_slots(void)
{
    for (size_t rank = 0; rank < NAME_COUNT; rank++) {
        size_t slot = slot_of(names[rank].name, names[rank].len);
        while (name_slot[slot])
            slot = (slot + 1) % SLOT_COUNT;
        name_slot[slot] = (uint8_t)(rank + 1);
    }
}

/* NAME_COUNT when the key means nothing to us. */
static size_t find_name(struct slice key)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    char plain[NAME_MAX_BYTES];
    size_t len = 0;
    pthread_once(&once, make_slots);
    for (size_t i = 0; i < key.len; i++) {
        uint8_t c = key.data[i];
        if (c == '_' || c == '-')
            continue;
        if (len == sizeof plain)
            return NAME_COUNT;
        plain[len++] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    }
    if (len == 0)
        return NAME_COUNT;
    for (size_t slot = slot_of(plain, len); name_slot[slot];
         slot = (slot + 1) % SLOT_COUNT) {
        size_t rank = name_slot[slot] - 1u;
        if (names[rank].len == len && memcmp(names[rank].name, plain, len) == 0)
            return rank;
    }
    return NAME_COUNT;
}

/* --- values --- */

static bool is_string(const struct json_value *value)
{
    return value->type == JSON_STRING;
}

static bool is_empty(const struct json_value *value)
{
    switch (value->type) {
    case JSON_NULL:
        return true;
    case JSON_STRING:
        return slice_trim(value->text).len == 0;
    case JSON_ARRAY:
    case JSON_OBJECT:
        return value->count == 0;
    default:
        return false;
    }
}

static const char *type_name(const struct json_value *value)
{
    switch (value->type) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "true or false";
    case JSON_NULL:
        break;
    }
    return "null";
}

static int wrong_type(struct filling *f, enum field field,
                      const struct json_value *value, const char *want)
{
    return reject_set(f->reject, 0, 0, "\"%.*s\" holds %s, not %s",
                      SLICE_ARG(f->found[field].key), type_name(value), want);
}

/* A string, or the name of {"name": ...}; NULL for anything else. */
static const struct json_value *name_of(const struct json_value *value)
{
    static const char *const keys[] = {"name", "title", "label", "text"};
    if (is_string(value))
        return value;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct json_value *name = json_member(value, keys[i]);
        if (name && is_string(name))
            return name;
    }
    return NULL;
}

/* The items of an array, or what is none as the only one; the next one is item->next. */
static const struct json_value *first_of(const struct json_value *value,
                                         size_t *count)
{
    bool many = value->type == JSON_ARRAY;
    *count = many ? value->count : 1;
    return many ? value->first : value;
}

/* Strings of a string, of {"name"} or of an array of these, with `between` between
 * them. */
static int join_strings(struct filling *f, enum field field,
                        const char *between, struct slice *out)
{
    const struct json_value *value = f->found[field].value, *item;
    size_t count, size = 0;
    item = first_of(value, &count);
    for (size_t i = 0; i < count; i++, item = item->next) {
        const struct json_value *name = name_of(item);
        if (!name)
            return wrong_type(f, field, item, "text");
        size += name->text.len + strlen(between);
    }
    if (value->type != JSON_ARRAY) {
        *out = name_of(value)->text;
        return 0;
    }
    char *text = arena_alloc_unset(f->arena, size + 1), *end = text;
    if (!text)
        return ERR_NOMEM;
    item = first_of(value, &count);
    for (size_t i = 0; i < count; i++, item = item->next) {
        struct slice s = name_of(item)->text;
        if (end > text)
            end = stpcpy(end, between);
        memcpy(end, s.data, s.len);
        end += s.len;
    }
    *out = (struct slice){(uint8_t *)text, (size_t)(end - text)};
    return 0;
}

static int fill_text(struct filling *f, enum field field, struct slice *out)
{
    struct slice text;
    if (!f->found[field].value)
        return 0;
    int rc = join_strings(f, field, "\n\n", &text);
    return rc ? rc : text_clean(text, f->arena, out);
}

static int fill_line(struct filling *f, enum field field, struct slice *out)
{
    struct slice text;
    if (!f->found[field].value)
        return 0;
    int rc = join_strings(f, field, ", ", &text);
    return rc ? rc : text_clean_line(text, f->arena, out);
}

static int fill_id(struct filling *f, struct slice *out)
{
    const struct json_value *value = f->found[FIELD_ID].value;
    if (!value)
        return 0;
    if (is_string(value))
        return text_clean_line(value->text, f->arena, out);
    if (value->type != JSON_INTEGER)
        return wrong_type(f, FIELD_ID, value, "text or a whole number");
    char *text =
        arena_printf(f->arena, "%" JSON_INTEGER_FORMAT, value->integer);
    if (!text)
        return ERR_NOMEM;
    *out = slice_of(text);
    return 0;
}

static bool is_tag_part(struct slice part, bool first)
{
    for (size_t i = 0; i < part.len; i++) {
        uint8_t c = part.data[i];
        if (!(c >= 'a' && c <= 'z') && (first || !(c >= '0' && c <= '9')))
            return false;
    }
    return first ? part.len == 2 || part.len == 3
                 : part.len >= 1 && part.len <= 8;
}

/* BCP 47: "en", "zh-hans-cn". */
static bool is_language_tag(struct slice tag)
{
    for (size_t at = 0; at <= tag.len;) {
        size_t end = at;
        while (end < tag.len && tag.data[end] != '-')
            end++;
        if (!is_tag_part(slice_part(tag, at, end), at == 0))
            return false;
        at = end + 1;
    }
    return true;
}

/* What cannot be a tag ("English") is no language to us. */
static int fill_lang(struct filling *f, struct slice *out)
{
    struct slice text = {0};
    int rc = fill_line(f, FIELD_LANG, &text);
    if (rc || text.len == 0)
        return rc;
    uint8_t *tag = arena_copy(f->arena, text.data, text.len);
    if (!tag)
        return ERR_NOMEM;
    for (size_t i = 0; i < text.len; i++)
        tag[i] = tag[i] == '_'                    ? '-'
                 : tag[i] >= 'A' && tag[i] <= 'Z' ? tag[i] | 0x20
                                                  : tag[i];
    if (is_language_tag((struct slice){tag, text.len}))
        *out = (struct slice){tag, text.len};
    return 0;
}

static int add_names(struct filling *f, struct slice text, bool split,
                     struct slice_list *out)
{
    for (size_t at = 0; at <= text.len;) {
        size_t end = at;
        while (end < text.len &&
               !(split && (text.data[end] == ',' || text.data[end] == ';')))
            end++;
        struct slice name = slice_trim(slice_part(text, at, end));
        if (name.len > 0 &&
            text_clean_line(name, f->arena, &out->item[out->count++]))
            return ERR_NOMEM;
        at = end + 1;
    }
    return 0;
}

/* An array of names, or one string of them with commas between. */
static int fill_list(struct filling *f, enum field field,
                     struct slice_list *out)
{
    const struct json_value *value = f->found[field].value;
    if (!value)
        return 0;
    bool many = value->type == JSON_ARRAY;
    size_t count, room;
    const struct json_value *item = first_of(value, &count);
    room = count;
    if (!many && name_of(value)) {
        struct slice text = name_of(value)->text;
        for (size_t i = 0; i < text.len; i++)
            room += text.data[i] == ',' || text.data[i] == ';';
    }
    out->item = arena_array(f->arena, struct slice, room);
    if (!out->item)
        return ERR_NOMEM;
    for (size_t i = 0; i < count; i++, item = item->next) {
        const struct json_value *name = name_of(item);
        if (!name && item->type == JSON_NULL)
            continue;
        if (!name)
            return wrong_type(f, field, item, "names");
        int rc = add_names(f, name->text, !many, out);
        if (rc)
            return rc;
    }
    return 0;
}

/* A number is a time: seconds since 1970, or milliseconds when seconds would lie
 * behind the year 5000. But 2022 and 20220329 are what they look like. */
static int date_of_number(double number, struct date *out)
{
    char text[16];
    if ((number >= 1000 && number <= 9999) ||
        (number >= 19000101 && number <= 20991231)) {
        snprintf(text, sizeof text, "%.0f", number);
        if (date_parse(slice_of(text), out, NULL) == 0)
            return 0;
    }
    if (number >= 1e11 || number <= -1e11)
        number /= 1000;
    if (!(number >= (double)DATE_MIN && number < (double)DATE_MAX))
        return ERR_INVALID;
    out->seconds = (int64_t)number;
    if (number < (double)out->seconds)
        out->seconds--;
    out->precision = DATE_SECOND;
    return 0;
}

/* Ten or thirteen digits. */
static bool is_number_text(struct slice s, double *number)
{
    *number = 0;
    if (s.len != 10 && s.len != 13)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (s.data[i] < '0' || s.data[i] > '9')
            return false;
        *number = *number * 10 + (s.data[i] - '0');
    }
    return true;
}

static int fill_date(struct filling *f, enum field field, struct date *out)
{
    const struct json_value *value = f->found[field].value;
    struct err err = {0};
    double number;
    if (!value)
        return 0;
    if (value->type == JSON_INTEGER || value->type == JSON_REAL) {
        number =
            value->type == JSON_REAL ? value->real : (double)value->integer;
        if (date_of_number(number, out))
            return reject_set(f->reject, 0, 0, "\"%.*s\": %.17g is no time",
                              SLICE_ARG(f->found[field].key), number);
        return 0;
    }
    if (!is_string(value))
        return wrong_type(f, field, value, "a date");
    struct slice text = slice_trim(value->text);
    if (is_number_text(text, &number))
        return date_of_number(number, out);
    if (date_parse(text, out, &err))
        return reject_set(f->reject, 0, 0, "\"%.*s\": %s",
                          SLICE_ARG(f->found[field].key), err.text);
    return 0;
}

/* A whole number, or text that begins with one: "2", "2.0". */
static int fill_version(struct filling *f, uint32_t *out)
{
    const struct json_value *value = f->found[FIELD_VERSION].value;
    uint64_t number = 0;
    if (!value)
        return 0;
    if (value->type == JSON_INTEGER && value->integer >= 0) {
        number = (uint64_t)value->integer;
    } else if (is_string(value)) {
        struct slice s = slice_trim(value->text);
        size_t i = 0;
        for (; i < s.len && i < 10 && s.data[i] >= '0' && s.data[i] <= '9'; i++)
            number = number * 10 + (s.data[i] - '0');
        if (i == 0 || (i < s.len && s.data[i] != '.'))
            number = UINT64_MAX;
    } else {
        number = UINT64_MAX;
    }
    if (number > UINT32_MAX)
        return reject_set(f->reject, 0, 0, "\"%.*s\" is no version number",
                          SLICE_ARG(f->found[FIELD_VERSION].key));
    *out = (uint32_t)number;
    return 0;
}

static void find_fields(const struct json_value *object, struct found *found)
{
    const struct json_value *value = object->first;
    for (size_t i = 0; i < object->count; i++, value = value->next) {
        size_t rank = find_name(value->key);
        if (rank == NAME_COUNT || is_empty(value))
            continue;
        struct found *best = &found[names[rank].field];
        if (!best->value || rank < best->rank)
            *best = (struct found){value, value->key, rank};
    }
}

/* Without an url, an id that is one serves for it. */
static void url_from_id(struct article *a)
{
    if (a->url.len == 0 && (slice_starts_with(a->id, SLICE("http://")) ||
                            slice_starts_with(a->id, SLICE("https://"))))
        a->url = a->id;
}

int json_to_article(const struct json_value *object, struct arena *arena,
                    struct article *a, struct reject *reject)
{
    struct filling f = {.arena = arena, .reject = reject};
    int rc;
    *a = (struct article){0};
    find_fields(object, f.found);
    if ((rc = fill_id(&f, &a->id)) ||
        (rc = fill_line(&f, FIELD_URL, &a->url)) ||
        (rc = fill_line(&f, FIELD_TITLE, &a->text[PART_TITLE])) ||
        (rc = fill_text(&f, FIELD_SUMMARY, &a->text[PART_SUMMARY])) ||
        (rc = fill_text(&f, FIELD_BODY, &a->text[PART_BODY])) ||
        (rc = fill_text(&f, FIELD_CAPTIONS, &a->text[PART_CAPTIONS])) ||
        (rc = fill_line(&f, FIELD_SOURCE, &a->source)) ||
        (rc = fill_lang(&f, &a->lang)) ||
        (rc = fill_line(&f, FIELD_BYLINE, &a->byline)) ||
        (rc = fill_line(&f, FIELD_DATELINE, &a->dateline)) ||
        (rc = fill_line(&f, FIELD_STATUS, &a->status)) ||
        (rc = fill_version(&f, &a->version)) ||
        (rc = fill_list(&f, FIELD_TOPICS, &a->topics)) ||
        (rc = fill_list(&f, FIELD_PLACES, &a->places)) ||
        (rc = fill_list(&f, FIELD_PEOPLE, &a->people)) ||
        (rc = fill_list(&f, FIELD_ORGS, &a->orgs)) ||
        (rc = fill_date(&f, FIELD_PUBLISHED, &a->published)) ||
        (rc = fill_date(&f, FIELD_MODIFIED, &a->modified)))
        return rc;
    if (a->published.precision != DATE_NONE)
        a->published_from = ORIGIN_GIVEN;
    url_from_id(a);
    return 0;
}
