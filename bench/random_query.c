#include "bench/random_query.h"

#include "base/utf8.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *random_operator_name(enum random_operator op)
{
    static const char *const names[] = {
        "word",      "=word", "prefix*", "word~1", "phrase",  "window~n",
        "[pattern]", "[ * ]", "[(|)]",   "NEAR",   "ADJ",     "NOTNEAR",
        ".../S",     ".../P", "title:",  "field:", "date:",   "since:",
        "AND",       "OR",    "NOT",     "@x",     "@x=form",
    };
    _Static_assert(sizeof names / sizeof *names == RANDOM_OPERATORS,
                   "a name each");
    return names[op];
}

uint32_t random_below(struct random_queries *random, uint32_t limit)
{
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    uint64_t high = (random->state * UINT64_C(0x2545F4914F6CDD1D)) >> 32;
    return (uint32_t)(high * limit >> 32);
}

static bool one_in(struct random_queries *random, uint32_t n)
{
    return random_below(random, n) == 0;
}

/* A place in the text of one article: the operands of a query are taken near it. */
struct place {
    const struct sample_article *sample;
    size_t token;
};

static struct place somewhere(struct random_queries *random)
{
    for (;;) {
        const struct sample_article *sample =
            &random
                 ->sample[random_below(random, (uint32_t)random->sample_count)];
        size_t count = sample->analysis.tokens.count;
        if (count)
            return (struct place){sample,
                                  random_below(random, (uint32_t)count)};
    }
}

static const struct token *token_of(const struct place *place)
{
    return &place->sample->analysis.tokens.token[place->token];
}

/* Up to `most` tokens further on, or the same place at the end. */
static struct place onwards(struct random_queries *random, struct place place,
                            uint32_t most)
{
    size_t to = place.token + random_below(random, most + 1);
    if (to < place.sample->analysis.tokens.count)
        place.token = to;
    return place;
}

static struct slice text_between(const struct place *place,
                                 const struct token *first,
                                 const struct token *last)
{
    return slice_part(place->sample->article.text[first->part], first->start,
                      last->end);
}

static bool is_operator(struct slice word)
{
    static const char *const operators[] = {"AND",  "OR",  "NOT",
                                            "NEAR", "ADJ", "NOTNEAR"};
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (slice_eq(word, slice_of(operators[i])))
            return true;
    return false;
}

static void add_word(struct random_queries *random, const struct place *place,
                     struct strbuf *out)
{
    struct slice word = text_between(place, token_of(place), token_of(place));
    if (is_operator(word)) {
        strbuf_addf(out, "\"%.*s\"", SLICE_ARG(word));
        random->used[RANDOM_PHRASE]++;
        return;
    }
    if (one_in(random, 8)) {
        strbuf_add_char(out, '=');
        random->used[RANDOM_EXACT]++;
    } else {
        random->used[RANDOM_WORD]++;
    }
    strbuf_add_slice(out, word);
}

static void add_quoted(struct slice text, struct strbuf *out);

/* The entity that is mentioned at a place: NULL when there is none. */
static const struct mention *mention_at(const struct place *place)
{
    const struct mention_list *all = &place->sample->analysis.mentions;
    for (size_t i = 0; i < all->count; i++)
        if (all->mention[i].position == token_of(place)->position)
            return &all->mention[i];
    return NULL;
}

/* Nothing is written when no mention begins there. */
static const struct mention *add_entity(struct random_queries *random,
                                        const struct place *place,
                                        struct strbuf *out)
{
    const struct mention *mention = mention_at(place);
    if (!mention || one_in(random, 3))
        return NULL;
    strbuf_addf(out, "@%.*s", SLICE_ARG(mention->entity));
    random->used[RANDOM_ENTITY]++;
    if (!one_in(random, 4))
        return mention;
    struct slice form = mention->form;
    const uint8_t *blank = memchr(form.data, ' ', form.len);
    if (blank && one_in(random, 2))
        form.len = (size_t)(blank - form.data);
    strbuf_add_char(out, '=');
    add_quoted(form, out);
    random->used[RANDOM_ENTITY_FORM]++;
    return mention;
}

static void add_name_or_word(struct random_queries *random,
                             const struct place *place, struct strbuf *out)
{
    if (!add_entity(random, place, out))
        add_word(random, place, out);
}

/* A prefix of whole code points; nothing is written when the word has none. */
static bool add_beginning(struct random_queries *random,
                          const struct place *place, uint32_t least,
                          struct strbuf *out)
{
    struct slice word = text_between(place, token_of(place), token_of(place));
    size_t cut = 0;
    for (uint32_t letters = least + random_below(random, 5);
         letters > 0 && cut < word.len; letters--)
        utf8_next(word, &cut);
    bool letters_only = true; /* "n'*" would be a prefix of one letter */
    for (size_t i = 0; i < cut; i++)
        letters_only =
            letters_only && !ispunct(word.data[i]) && !isdigit(word.data[i]);
    if (cut >= word.len || !letters_only || is_operator(word) ||
        memmem(word.data, cut, "\xe2\x80", 2)) /* typographic, the same */
        return false;
    random->used[RANDOM_PREFIX]++;
    strbuf_addf(out, "%.*s*", (int)cut, (const char *)word.data);
    return true;
}

