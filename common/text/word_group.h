/* word_group.h - the words of some articles, each form once: what a thread that analyses
 * articles hands to the one that indexes them. Four bytes a token instead of a struct
 * token, whose memory would go from one processor to the other; and a form that several of
 * the articles have is looked up once.
 *
 *     word_group_add(maker, &tokens, &arena, &words);     // for each article
 *     word_group_end(maker, &arena, &group);              // all of them are in `group`
 *
 *   Ownership   a group is in the arena that it was given, the words of an article in
 *               theirs; both are needed to read them
 *   Threads     a maker is used by one at a time; a group does not change
 */
#ifndef TEXT_WORD_GROUP_H
#define TEXT_WORD_GROUP_H

#include "text/tokenise.h"

/* A token: the number of its form in the group, and two flags. Positions are implied:
 * each token stands one further than the one before, or at the same position (STAYS: a
 * joined form). Any other step is a JUMP, followed by the position of the token after it.
 * Each article begins as if a token had stood at -1. */
enum { PACKED_FORM = (1 << 30) - 1 };
#define PACKED_CAPS (UINT32_C(1) << 30)
#define PACKED_STAYS (UINT32_C(1) << 31)
#define PACKED_JUMP UINT32_MAX /* no form is PACKED_FORM */

struct group_form {
    uint32_t offset; /* in the texts */
    uint32_t
        shape; /* bytes, and in the low eight bits the width of the token */
};

struct word_group {
    uint64_t number; /* no other of the process has it; from 1 */
    const struct group_form *form;
    uint32_t forms;
    const uint8_t *texts;
    size_t bytes; /* of them */
};

/* Of one article. */
struct packed_words {
    const uint32_t *at;
    size_t count;  /* of `at` */
    size_t tokens; /* of the article */
};

static inline struct slice word_group_text(const struct word_group *group,
                                           uint32_t form)
{
    return (struct slice){group->texts + group->form[form].offset,
                          group->form[form].shape >> 8};
}

static inline uint8_t word_group_width(const struct word_group *group,
                                       uint32_t form)
{
    return (uint8_t)group->form[form].shape;
}

/* Append a token to `at`, which has room for three; the result is one past its end. */
static inline uint32_t *pack_word(uint32_t *at, uint32_t form,
                                  uint32_t position, bool all_caps,
                                  uint32_t *before)
{
    bool stays = position == *before;
    if (!stays && position != *before + 1) {
        *at++ = PACKED_JUMP;
        *at++ = position;
    }
    *at++ = form | (all_caps ? PACKED_CAPS : 0) | (stays ? PACKED_STAYS : 0);
    *before = position;
    return at;
}

struct word_group_maker;

/* NULL: no memory. */
struct word_group_maker *word_group_maker_new(void);
void word_group_maker_free(struct word_group_maker *maker); /* NULL is fine */

/* One more article of the group. After a failure (ERR_NOMEM, ERR_LIMIT) the group goes on
 * without it. */
int word_group_add(struct word_group_maker *maker, const struct tokens *tokens,
                   struct arena *arena, struct packed_words *out);
/* The maker begins another one, also when there is no memory. */
int word_group_end(struct word_group_maker *maker, struct arena *arena,
                   struct word_group *out);

#endif
