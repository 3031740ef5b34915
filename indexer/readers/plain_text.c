/* plain_text.c - one article a file, as news sites are saved:
 *
 *     file       = headline { header } [ opening "-" ] { caption | paragraph }
 *                  { "Read more: ..." }
 *     headline   = the first line
 *     header     = "Date: 2022-03-29" | "By Nadia Brandt" | "Source: ..." ...,
 *                  in lines behind the headline or in a paragraph of their own there
 *     opening    = up to four paragraphs: captions, and the standfirst (the first
 *                  that is none); others are body
 *     "-"        = a line that holds nothing else
 *     caption    = a paragraph that ends in a day with its year and a credit
 *                  ("Aug. 20, 2025 (AP)"), or starts with "Photo:" and the like; right
 *                  behind "-" the day or the credit alone will do
 *     paragraph  = lines up to a blank one; in a file without any blank line,
 *                  each line
 *
 * A cross-heading is a paragraph like others. A dateline stays in its paragraph.
 * The date is the given one, else the dateline's, else the first dated caption's,
 * else one in the file's path. A dateline without a year takes it from caption or
 * path when these lie within a month of it.
 */
#include "base/limits.h"
#include "base/mem.h"
#include "indexer/readers/encoding.h"
#include "indexer/readers/formats.h"
#include "indexer/readers/input.h"
#include "indexer/readers/prose.h"

#include <string.h>
#include <strings.h>

enum {
    OPENING_BLOCKS = 4,
    DATELINE_DRIFT = 31, /* days between a dateline and what gives its year */
    HEADER_BYTES = 200,
    BYLINE_WORDS = 8,
};

struct plain_text {
    struct reader base;
    struct input *in;
    bool done;
};

static int plain_text_recognise(struct slice head, const char *path)
{
    (void)path;
    bool utf16 = slice_starts_with(head, SLICE("\xff\xfe")) ||
                 slice_starts_with(head, SLICE("\xfe\xff"));
    return utf16 || head.len == 0 || !memchr(head.data, 0, head.len) ? 10 : 0;
}

static int plain_text_open(struct input *in, struct reader **out,
                           struct err *err)
{
    struct plain_text *r = mem_alloc(sizeof *r);
    *out = NULL;
    if (!r)
        return err_set(err, ERR_NOMEM, "%s: no memory to read it",
                       input_name(in));
    *r = (struct plain_text){.base.format = &plain_text_format, .in = in};
    *out = &r->base;
    return ERR_OK;
}

static void plain_text_close(struct reader *reader)
{
    mem_free(reader);
}

/* --- blocks --- */

struct blocks {
    struct slice *item;
    size_t count;
};

static bool is_dash(struct slice line)
{
    return line.len == 1 && line.data[0] == '-';
}

/* Cleaned text to headline, paragraphs and dashes. */
static int split_blocks(struct slice text, struct arena *arena,
                        struct blocks *out)
{
    size_t lines = 1;
    for (size_t i = 0; i < text.len; i++)
        lines += text.data[i] == '\n';
    *out = (struct blocks){arena_array(arena, struct slice, lines), 0};
    if (!out->item)
        return ERR_NOMEM;
    bool blank_lines = memmem(text.data, text.len, "\n\n", 2) != NULL;
    bool open = false; /* whether the last block may get another line */
    for (size_t at = 0; at < text.len;) {
        const uint8_t *newline = memchr(text.data + at, '\n', text.len - at);
        size_t end = newline ? (size_t)(newline - text.data) : text.len;
        struct slice line = slice_trim(slice_part(text, at, end));
        at = end + 1;
        if (line.len == 0 || is_dash(line))
            open = false;
        if (line.len == 0)
            continue;
        if (open) {
            struct slice *last = &out->item[out->count - 1];
            last->len = (size_t)(line.data + line.len - last->data);
        } else {
            out->item[out->count++] = line;
        }
        open = blank_lines && out->count > 1 && !is_dash(line);
    }
    return 0;
}

static bool starts_with(struct slice s, const char *word)
{
    size_t len = strlen(word);
    return s.len >= len && strncasecmp((const char *)s.data, word, len) == 0;
}