static void add_prefix(struct random_queries *random, const struct place *place,
                       struct strbuf *out)
{
    if (!add_beginning(random, place, 2, out))
        add_word(random, place, out);
}

enum { EDITED_MIN = 3, EDITED_MAX = 40 };

/* The letters of a plain word in Latin, Greek or Cyrillic, which stays a word
 * whatever is done to one of them; 0 for any other. */
static size_t letters_of(struct slice word, uint32_t letter[EDITED_MAX])
{
    size_t count = 0;
    for (size_t at = 0; at < word.len;) {
        uint8_t lead = word.data[at];
        bool letter_of_two =
            (lead >= 0xc3 && lead <= 0xc9) || (lead >= 0xce && lead <= 0xd1);
        if (count == EDITED_MAX || (!isalnum(lead) && !letter_of_two))
            return 0;
        letter[count++] = utf8_next(word, &at);
    }
    return count < EDITED_MIN ? 0 : count;
}

static void add_letter(uint32_t letter, struct strbuf *out)
{
    uint8_t bytes[4];
    strbuf_add(out, bytes, utf8_put(letter, bytes));
}

/* A slip of the pen in one place, or none. Nothing is written for words that it
 * could take apart. */
static bool add_slip(struct random_queries *random, const struct place *place,
                     struct strbuf *out)
{
    uint32_t letter[EDITED_MAX];
    size_t count = letters_of(
        text_between(place, token_of(place), token_of(place)), letter);
    if (count == 0)
        return false;
    enum { DROP, DOUBLE, CHANGE, SWAP, NONE, SLIPS };
    uint32_t slip = random_below(random, SLIPS);
    uint32_t where = random_below(random, (uint32_t)count - 1);
    if (slip == SWAP) {
        uint32_t swap = letter[where];
        letter[where] = letter[where + 1];
        letter[where + 1] = swap;
    } else if (slip == CHANGE) {
        letter[where] = 'a' + random_below(random, 26);
    }
    for (size_t i = 0; i < count; i++) {
        if (slip != DROP || i != where)
            add_letter(letter[i], out);
        if (slip == DOUBLE && i == where)
            add_letter(letter[i], out);
    }
    strbuf_add_text(out, "~1");
    random->used[RANDOM_ONE_EDIT]++;
    return true;
}

static void add_one_edit(struct random_queries *random,
                         const struct place *place, struct strbuf *out)
{
    if (!add_slip(random, place, out))
        add_word(random, place, out);
}

/* The token at `place`, as an element of a pattern: nothing there is an operator. */
static void add_element(struct random_queries *random,
                        const struct place *place, struct strbuf *out)
{
    if (add_entity(random, place, out))
        return;
    uint32_t choice = random_below(random, 8);
    if ((choice == 0 && add_beginning(random, place, 1, out)) ||
        (choice == 1 && add_slip(random, place, out)))
        return;
    if (choice == 2)
        strbuf_add_char(out, '=');
    random->used[choice == 2 ? RANDOM_EXACT : RANDOM_WORD]++;
    strbuf_add_slice(out,
                     text_between(place, token_of(place), token_of(place)));
}

/* The right word, and others. */
static void add_alternatives(struct random_queries *random,
                             const struct place *place, struct strbuf *out)
{
    uint32_t arms = 2 + random_below(random, 2);
    uint32_t right = random_below(random, arms);
    random->used[RANDOM_ALTERNATIVES]++;
    for (uint32_t i = 0; i < arms; i++) {
        struct place other =
            one_in(random, 2) ? somewhere(random) : onwards(random, *place, 3);
        strbuf_add_char(out, i ? '|' : '(');
        add_element(random, i == right ? place : &other, out);
    }
    strbuf_add_char(out, ')');
}

/* The next token where `place` ends; a hyphenated word is one or its parts. False at
 * the end of the part. */
static bool step_over(struct place *place)
{
    const struct tokens *tokens = &place->sample->analysis.tokens;
    const struct token *now = token_of(place);
    size_t next = place->token;
    while (++next < tokens->count)
        if (tokens->token[next].position >= now->position + now->width)
            break;
    if (next == tokens->count || tokens->token[next].part != now->part)
        return false;
    place->token = next;
    return true;
}

