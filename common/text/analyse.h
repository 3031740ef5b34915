/* analyse.h - an article into tokens: what both engines index, and what the slow
 * evaluator and the snippets look at.
 */
#ifndef TEXT_ANALYSE_H
#define TEXT_ANALYSE_H

#include "doc/article.h"
#include "text/stem.h"
#include "text/word_group.h"

/* Changes whenever the same text may give other tokens; recorded in MANIFEST. */
#define ANALYSIS_VERSION 2

struct part_range {
    uint32_t start, end; /* positions [start, end); empty when the part is */
};

/* Positions, rising. */
struct position_list {
    uint32_t *at;
    size_t count;
};

/* An entity of the register (entity/register.h), as it stands in the text. Those of one
 * entity never overlap. */
struct mention {
    struct slice entity; /* its id */
    struct slice form;   /* as written, without 's; white space is one space */
    uint32_t position;   /* of its first word */
    uint16_t width;      /* positions */
};

struct mention_list {
    struct mention *mention; /* by rising position, then entity */
    size_t count;
};

struct analysis {
    struct tokens tokens; /* all parts, byte ranges within each part's text */
    struct part_range part[PART_COUNT];
    /* Where each sentence and each paragraph begins; the title is one of each. A
     * sentence never spans two paragraphs, nor a paragraph two parts. */
    struct position_list sentences, paragraphs;
    uint32_t
        word_count; /* tokens that are no joined forms: the article's length */
    struct mention_list
        mentions; /* empty from analyse_article(); entity/recogniser.h */
    /* NULL from analyse_article(). Else there are no tokens: the words are in here, and what
     * article_digest() says. */
    const struct word_group *group;
    struct packed_words words;
    char digest[DIGEST_TEXT_SIZE];
};

/* One position space: title, summary, body, captions, each not-empty part starting
 * LIMIT_SECTION_GAP after the end of the one before. `stemmers` may be NULL: no
 * stems. Slices point into `arena` and the article. ERR_NOMEM, ERR_LIMIT. */
int analyse_article(const struct article *article, struct stemmers *stemmers,
                    struct arena *arena, struct analysis *out);

#endif
