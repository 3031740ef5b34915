/* Sentences in which a name is a word, a dish, somebody else or inflected, by the register
 * that ships with the program: at least 95 % must come out right. */
#include "entity/recogniser.h"

#include "shipped_register.h"

enum { SENTENCES = 200, RIGHT_PERCENT = 95 };

/* Next piece of `*line` up to `mark`. */
static struct slice piece(struct slice *line, char mark)
{
    size_t end = 0;
    while (end < line->len && line->data[end] != mark)
        end++;
    struct slice found = slice_part(*line, 0, end);
    *line = slice_part(*line, end < line->len ? end + 1 : end, line->len);
    return found;
}

static bool names(const struct analysis *analysis, struct slice id)
{
    for (size_t i = 0; i < analysis->mentions.count; i++)
        if (slice_eq(analysis->mentions.mention[i].entity, id))
            return true;
    return false;
}

/* `*`: nobody at all. */
static bool all_named(const struct analysis *analysis,
                      const struct entity_register *entities, struct slice ids,
                      bool want)
{
    bool right = true;
    while (ids.len) {
        struct slice id = piece(&ids, ' ');
        if (slice_eq(id, SLICE("*"))) {
            right &= analysis->mentions.count == 0;
            continue;
        }
        CHECK_MSG(register_find(entities, id) != NULL, "no entity %.*s",
                  SLICE_ARG(id));
        right &= names(analysis, id) == want;
    }
    return right;
}

static bool is_right(const struct shipped *shipped, struct slice line)
{
    struct arena arena;
    struct analysis analysis;
    struct article article = {0};
    arena_init(&arena, SIZE_MAX);
    struct slice text = piece(&line, '\t');
    struct slice must = piece(&line, '\t');
    article.text[PART_BODY] = text;
    CHECK(analyse_article(&article, NULL, &arena, &analysis) == 0);
    CHECK(recogniser_find(shipped->recogniser, &article, &analysis, &arena) ==
          0);
    bool right = all_named(&analysis, shipped->entities, must, true) &&
                 all_named(&analysis, shipped->entities, line, false);
    if (!right) {
        print_message("wrong: %.*s\n  found:", SLICE_ARG(text));
        for (size_t i = 0; i < analysis.mentions.count; i++)
            print_message(" %.*s",
                          SLICE_ARG(analysis.mentions.mention[i].entity));
        print_message("\n");
    }
    arena_reset(&arena);
    return right;
}

TEST(most_sentences_name_whom_they_must)
{
    struct shipped shipped;
    struct bytes_out file = {0};
    size_t count = 0, right = 0;
    shipped_open(&shipped);
    read_whole(PROJECT_DIR "/tests/entity/tricky_sentences.tsv", &file);
    struct slice rest = {file.data, file.len};
    while (rest.len) {
        struct slice line = piece(&rest, '\n');
        if (line.len == 0 || line.data[0] == '#')
            continue;
        count++;
        right += is_right(&shipped, line);
    }
    print_message("%zu of %zu sentences are right: %.1f %%\n", right, count,
                  100.0 * (double)right / (double)count);
    CHECK(count >= SENTENCES);
    CHECK(right * 100 >= count * RIGHT_PERCENT);
    bytes_out_release(&file);
    shipped_close(&shipped);
}

RUN(T(most_sentences_name_whom_they_must))