/* The story is over where the teasers begin; a teaser may be the last line of the
 * last paragraph too. */
static void drop_teasers(struct blocks *b)
{
    while (b->count > 1) {
        struct slice *last = &b->item[b->count - 1];
        const uint8_t *newline = memrchr(last->data, '\n', last->len);
        size_t line = newline ? (size_t)(newline - last->data) + 1 : 0;
        if (!starts_with(slice_part(*last, line, last->len), "read more:"))
            return;
        if (line == 0)
            b->count--;
        else
            *last = slice_trim(slice_part(*last, 0, line));
    }
}

/* --- header lines --- */

enum header {
    HEADER_NONE,
    HEADER_PUBLISHED,
    HEADER_MODIFIED,
    HEADER_SOURCE,
    HEADER_BYLINE,
    HEADER_LANG,
    HEADER_URL,
    HEADER_TOPICS,
    HEADER_ID,
};

static enum header header_of(struct slice line, struct slice *value)
{
    static const struct {
        const char *name;
        enum header header;
    } names[] = {
        {"date:", HEADER_PUBLISHED},
        {"published:", HEADER_PUBLISHED},
        {"updated:", HEADER_MODIFIED},
        {"modified:", HEADER_MODIFIED},
        {"source:", HEADER_SOURCE},
        {"author:", HEADER_BYLINE},
        {"byline:", HEADER_BYLINE},
        {"by:", HEADER_BYLINE},
        {"lang:", HEADER_LANG},
        {"language:", HEADER_LANG},
        {"url:", HEADER_URL},
        {"link:", HEADER_URL},
        {"topics:", HEADER_TOPICS},
        {"tags:", HEADER_TOPICS},
        {"id:", HEADER_ID},
    };
    if (line.len > HEADER_BYTES)
        return HEADER_NONE;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!starts_with(line, names[i].name))
            continue;
        *value = slice_trim(slice_part(line, strlen(names[i].name), line.len));
        return names[i].header;
    }
    /* "By Nadia Brandt": a few words, and no sentence. */
    size_t words = 1;
    for (size_t i = 0; i < line.len; i++)
        words += line.data[i] == ' ';
    if (slice_starts_with(line, SLICE("By ")) && words <= BYLINE_WORDS &&
        line.data[line.len - 1] != '.' && line.data[3] >= 'A' &&
        !(line.data[3] >= 'a' && line.data[3] <= 'z')) {
        *value = slice_trim(slice_part(line, 3, line.len));
        return HEADER_BYLINE;
    }
    return HEADER_NONE;
}

struct story {
    struct article *article;
    struct arena *arena;
    struct reject *reject;
    const char *path;
    struct slice_list captions, body; /* blocks */
    struct civil_date caption_day;    /* year 0: none */
};

static int header_date(struct story *s, struct slice value, struct date *out)
{
    struct civil_date day;
    struct err err;
    if (printed_day_parse(value, &day) && day.year > 0)
        *out = (struct date){date_from_civil(day), DATE_DAY};
    else if (date_parse(value, out, &err))
        return reject_set(s->reject, 1, 0, "date: %s", err.text);
    return 0;
}

static int split_topics(struct story *s, struct slice value)
{
    struct slice_list *list = &s->article->topics;
    list->item = arena_array(s->arena, struct slice, value.len + 1);
    if (!list->item)
        return ERR_NOMEM;
    for (size_t at = 0; at < value.len;) {
        const uint8_t *comma = memchr(value.data + at, ',', value.len - at);
        size_t end = comma ? (size_t)(comma - value.data) : value.len;
        struct slice name = slice_trim(slice_part(value, at, end));
        if (name.len > 0)
            list->item[list->count++] = name;
        at = end + 1;
    }
    return 0;
}

static int take_header(struct story *s, enum header header, struct slice value)
{
    struct article *a = s->article;
    switch (header) {
    case HEADER_NONE:
        break;
    case HEADER_PUBLISHED:
        a->published_from = ORIGIN_GIVEN;
        return header_date(s, value, &a->published);
    case HEADER_MODIFIED:
        return header_date(s, value, &a->modified);
    case HEADER_SOURCE:
        a->source = value;
        break;
    case HEADER_BYLINE:
        a->byline = value;
        break;
    case HEADER_LANG:
        a->lang = value;
        break;
    case HEADER_URL:
        a->url = value;
        break;
    case HEADER_TOPICS:
        return split_topics(s, value);
    case HEADER_ID:
        a->id = value;
        break;
    }
    return 0;
}

