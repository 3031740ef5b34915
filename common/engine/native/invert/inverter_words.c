/* The words of an article: to the end of the stream, by their numbers. */
#include "engine/native/invert/inverter_internal.h"

#include "base/err.h"

#include <assert.h>
#include <string.h>

/* Forms that are looked up together, so that the memory fetches what it has of them side
 * by side. */
enum { BATCH = 32 };

int from_vocabulary(int rc, struct err *err)
{
    if (rc == ERR_LIMIT)
        return err_set(err, rc, "too many words for one segment");
    if (rc)
        return err_set(err, rc, "no memory for the words of an article");
    return ERR_OK;
}

static int no_memory(struct err *err)
{
    return from_vocabulary(ERR_NOMEM, err);
}

/* Room for as many new words. */
static int make_room(struct inverter *inverter, struct form_map *map,
                     size_t more, struct err *err)
{
    uint64_t need = inverter->words.count + more;
    int rc = inverter_grow_table(&inverter->caps, &inverter->caps_capacity,
                                 need, sizeof *inverter->caps, err);
    if (rc)
        return rc;
    return inverter_grow_table(&map->form, &map->capacity, need,
                               sizeof *map->form, err);
}

static int find_stem(struct inverter *inverter, struct slice lang,
                     struct slice form, struct slice *stem, struct err *err)
{
    if (!inverter->stemmers)
        inverter->stemmers = stemmers_new();
    if (!inverter->stemmers || stem_form_once(inverter->stemmers, lang, form,
                                              &inverter->scratch, stem))
        return no_memory(err);
    return ERR_OK;
}

/* What a form that comes for the first time in this language is scored by; in scratch. */
static int find_score_term(struct inverter *inverter,
                           const struct inverted *article, struct slice form,
                           struct slice stem, struct slice *out,
                           struct err *err)
{
    struct term term;
    if (stem.len == 0 && article->map != SHARED_MAP) {
        int rc = find_stem(inverter, article->lang, form, &stem, err);
        if (rc)
            return rc;
    }
    if (stem.len)
        term_of_stem(&term, article->lang, stem);
    else
        term_of_plain(&term, form);
    assert(term.len > 0);
    return arena_copy_slice(&inverter->scratch, term_slice(&term), out)
               ? no_memory(err)
               : ERR_OK;
}

static void append(struct inverter *inverter, const struct token *token,
                   uint32_t id, uint32_t *position)
{
    uint32_t *at = inverter->stream + inverter->stream_len;
    at = pack_word(at, id, token->position, token->all_caps, position);
    inverter->stream_len = (uint32_t)(at - inverter->stream);
}

/* Some tokens, which are looked up together. In steps, each of which asks the memory for
 * what the next one needs; while it comes, other batches take theirs. */
struct batch {
    const struct token *token;
    size_t count;
    struct vocabulary_probe probe[BATCH];
};

static void probe_batch(struct inverter *inverter, const struct token *token,
                        size_t count, struct batch *batch)
{
    batch->token = token;
    batch->count = count;
    for (size_t i = 0; i < count; i++) {
        assert(token[i].width >= 1 && token[i].width <= UINT8_MAX);
        vocabulary_probe(&inverter->words, token[i].form,
                         (uint8_t)token[i].width, &batch->probe[i]);
    }
}

static void fetch_batch(struct inverter *inverter, const struct form_map *map,
                        const struct batch *batch)
{
    uint32_t id;
    for (size_t i = 0; i < batch->count; i++)
        if (vocabulary_fetch(&inverter->words, &batch->probe[i], &id) &&
            id < map->capacity)
            __builtin_prefetch(&map->form[id], 1);
}

/* Forms of a batch that are new in their language, and their terms. */
struct new_forms {
    struct vocabulary_probe term[BATCH];
    uint32_t id[BATCH];
    size_t count;
};

static int probe_score(struct inverter *inverter,
                       const struct inverted *article, struct slice form,
                       struct slice stem, uint32_t id, struct new_forms *new,
                       struct err *err)
{
    struct slice term;
    int rc = find_score_term(inverter, article, form, stem, &term, err);
    if (rc)
        return rc;
    vocabulary_probe(&inverter->others, term, 0, &new->term[new->count]);
    new->id[new->count++] = id;
    return ERR_OK;
}

/* One that is twice in a batch is new twice, and gets the same term again. */
static int put_scores(struct inverter *inverter, struct form_map *map,
                      const struct new_forms *new, struct err *err)
{
    for (size_t i = 0; i < new->count; i++) {
        uint32_t score;
        int rc = vocabulary_put(&inverter->others, &new->term[i], &score);
        if (rc)
            return from_vocabulary(rc, err);
        map->form[new->id[i]].score = score + 1;
    }
    return ERR_OK;
}

