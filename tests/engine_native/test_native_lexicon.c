/* The lexicon beside the tokens of all current articles. */
#include "entity_counts.h"
#include "search_world.h"

struct forms {
    struct slice *item;
    size_t count;
};

static int by_bytes(const void *a, const void *b)
{
    return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

/* Sorted, each once. */
static void tidy(struct forms *forms)
{
    size_t kept = 0;
    qsort(forms->item, forms->count, sizeof *forms->item, by_bytes);
    for (size_t i = 0; i < forms->count; i++)
        if (i == 0 || !slice_eq(forms->item[i], forms->item[kept - 1]))
            forms->item[kept++] = forms->item[i];
    forms->count = kept;
}

typedef bool (*token_test)(const struct sample_article *, const struct token *,
                           struct slice);

/* The forms of live articles that pass. */
static struct forms expect(struct world *w, token_test test, struct slice what)
{
    struct forms forms = {arena_array(&w->step, struct slice, 1 << 16), 0};
    CHECK(forms.item);
    for (size_t i = 0; i < w->random.sample_count; i++) {
        const struct sample_article *sample = &w->live[i];
        for (size_t t = 0; t < sample->analysis.tokens.count; t++) {
            const struct token *token = &sample->analysis.tokens.token[t];
            if (test(sample, token, what))
                forms.item[forms.count++] = token->form;
        }
    }
    tidy(&forms);
    return forms;
}

/* `got` is `want`: sorted, no form twice. */
static void check_forms(const struct slice_list *got, const struct forms *want,
                        struct slice what)
{
    size_t at = 0;
    for (size_t i = 0; i < got->count; i++) {
        CHECK_MSG(i == 0 || slice_cmp(got->item[i - 1], got->item[i]) < 0,
                  "'%.*s': %.*s before %.*s", SLICE_ARG(what),
                  SLICE_ARG(got->item[i - 1]), SLICE_ARG(got->item[i]));
        at += at < want->count && slice_eq(got->item[i], want->item[at]);
    }
    CHECK_MSG(at == want->count && got->count == want->count,
              "'%.*s': %zu forms, %zu of the %zu that are wanted",
              SLICE_ARG(what), got->count, at, want->count);
}

static bool has_prefix(const struct sample_article *sample,
                       const struct token *token, struct slice prefix)
{
    (void)sample;
    return slice_starts_with(token->form, prefix);
}

static bool is_form(const struct sample_article *sample,
                    const struct token *token, struct slice form)
{
    (void)sample;
    return slice_eq(token->form, form);
}

static bool has_english_stem(const struct sample_article *sample,
                             const struct token *token, struct slice stem)
{
    return slice_starts_with(sample->article.lang, SLICE("en")) &&
           slice_eq(token->stem, stem);
}

static void check_prefixes(struct world *w, struct lexicon *lexicon)
{
    static const char *const prefixes[] = {
        "d",  "dr",  "draft", "drafts", "c",   "c13", "c130", "l", "lacc",
        "ro", "roc", "haus",  "伊",     "wa*", "zzz", "us",   ""};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        struct slice prefix = slice_of(prefixes[i]);
        struct forms want = expect(w, has_prefix, prefix);
        struct slice_list got;
        struct err err = {0};
        CHECK_OK(lexicon->ops->prefix_forms(lexicon, prefix, 1000, &w->step,
                                            &got, &err),
                 err);
        check_forms(&got, &want, prefix);
        if (got.count == 0)
            continue;
        struct slice_list again;
        CHECK_OK(lexicon->ops->prefix_forms(lexicon, prefix, got.count,
                                            &w->step, &again, &err),
                 err);
        CHECK_EQ(lexicon->ops->prefix_forms(lexicon, prefix, got.count - 1,
                                            &w->step, &again, &err),
                 ERR_LIMIT);
    }
}