/* Takes the header lines at the top of a block and leaves the rest. */
static int take_headers(struct story *s, struct slice *block)
{
    while (block->len > 0) {
        const uint8_t *newline = memchr(block->data, '\n', block->len);
        size_t end = newline ? (size_t)(newline - block->data) : block->len;
        struct slice value = {0};
        enum header header =
            header_of(slice_trim(slice_part(*block, 0, end)), &value);
        if (header == HEADER_NONE)
            return 0;
        int rc = value.len > 0 ? take_header(s, header, value) : 0;
        if (rc)
            return rc;
        *block = slice_trim(slice_part(*block, end, block->len));
    }
    return 0;
}

/* --- captions --- */

static bool starts_like_a_caption(struct slice block)
{
    static const char *const starts[] = {
        "photo:", "image:", "picture:", "caption:", "file photo:"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (starts_with(block, starts[i]))
            return true;
    return false;
}

/* `expected`: it stands where captions stand. *day has year 0 when there is none. */
static bool is_caption(struct slice block, bool expected,
                       struct civil_date *day)
{
    struct slice text = block;
    size_t at;
    bool credit = credit_at_end(block, &text);
    bool stop = text.len > 0 && text.data[text.len - 1] == '.';
    if (credit && stop)
        text.len--;
    bool dated = printed_day_at_end(text, day, &at) && day->year > 0;
    if (!dated)
        *day = (struct civil_date){0};
    if (starts_like_a_caption(block) || (credit && dated))
        return true;
    return expected && ((credit && !stop) || (dated && !credit));
}

static void add_block(struct slice_list *list, struct slice block)
{
    list->item[list->count++] = block;
}

/* True when the block was a caption and is taken. */
static bool take_caption(struct story *s, struct slice block, bool expected)
{
    struct civil_date day;
    if (!is_caption(block, expected, &day))
        return false;
    if (s->caption_day.year == 0)
        s->caption_day = day;
    add_block(&s->captions, block);
    return true;
}

/* --- the story --- */

/* The dash that ends the opening; b->count when there is none. */
static size_t find_separator(const struct blocks *b, size_t from)
{
    for (size_t i = from; i < b->count && i - from <= OPENING_BLOCKS; i++)
        if (is_dash(b->item[i]))
            return i;
    return b->count;
}

static int take_blocks(struct story *s, struct blocks *b)
{
    size_t at = 1;
    s->article->text[PART_TITLE] = b->item[0];
    while (at < b->count) {
        int rc = take_headers(s, &b->item[at]);
        if (rc)
            return rc;
        if (b->item[at].len > 0)
            break;
        at++;
    }
    size_t separator = find_separator(b, at);
    bool behind = false; /* the block before was the separator */
    for (; at < b->count; at++) {
        struct slice block = b->item[at];
        bool opening = separator < b->count && at < separator;
        if (is_dash(block)) {
            behind = at == separator;
            continue;
        }
        if (!take_caption(s, block, behind)) {
            if (opening && s->article->text[PART_SUMMARY].len == 0)
                s->article->text[PART_SUMMARY] = block;
            else
                add_block(&s->body, block);
        }
        behind = false;
    }
    return 0;
}

static int join_blocks(struct arena *arena, struct slice_list list,
                       struct slice *out)
{
    size_t size = 1;
    for (size_t i = 0; i < list.count; i++)
        size += list.item[i].len + 2;
    uint8_t *data = arena_alloc(arena, size), *end = data;
    if (!data)
        return ERR_NOMEM;
    for (size_t i = 0; i < list.count; i++) {
        if (i > 0)
            end = mempcpy(end, "\n\n", 2);
        end = mempcpy(end, list.item[i].data, list.item[i].len);
    }
    *out = (struct slice){data, (size_t)(end - data)};
    return 0;
}

static void set_published(struct article *a, struct civil_date day,
                          enum date_origin origin)
{
    a->published = (struct date){date_from_civil(day), DATE_DAY};
    a->published_from = origin;
}

/* The year for a dateline that has none, from whichever lies closer. */
static bool complete_day(struct civil_date *day, const struct civil_date *near,
                         size_t count)
{
    int64_t best = DATELINE_DRIFT + 1;
    for (size_t i = 0; i < count; i++) {
        struct civil_date candidate = *day;
        if (near[i].year == 0)
            continue;
        int64_t apart = nearest_year(&candidate, near[i]);
        if (apart >= 0 && apart < best) {
            best = apart;
            day->year = candidate.year;
        }
    }
    return best <= DATELINE_DRIFT;
}

static void find_date(struct story *s)
{
    struct article *a = s->article;
    struct civil_date day = {0}, named = {0};
    bool dateline = s->body.count > 0 &&
                    dateline_parse(s->body.item[0], &a->dateline, &day);
    if (!dateline)
        a->dateline = (struct slice){0};
    if (a->published.precision != DATE_NONE)
        return;
    bool in_path = date_in_path(s->path, &named);
    if (!in_path)
        named = (struct civil_date){0};
    const struct civil_date near[] = {s->caption_day, named};
    if (dateline && day.month > 0 &&
        (day.year > 0 || complete_day(&day, near, 2)))
        set_published(a, day, ORIGIN_DATELINE);
    else if (s->caption_day.year > 0)
        set_published(a, s->caption_day, ORIGIN_CAPTION);
    else if (in_path)
        set_published(a, named, ORIGIN_FILE_NAME);
}

static int read_story(struct slice text, const char *path, struct arena *arena,
                      struct article *article, struct reject *reject)
{
    struct story s = {
        .article = article, .arena = arena, .reject = reject, .path = path};
    struct blocks blocks;
    int rc = split_blocks(text, arena, &blocks);
    if (rc)
        return rc;
    while (blocks.count > 0 && is_dash(blocks.item[0])) {
        blocks.item++;
        blocks.count--;
    }
    if (blocks.count == 0)
        return reject_set(reject, 1, 0, "an empty file");
    drop_teasers(&blocks);
    s.captions.item = arena_array(arena, struct slice, blocks.count);
    s.body.item = arena_array(arena, struct slice, blocks.count);
    if (!s.captions.item || !s.body.item)
        return ERR_NOMEM;
    rc = take_blocks(&s, &blocks);
    if (rc)
        return rc;
    find_date(&s);
    rc = join_blocks(arena, s.body, &article->text[PART_BODY]);
    return rc ? rc
              : join_blocks(arena, s.captions, &article->text[PART_CAPTIONS]);
}

static int plain_text_next(struct reader *reader, struct arena *arena,
                           struct article *article, struct reject *reject,
                           struct err *err)
{
    struct plain_text *r = (struct plain_text *)reader;
    struct slice bytes, text;
    *article = (struct article){0};
    if (r->done)
        return READER_END;
    int rc = input_fill(r->in, LIMIT_ARTICLE_BYTES + 1, &bytes, err);
    if (rc)
        return rc;
    r->done = true;
    if (input_damage(r->in))
        return reject_set(reject, 1, bytes.len, "%s", input_damage(r->in));
    if (bytes.len > LIMIT_ARTICLE_BYTES)
        return reject_set(reject, 1, 0, "a text file of more than %d bytes",
                          LIMIT_ARTICLE_BYTES);
    rc = encoding_decode(bytes, arena, &text, reject);
    if (!rc)
        rc = text_clean(text, arena, &text);
    if (!rc)
        rc = read_story(text, input_name(r->in), arena, article, reject);
    if (rc == READER_REJECT)
        reject->record = 1;
    else if (rc < 0)
        err_set(err, rc, "%s: no memory to read it", input_name(r->in));
    return rc ? rc : reader_yield(article, 1, 0, reject);
}

const struct reader_format plain_text_format = {
    "text",          plain_text_recognise, plain_text_open,
    plain_text_next, plain_text_close,
};