static int keep_batch(struct inverter *inverter, struct inverted *article,
                      const struct batch *batch, uint32_t *position,
                      struct err *err)
{
    struct form_map *map = &inverter->maps[article->map];
    struct new_forms new;
    int rc = make_room(inverter, map, batch->count, err);
    new.count = 0;
    for (size_t i = 0; rc == ERR_OK && i < batch->count; i++) {
        const struct token *token = &batch->token[i];
        uint32_t id;
        rc = vocabulary_put(&inverter->words, &batch->probe[i], &id);
        if (rc)
            return from_vocabulary(rc, err);
        if (map->form[id].score == 0)
            rc = probe_score(inverter, article, token->form, token->stem, id,
                             &new, err);
        map->form[id].tokens++;
        if (token->all_caps) /* rarely: most need not be fetched */
            inverter->caps[id]++;
        append(inverter, token, id, position);
    }
    return rc ? rc : put_scores(inverter, map, &new, err);
}

static int keep_tokens(struct inverter *inverter, struct inverted *article,
                       const struct tokens *tokens, uint32_t *position,
                       struct err *err)
{
    const struct form_map *map = &inverter->maps[article->map];
    struct batch batch[3];
    size_t batches = (tokens->count + BATCH - 1) / BATCH;
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && batches && i < batches + 2; i++) {
        size_t at = i * BATCH, left = tokens->count - at;
        if (i < batches)
            probe_batch(inverter, tokens->token + at,
                        left < BATCH ? left : BATCH, &batch[i % 3]);
        if (i >= 1 && i < batches + 1)
            fetch_batch(inverter, map, &batch[(i - 1) % 3]);
        if (i >= 2)
            rc = keep_batch(inverter, article, &batch[(i - 2) % 3], position,
                            err);
    }
    return rc;
}

/* --- packed words: each form of a group is looked up once --- */

/* Bytes that another processor has written: all at once, or each line of them is waited for. */
static void fetch_all(const void *data, size_t size)
{
    enum { LINE = 64 };
    const char *at = data;
    for (size_t i = 0; i < size; i += LINE)
        __builtin_prefetch(at + i, 0, 2);
}

void inverter_settle(struct inverter *inverter)
{
    enum { AHEAD = 8 };
    struct known_group *known = &inverter->group;
    for (uint32_t i = 0; i < known->count; i++) {
        struct known_form *form = &known->form[known->counted[i]];
        struct stemming *stemming = inverter->maps[known->map].form;
        if (i + AHEAD < known->count)
            __builtin_prefetch(
                &stemming[known->form[known->counted[i + AHEAD]].id], 1);
        stemming[form->id].tokens += form->tokens;
        form->tokens = 0;
    }
    known->count = 0;
}

static int know_group(struct inverter *inverter, const struct word_group *group,
                      uint32_t map, struct err *err)
{
    struct known_group *known = &inverter->group;
    if (known->number != group->number || known->map != map)
        inverter_settle(inverter);
    known->map = map;
    if (known->number == group->number)
        return ERR_OK;
    int rc = inverter_grow(&known->form, &known->capacity, group->forms,
                           sizeof *known->form, err);
    if (rc == ERR_OK)
        rc = inverter_grow(&known->counted, &known->counted_capacity,
                           group->forms, sizeof *known->counted, err);
    if (rc)
        return rc;
    fetch_all(group->form, group->forms * sizeof *group->form);
    fetch_all(group->texts, group->bytes);
    for (uint32_t i = 0; i < group->forms; i++)
        known->form[i] = (struct known_form){NO_LIST, 0};
    known->number = group->number;
    return ERR_OK;
}

static int number_batch(struct inverter *inverter,
                        const struct word_group *group, const uint32_t *form,
                        size_t count, struct err *err)
{
    struct vocabulary_probe probe[BATCH];
    uint32_t id;
    int rc = 0;
    for (size_t i = 0; i < count; i++)
        vocabulary_probe(&inverter->words, word_group_text(group, form[i]),
                         word_group_width(group, form[i]), &probe[i]);
    for (size_t i = 0; i < count; i++)
        vocabulary_fetch(&inverter->words, &probe[i], &id);
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = vocabulary_put(&inverter->words, &probe[i],
                            &inverter->group.form[form[i]].id);
    return from_vocabulary(rc, err);
}

/* Those forms of the article that no article of the group before it had. A form that comes
 * twice in a batch is looked up twice. */