static void check_frequencies(struct world *w, struct lexicon *lexicon)
{
    static const char *const forms[] = {"draft", "drafts",  "c",    "c130",
                                        "the",   "laccord", "us",   "伊",
                                        "rock",  "nosuch",  "haus", "n"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct slice form = slice_of(forms[i]);
        uint64_t articles = 0, occurrences = 0, got_articles, got_occurrences;
        struct err err = {0};
        for (size_t a = 0; a < w->random.sample_count; a++) {
            const struct tokens *tokens = &w->live[a].analysis.tokens;
            uint64_t here = 0;
            for (size_t t = 0; t < tokens->count; t++)
                here += is_form(&w->live[a], &tokens->token[t], form);
            articles += here > 0;
            occurrences += here;
        }
        CHECK_OK(lexicon->ops->frequency(lexicon, form, &got_articles,
                                         &got_occurrences, &err),
                 err);
        CHECK_MSG(got_articles == articles && got_occurrences == occurrences,
                  "%s: %llu in %llu, want %llu in %llu", forms[i],
                  (unsigned long long)got_occurrences,
                  (unsigned long long)got_articles,
                  (unsigned long long)occurrences,
                  (unsigned long long)articles);
    }
}

static void check_stems(struct world *w, struct lexicon *lexicon)
{
    static const char *const stems[] = {"draft",  "talk", "us",   "war",
                                        "accord", "the",  "none", ""};
    for (size_t i = 0; i < sizeof stems / sizeof *stems; i++) {
        struct slice stem = slice_of(stems[i]);
        struct slice_list got;
        struct err err = {0};
        CHECK_OK(lexicon->ops->stem_forms(lexicon, SLICE("en"), stem, &w->step,
                                          &got, &err),
                 err);
        if (stem.len == 0) {
            CHECK_EQ(got.count, 0);
            continue;
        }
        struct forms want = expect(w, has_english_stem, stem);
        check_forms(&got, &want, stem);
    }
}

static void check_languages(struct world *w, struct lexicon *lexicon)
{
    struct slice_list got;
    struct err err = {0};
    CHECK_OK(lexicon->ops->languages(lexicon, &w->step, &got, &err), err);
    for (size_t i = 0; i < w->random.sample_count; i++) {
        struct slice lang = w->live[i].article.lang;
        struct slice primary = slice_part(lang, 0, lang.len < 2 ? lang.len : 2);
        bool there = lang.len == 0;
        for (size_t k = 0; k < got.count; k++)
            there = there || slice_eq(got.item[k], primary);
        CHECK_MSG(there, "%.*s", SLICE_ARG(lang));
    }
    for (size_t k = 0; k < got.count; k++)
        CHECK(got.item[k].len == 2 &&
              (k == 0 || slice_cmp(got.item[k - 1], got.item[k]) < 0));
}

TEST(the_lexicon_knows_the_words_of_all_segments)
{
    static struct world w;
    world_open(&w, 11);
    world_write(&w);
    for (size_t i = 0; i < WORLD_ARTICLES; i++) {
        world_article(&w, i);
        world_put(&w, &w.article[i]);
        if (i % 15 == 14)
            world_commit(&w);
    }
    for (int round = 0; round < 4; round++) {
        world_read(&w);
        struct lexicon *lexicon = native_engine.lexicon(w.searcher);
        check_prefixes(&w, lexicon);
        check_frequencies(&w, lexicon);
        check_stems(&w, lexicon);
        check_languages(&w, lexicon);
        arena_reset(&w.step);
        world_change(&w);
    }
    world_close(&w);
}

/* Some dead, some merged, in several segments. */
TEST(the_lexicon_counts_the_entities_of_all_segments)
{
    static struct world w;
    world_open(&w, 58217);
    world_names(&w);
    world_write(&w);
    for (int round = 0; round < 8; round++) {
        struct counted_article *article;
        size_t count = 0;
        world_read(&w);
        article = arena_array(&w.step, struct counted_article, WORLD_ARTICLES);
        CHECK(article);
        for (size_t i = 0; i < WORLD_ARTICLES; i++)
            if (w.article[i].article.key.len)
                article[count++] = (struct counted_article){
                    &w.article[i].analysis, w.article[i].article.key,
                    rng_below(&w.rng, 3) > 0};
        check_entities(w.searcher, article, count, &w.step);
        arena_reset(&w.step);
        world_change(&w);
    }
    CHECK(world_segments(&w) >= 2);
    world_close(&w);
}