/* To the last word of a mention. */
static void go_to_end(const struct mention *mention, struct place *place)
{
    const struct tokens *tokens = &place->sample->analysis.tokens;
    for (size_t i = place->token; i < tokens->count; i++)
        if (!tokens->token[i].joined &&
            tokens->token[i].position < mention->position + mention->width)
            place->token = i;
}

/* The words at a place, some of them in other ways. */
static void add_pattern(struct random_queries *random,
                        const struct place *place, struct strbuf *out)
{
    uint32_t most = 2 + random_below(random, 4);
    struct place at = *place;
    bool has_word = false;
    random->used[RANDOM_PATTERN]++;
    strbuf_add_char(out, '[');
    for (uint32_t i = 0; i < most; i++) {
        const struct mention *mention;
        if (i > 0)
            strbuf_add_char(out, ' ');
        if ((mention = add_entity(random, &at, out)) != NULL) {
            has_word = true;
            go_to_end(mention, &at);
        } else if (one_in(random, 4)) {
            strbuf_add_char(out, '*');
            random->used[RANDOM_ANY]++;
        } else {
            if (one_in(random, 4))
                add_alternatives(random, &at, out);
            else
                add_element(random, &at, out);
            has_word = true;
        }
        if (!step_over(&at))
            break;
    }
    if (!has_word) { /* needs one */
        strbuf_add_char(out, ' ');
        add_element(random, &at, out);
    }
    strbuf_add_char(out, ']');
}

static void add_quoted(struct slice text, struct strbuf *out)
{
    strbuf_add_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '"')
            strbuf_add_char(out, '"');
        strbuf_add_char(out, (char)text.data[i]);
    }
    strbuf_add_char(out, '"');
}

/* Bytes copied from the article, from one word to a later one of its part. */
static void add_phrase(struct random_queries *random, const struct place *place,
                       uint32_t most, struct strbuf *out)
{
    const struct token *first = token_of(place), *last = first;
    struct place end = onwards(random, *place, most);
    if (token_of(&end)->part == first->part &&
        token_of(&end)->end > first->start)
        last = token_of(&end);
    random->used[RANDOM_PHRASE]++;
    add_quoted(text_between(place, first, last), out);
}

/* Words found near each other, in another order, sometimes one of them twice. */
static void add_window(struct random_queries *random, const struct place *place,
                       struct strbuf *out)
{
    uint32_t words = 2 + random_below(random, 3);
    struct place end = *place;
    random->used[RANDOM_WINDOW]++;
    strbuf_add_char(out, '"');
    for (uint32_t i = 0; i < words; i++) {
        struct slice word = text_between(&end, token_of(&end), token_of(&end));
        if (i > 0)
            strbuf_add_char(out, ' ');
        strbuf_add_slice(out, word);
        end = one_in(random, 3) ? *place : onwards(random, end, 5);
    }
    strbuf_addf(out, "\"~%u", random_below(random, 12));
}

static void add_operand(struct random_queries *random,
                        const struct place *place, struct strbuf *out)
{
    switch (random_below(random, 10)) {
    case 0:
        add_phrase(random, place, 3, out);
        break;
    case 3:
        add_pattern(random, place, out);
        break;
    case 4:
        add_one_edit(random, place, out);
        break;
    case 1:
        add_prefix(random, place, out);
        break;
    case 2: {
        struct place other = onwards(random, *place, 4);
        random->used[RANDOM_OR]++;
        strbuf_add_char(out, '(');
        add_name_or_word(random, place, out);
        strbuf_add_text(out, " OR ");
        add_phrase(random, &other, 2, out);
        strbuf_add_char(out, ')');
        break;
    }
    default:
        add_name_or_word(random, place, out);
    }
}

static void add_near(struct random_queries *random, struct strbuf *out)
{
    static const char *const names[] = {"NEAR", "ADJ", "NOTNEAR"};
    struct place first = somewhere(random);
    struct place second =
        one_in(random, 8) ? somewhere(random) : onwards(random, first, 12);
    uint32_t which = random_below(random, 3);
    if (which == 0 && one_in(random, 2)) {
        struct place swap = first;
        first = second;
        second = swap;
    }
    random->used[RANDOM_NEAR + which]++;
    add_operand(random, &first, out);
    if (one_in(random, 3)) {
        bool sentence = one_in(random, 2);
        random->used[sentence ? RANDOM_SENTENCE : RANDOM_PARAGRAPH]++;
        strbuf_addf(out, " %s/%c ", names[which], sentence ? 'S' : 'P');
    } else {
        strbuf_addf(out, " %s/%u ", names[which],
                    random_below(random, one_in(random, 4) ? 40 : 12));
    }
    add_operand(random, &second, out);
}