static int number_forms(struct inverter *inverter, const struct analysis *from,
                        struct err *err)
{
    const struct packed_words *words = &from->words;
    const struct form_map *map = &inverter->maps[inverter->group.map];
    uint32_t form[BATCH];
    size_t count = 0;
    int rc = ERR_OK;
    fetch_all(words->at, words->count * sizeof *words->at);
    for (size_t i = 0; rc == ERR_OK && i < words->count; i++) {
        if (words->at[i] == PACKED_JUMP) {
            i++;
            continue;
        }
        uint32_t this = words->at[i] & PACKED_FORM;
        const struct known_form *known = &inverter->group.form[this];
        if (known->id != NO_LIST) {
            if (known->tokens == 0 && known->id < map->capacity)
                __builtin_prefetch(&map->form[known->id], 1);
            continue;
        }
        form[count++] = this;
        if (count < BATCH)
            continue;
        rc = number_batch(inverter, from->group, form, count, err);
        count = 0;
    }
    return rc ? rc : number_batch(inverter, from->group, form, count, err);
}

/* The first token of a form since the counts were settled. */
static int begin_count(struct inverter *inverter,
                       const struct inverted *article, uint32_t number,
                       struct new_forms *new, struct err *err)
{
    struct known_group *known = &inverter->group;
    struct form_map *map = &inverter->maps[article->map];
    uint32_t id = known->form[number].id;
    known->counted[known->count++] = number;
    if (map->form[id].score)
        return ERR_OK;
    int rc =
        probe_score(inverter, article, vocabulary_text(&inverter->words, id),
                    (struct slice){0}, id, new, err);
    if (rc == ERR_OK && new->count == BATCH) {
        rc = put_scores(inverter, map, new, err);
        new->count = 0;
    }
    return rc;
}

static int append_packed(struct inverter *inverter, struct inverted *article,
                         const struct packed_words *words, uint32_t *position,
                         struct new_forms *new, struct err *err)
{
    uint32_t *to = inverter->stream + inverter->stream_len;
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < words->count; i++) {
        uint32_t word = words->at[i];
        if (__builtin_expect(word == PACKED_JUMP, 0)) {
            *to++ = word;
            *to++ = words->at[++i];
            *position = words->at[i] - 1;
            continue;
        }
        struct known_form *form = &inverter->group.form[word & PACKED_FORM];
        if (form->tokens++ == 0)
            rc = begin_count(inverter, article, word & PACKED_FORM, new, err);
        if (word & PACKED_CAPS)
            inverter->caps[form->id]++;
        *position += !(word & PACKED_STAYS);
        *to++ = (word & ~(uint32_t)PACKED_FORM) | form->id;
    }
    inverter->stream_len = (uint32_t)(to - inverter->stream);
    return rc;
}

static int keep_packed(struct inverter *inverter, struct inverted *article,
                       const struct analysis *from, uint32_t *position,
                       struct err *err)
{
    struct form_map *map = &inverter->maps[article->map];
    struct new_forms new;
    new.count = 0;
    int rc = know_group(inverter, from->group, article->map, err);
    if (rc == ERR_OK)
        rc = number_forms(inverter, from, err);
    if (rc == ERR_OK)
        rc = make_room(inverter, map, 0, err);
    if (rc == ERR_OK)
        rc =
            append_packed(inverter, article, &from->words, position, &new, err);
    return rc ? rc : put_scores(inverter, map, &new, err);
}

int inverter_keep_words(struct inverter *inverter,
                        const struct analysis *analysis,
                        struct inverted *article, struct err *err)
{
    const struct tokens *tokens = &analysis->tokens;
    /* Three for a token that jumps. */
    uint64_t need = inverter->stream_len +
                    (analysis->group ? (uint64_t)analysis->words.count
                                     : UINT64_C(3) * tokens->count);
    if (need > STREAM_MAX)
        return err_set(err, ERR_LIMIT, "too many words for one segment");
    int rc = inverter_grow(&inverter->stream, &inverter->stream_capacity, need,
                           sizeof *inverter->stream, err);
    uint32_t position = UINT32_MAX;
    article->stream = inverter->stream_len;
    if (rc == ERR_OK && analysis->group)
        rc = keep_packed(inverter, article, analysis, &position, err);
    else if (rc == ERR_OK)
        rc = keep_tokens(inverter, article, tokens, &position, err);
    article->stream_end = inverter->stream_len;
    article->positions = position + 1;
    if (rc == ERR_OK && article->positions > INVERTER_SPOTS - inverter->spots)
        rc = err_set(err, ERR_LIMIT, "too many words for one segment");
    inverter->spots += article->positions;
    return rc;
}