/* --- one edit apart --- */

static void put_in(struct world *w, size_t i, const char *lang,
                   const char *text)
{
    struct sample_article *sample = &w->article[i];
    sample->article = (struct article){.lang = slice_of(lang)};
    sample->article.key = slice_of(arena_printf(&w->texts, "k:%zu", i));
    sample->article.text[PART_BODY] = slice_of(text);
    world_analyse(w, sample);
    world_put(w, sample);
}

static void put_text(struct world *w, size_t i, const char *text)
{
    put_in(w, i, "en", text);
    world_commit(w);
}

/* "chats" stays in the segment: an English article has it. */
TEST(a_stem_has_no_forms_that_only_dead_articles_of_its_language_have)
{
    static struct world w;
    static const struct {
        const char *french; /* the new version of the one that had both */
        size_t forms;
    } rows[] = {{"chat", 1}, {"chats", 2}, {"rien", 1}, {"chat chats", 2}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slice_list got;
        struct err err = {0};
        world_open(&w, 1);
        world_write(&w);
        put_in(&w, 0, "fr", "chat chats");
        put_in(&w, 1, "en", "chats");
        put_in(&w, 2, "fr", "chat");
        for (size_t k = 3; k < 20; k++) /* or the segment is written anew */
            put_in(&w, k, "en", "cats");
        world_commit(&w);
        put_in(&w, 0, "fr", rows[i].french);
        world_commit(&w);
        world_read(&w);
        struct lexicon *lexicon = native_engine.lexicon(w.searcher);
        CHECK_EQ(world_segments(&w), 2);
        CHECK_OK(lexicon->ops->stem_forms(lexicon, SLICE("fr"), SLICE("chat"),
                                          &w.step, &got, &err),
                 err);
        CHECK_MSG(got.count == rows[i].forms, "%s: %zu", rows[i].french,
                  got.count);
        CHECK_SLICE(got.item[0], SLICE("chat"));
        world_close(&w);
    }
}

/* "c130" is left as what joins "c-130". */
TEST(forms_that_only_dead_articles_have_are_not_there)
{
    static struct world w;
    struct slice_list got;
    struct err err = {0};
    world_open(&w, 1);
    world_write(&w);
    put_in(&w, 0, "en", "lavrow lavrovs c130");
    put_in(&w, 1, "en", "lavrov c-130");
    for (size_t k = 2; k < 20; k++) /* or the segment is written anew */
        put_in(&w, k, "en", "cats");
    world_commit(&w);
    put_in(&w, 0, "en", "cats");
    world_commit(&w);
    world_read(&w);
    CHECK_EQ(world_segments(&w), 2);
    struct lexicon *lexicon = native_engine.lexicon(w.searcher);
    const struct lexicon_ops *ops = lexicon->ops;
    CHECK_OK(ops->prefix_forms(lexicon, SLICE("lavr"), 1, &w.step, &got, &err),
             err);
    CHECK_EQ(got.count, 1);
    CHECK_SLICE(got.item[0], SLICE("lavrov"));
    CHECK_OK(ops->near_forms(lexicon, SLICE("lavrov"), 1, &w.step, &got, &err),
             err);
    CHECK_EQ(got.count, 1);
    CHECK_SLICE(got.item[0], SLICE("lavrov"));
    CHECK_OK(ops->prefix_forms(lexicon, SLICE("c13"), 1, &w.step, &got, &err),
             err);
    CHECK_EQ(got.count, 1);
    CHECK_SLICE(got.item[0], SLICE("c130"));
    world_close(&w);
}