/* Mostly one that is named in the title. Nothing is written when there is none. */
static bool add_title_entity(struct random_queries *random,
                             const struct place *place, struct strbuf *out)
{
    const struct mention_list *all = &place->sample->analysis.mentions;
    struct place at = *place;
    if (all->count && all->mention[0].position == 0 && !one_in(random, 4))
        at.token = 0;
    return add_entity(random, &at, out) != NULL;
}

static void add_title(struct random_queries *random, struct strbuf *out)
{
    struct place place = somewhere(random);
    if (token_of(&place)->part != PART_TITLE && !one_in(random, 4))
        place.token = 0; /* the title comes first */
    random->used[RANDOM_TITLE]++;
    strbuf_add_text(out, "title:");
    if (one_in(random, 3) && add_title_entity(random, &place, out))
        return;
    if (one_in(random, 2))
        add_phrase(random, &place, 3, out);
    else
        add_word(random, &place, out);
}

static void add_field(struct random_queries *random, struct strbuf *out)
{
    static const char *const names[] = {"source", "lang", "topic", "key"};
    struct place place = somewhere(random);
    const struct article *article = &place.sample->article;
    struct slice value[4] = {article->source, article->lang, {0}, article->key};
    if (article->topics.count)
        value[2] = article->topics.item[0];
    uint32_t which = random_below(random, one_in(random, 6) ? 4 : 3);
    random->used[RANDOM_FIELD]++;
    strbuf_addf(out, "%s:", names[which]);
    add_quoted(value[which].len ? value[which] : SLICE("none such"), out);
}

static void add_date(struct random_queries *random, struct strbuf *out)
{
    struct place place = somewhere(random);
    struct date date = place.sample->article.published;
    random->used[RANDOM_DATE]++;
    if (date.precision == DATE_NONE) {
        strbuf_add_text(out, "date:none");
        return;
    }
    struct civil_date day = date_civil(date.seconds);
    switch (random_below(random, 5)) {
    case 0:
        strbuf_addf(out, "date:%04d", day.year);
        break;
    case 1:
        strbuf_addf(out, "date:%04d-%02d", day.year, day.month);
        break;
    case 2:
        strbuf_addf(out, "date:%04d-%02d-%02d", day.year, day.month, day.day);
        break;
    case 3:
        strbuf_addf(out, "date:%s%04d-%02d", one_in(random, 2) ? ">=" : "<",
                    day.year, day.month);
        break;
    default:
        strbuf_addf(out, "date:%04d-%02d-%02d..%04d", day.year, day.month,
                    day.day, day.year + (int)random_below(random, 2));
    }
}

static void add_since(struct random_queries *random, struct strbuf *out)
{
    struct place place = somewhere(random);
    uint64_t generation = place.sample->article.generation;
    if (generation > 0 && one_in(random, 2))
        generation--;
    random->used[RANDOM_SINCE]++;
    strbuf_addf(out, "since:%" PRIu64, generation);
}

static void add_query(struct random_queries *random, unsigned depth,
                      struct strbuf *out);

static void add_boolean(struct random_queries *random, unsigned depth,
                        struct strbuf *out)
{
    static const char *const between[] = {" AND ", " OR ", " NOT "};
    uint32_t which = random_below(random, 3);
    uint32_t operands = which == 2 ? 2 : 2 + random_below(random, 2);
    random->used[RANDOM_AND + which]++;
    for (uint32_t i = 0; i < operands; i++) {
        if (i > 0)
            strbuf_add_text(out, between[which]);
        strbuf_add_char(out, '(');
        add_query(random, depth - 1, out);
        strbuf_add_char(out, ')');
    }
}

static void add_query(struct random_queries *random, unsigned depth,
                      struct strbuf *out)
{
    struct place place = somewhere(random);
    uint32_t choice = random_below(random, 25);
    if (depth > 0 && choice < 6) {
        add_boolean(random, depth, out);
        return;
    }
    switch (choice) {
    case 6:
    case 7:
    case 8:
        add_phrase(random, &place, 5, out);
        break;
    case 9:
    case 10:
    case 11:
        add_window(random, &place, out);
        break;
    case 12:
    case 13:
    case 14:
    case 15:
        add_near(random, out);
        break;
    case 16:
        add_prefix(random, &place, out);
        break;
    case 17:
        add_title(random, out);
        break;
    case 18:
        if (one_in(random, 5))
            add_since(random, out);
        else if (one_in(random, 2))
            add_field(random, out);
        else
            add_date(random, out);
        break;
    case 19:
    case 20:
    case 21:
        add_pattern(random, &place, out);
        break;
    case 22:
        add_one_edit(random, &place, out);
        break;
    case 23:
        add_near(random, out);
        break;
    default:
        add_name_or_word(random, &place, out);
    }
}

void random_query(struct random_queries *random, struct strbuf *out)
{
    strbuf_reset(out);
    add_query(random, random_below(random, 3), out);
}
