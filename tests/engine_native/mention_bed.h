/* mention_bed.h - registers for the articles of writer_bed.h, and what an index must say of
 * the mentions in them: lines of text, made by finding them again. */
#ifndef TESTS_MENTION_BED_H
#define TESTS_MENTION_BED_H

#include "base/strbuf.h"
#include "writer_bed.h"

#include "engine/register_file.h"

static const char first_register[] =
    "izmir\tplace\t\xc4\xb0zmir\tSmyrna; tr:\xc4\xb0zmir\t\n"
    "last-of-title\tdocument\tK5\tK7\t\n"
    "nato\torganisation\tNATO\tTreaty\t\n"
    "story\tdocument\tStory\t\t\n"
    "tokyo\tplace\tTokyo\t\xe6\x9d\xb1\xe4\xba\xac\t\n"
    "united-states\tplace\tUnited States\t!US\t\n";
/* One is gone, one has another name, one is new, one has lost a name. */
static const char second_register[] =
    "izmir\tplace\t\xc4\xb0zmir\tSmyrna; tr:\xc4\xb0zmir\t\n"
    "nato\torganisation\tNATO\t\t\n"
    "oil-prices\tevent\tOil Prices\tprices cut; oil\t\n"
    "tokyo\tplace\tTokyo\t\xe6\x9d\xb1\xe4\xba\xac\t\n"
    "united-states\tplace\tUnited States\t!US; US harbour\t\n";
/* Nobody of it is mentioned. */
static const char third_register[] = "atlantis\tplace\tAtlantis\t\t\n";

__attribute__((unused)) static struct entity_register *
register_of(const char *text)
{
    const struct register_text one = {SLICE("test"), slice_of(text)};
    struct entity_register *entities = NULL;
    struct err err = {0};
    CHECK_OK(register_read(&one, 1, NULL, NULL, &entities, &err), err);
    return entities;
}

struct line_list {
    char **line;
    size_t count, capacity;
};

__attribute__((unused)) static void add_line(struct line_list *list, char *line)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? 2 * list->capacity : 64;
        list->line = realloc(list->line, list->capacity * sizeof *list->line);
        CHECK(list->line);
    }
    list->line[list->count++] = line;
}

__attribute__((unused)) static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

__attribute__((unused)) static void free_lines(struct line_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->line[i]);
    free(list->line);
}

__attribute__((unused)) __attribute__((format(printf, 2, 3))) static void
say_line(struct line_list *list, const char *format, ...)
{
    char *line = NULL;
    va_list ap;
    va_start(ap, format);
    CHECK(vasprintf(&line, format, ap) >= 0);
    va_end(ap);
    add_line(list, line);
}

/* One list, current articles only; `what` begins each line. */
__attribute__((unused)) static void read_list(const struct segment *segment,
                                              const struct term_entry *entry,
                                              const char *what,
                                              struct line_list *out)
{
    struct arena arena;
    struct postings *list;
    struct err err = {0};
    struct term_counts live, found = {0};
    arena_init(&arena, SIZE_MAX);
    CHECK_OK(mentions_postings(segment->mentions, entry, &arena, &list, &err),
             err);
    struct doc_iter *it = postings_iter(list);
    for (; it->doc != DOC_END; doc_iter_next(it)) {
        const uint32_t *at;
        uint32_t count;
        struct doc_record record;
        if (!segment_is_live(segment, it->doc))
            continue;
        CHECK_OK(columns_record(&segment->columns, it->doc, &record, &err),
                 err);
        CHECK_OK(postings_positions(list, &at, &count, &err), err);
        found.docs++;
        found.frequency += count;
        for (uint32_t i = 0; i < count; i++) {
            bool title = i + 1 < count && at[i + 1] == at[i];
            say_line(out, "%s|%.*s|%u%s", what, SLICE_ARG(record.key), at[i],
                     title ? "!" : "");
            found.occurrences++;
            i += title;
        }
    }
    CHECK_OK(it->status, err);
    CHECK_OK(mentions_live_counts(segment, entry, &live, &err), err);
    CHECK(live.docs == found.docs);
    CHECK(live.frequency == found.frequency);
    CHECK(live.occurrences == found.occurrences);
    arena_reset(&arena);
}

__attribute__((unused)) static void read_mentions(const struct segment *segment,
                                                  struct line_list *out)
{
    struct mention_cursor cursor;
    struct err err = {0};
    char what[400];
    if (!segment->mentions)
        return;
    CHECK_OK(mentions_entities(segment->mentions, &cursor, &err), err);
    while (!cursor.at_end) {
        snprintf(what, sizeof what, "%.*s", SLICE_ARG(cursor.id));
        read_list(segment, &cursor.entry, what, out);
        CHECK_OK(mention_next(&cursor, &err), err);
    }
    CHECK_OK(mentions_forms(segment->mentions, SLICE(""), &cursor, &err), err);
    while (!cursor.at_end) {
        snprintf(what, sizeof what, "%.*s=%.*s/%u", SLICE_ARG(cursor.id),
                 SLICE_ARG(cursor.form), cursor.width);
        read_list(segment, &cursor.entry, what, out);
        CHECK_OK(mention_next(&cursor, &err), err);
    }
}

/* Those of one article, as the register of the bed has them. */
__attribute__((unused)) static void find_mentions(struct writer_bed *bed,
                                                  const struct article *article,
                                                  struct line_list *out)
{
    struct analysis analysis;
    bed_analyse(bed, article, &analysis);
    for (size_t i = 0; i < analysis.mentions.count; i++) {
        const struct mention *m = &analysis.mentions.mention[i];
        const char *title =
            m->position < analysis.part[PART_TITLE].end ? "!" : "";
        say_line(out, "%.*s|%.*s|%u%s", SLICE_ARG(m->entity),
                 SLICE_ARG(article->key), m->position, title);
        say_line(out, "%.*s=%.*s/%u|%.*s|%u%s", SLICE_ARG(m->entity),
                 SLICE_ARG(m->form), m->width, SLICE_ARG(article->key),
                 m->position, title);
    }
    arena_reset(&bed->arena);
}

/* The newest generation has exactly the mentions that bed->recogniser finds in the articles
 * of the model. Returns how many there are. */
__attribute__((unused)) static size_t expect_mentions(struct writer_bed *bed,
                                                      const struct model *model)
{
    struct line_list got = {0}, want = {0};
    bed_read(bed);
    const struct native_snapshot *snapshot =
        (struct native_snapshot *)bed->snapshot;
    for (size_t i = 0; i < snapshot->segment_count; i++)
        read_mentions(snapshot->segment[i], &got);
    for (uint32_t key = 0; key < KEYS; key++) {
        const struct model_key *m = &model->key[key];
        if (!m->current)
            continue;
        struct article article =
            bed_article(&bed->arena, key, m->seed[m->count - 1]);
        find_mentions(bed, &article, &want);
    }
    CHECK_EQ(got.count, want.count);
    if (want.count) {
        qsort(got.line, got.count, sizeof *got.line, compare_lines);
        qsort(want.line, want.count, sizeof *want.line, compare_lines);
    }
    for (size_t i = 0; i < want.count; i++)
        CHECK_TEXT(got.line[i], want.line[i]);
    size_t count = want.count;
    free_lines(&got);
    free_lines(&want);
    bed_stop_reading(bed);
    return count;
}

#endif