TEST(forms_one_edit_apart_are_found_in_all_segments)
{
    static const struct {
        const char *form, *near; /* with blanks between */
    } rows[] = {
        {"lavrov", "avrov lavro lavrov lavrow lavrrov larvov"},
        {"lavrow", "lavrow lavrov lavro lawrow"},
        {"draft", "draft drafts raft"},
        {"drafts", "draft drafts drifts"},
        {"c130", "130 c130 c13"},
        {"c", "c 北 京"},
        {"zurich", "zurich"},
        {"北京", "北 京"},
        {"北", "c 北 京"},
        {"nothing", ""},
        {"", "c 北 京"},
        {"йод", "йод иод"},
    };
    static struct world w;
    world_open(&w, 1);
    world_write(&w);
    put_text(&w, 0, "Lavrov lavro Lavrow draft c-130 北京");
    put_text(&w, 1, "lavrrov Larvov lawrow valrov drafts drafting c13");
    put_text(&w, 2, "avrov lavrov Zürich raft drifts c130 йод иод");
    world_read(&w);
    CHECK_EQ(world_segments(&w), 3);
    struct lexicon *lexicon = native_engine.lexicon(w.searcher);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slice_list got;
        struct err err = {0};
        struct slice form = slice_of(rows[i].form);
        CHECK_OK(
            lexicon->ops->near_forms(lexicon, form, 100, &w.step, &got, &err),
            err);
        for (size_t k = 0; k < got.count; k++) {
            char *word = arena_printf(&w.step, "%.*s", SLICE_ARG(got.item[k]));
            CHECK_MSG(strstr(rows[i].near, word), "%s: %s", rows[i].form, word);
            CHECK(k == 0 || slice_cmp(got.item[k - 1], got.item[k]) < 0);
        }
        size_t want = 0;
        for (const char *at = rows[i].near; *at; at++)
            want += at == rows[i].near || at[-1] == ' ';
        CHECK_MSG(got.count == want, "%s: %zu, want %zu", rows[i].form,
                  got.count, want);
        if (got.count)
            CHECK_EQ(lexicon->ops->near_forms(lexicon, form, got.count - 1,
                                              &w.step, &got, &err),
                     ERR_LIMIT);
    }
    world_close(&w);
}

TEST(an_empty_index_knows_no_words)
{
    static struct world w;
    struct slice_list got;
    struct err err = {0};
    uint64_t articles = 1, occurrences = 1;
    world_open(&w, 1);
    world_write(&w);
    world_read(&w);
    struct lexicon *lexicon = native_engine.lexicon(w.searcher);
    const struct lexicon_ops *ops = lexicon->ops;
    CHECK_OK(ops->prefix_forms(lexicon, SLICE("a"), 9, &w.step, &got, &err),
             err);
    CHECK_EQ(got.count, 0);
    CHECK_OK(ops->near_forms(lexicon, SLICE("a"), 9, &w.step, &got, &err), err);
    CHECK_EQ(got.count, 0);
    CHECK_OK(
        ops->stem_forms(lexicon, SLICE("en"), SLICE("a"), &w.step, &got, &err),
        err);
    CHECK_EQ(got.count, 0);
    CHECK_OK(ops->languages(lexicon, &w.step, &got, &err), err);
    CHECK_EQ(got.count, 0);
    CHECK_OK(ops->frequency(lexicon, SLICE("a"), &articles, &occurrences, &err),
             err);
    CHECK_EQ(articles + occurrences, 0);
    struct query query;
    struct search_result result;
    const struct search_request request = {.limit = 10, .count_total = true};
    world_query(&w, "anything OR lang:en OR \"some words\"~2", &query);
    world_search(&w, &query, &request, &result);
    CHECK_EQ(result.count + result.total, 0);
    CHECK(!result.more);
    world_close(&w);
}

RUN(T(the_lexicon_knows_the_words_of_all_segments),
    T(the_lexicon_counts_the_entities_of_all_segments),
    T(a_stem_has_no_forms_that_only_dead_articles_of_its_language_have),
    T(forms_that_only_dead_articles_have_are_not_there),
    T(forms_one_edit_apart_are_found_in_all_segments),
    T(an_empty_index_knows_no_words))
