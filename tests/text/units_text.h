/* units_text.h - a text with its sentences and paragraphs marked, so that a table
 * can hold them.
 *
 * "One. / Two. ¶ Three." is "One. Two. \n\nThree.": '/' and a space stand before the
 * first word of a sentence, '¶' and a space before that of a paragraph.
 */
#ifndef TESTS_UNITS_TEXT_H
#define TESTS_UNITS_TEXT_H

#include "base/strbuf.h"
#include "text/analyse.h"

#define SENTENCE_MARK "/ "
#define PARAGRAPH_MARK "¶ "

/* Without the marks. */
static inline void units_unmark(struct slice marked, struct strbuf *text)
{
    strbuf_reset(text);
    for (size_t at = 0; at < marked.len;) {
        struct slice rest = slice_part(marked, at, marked.len);
        if (slice_starts_with(rest, SLICE(SENTENCE_MARK))) {
            at += strlen(SENTENCE_MARK);
        } else if (slice_starts_with(rest, SLICE(PARAGRAPH_MARK))) {
            strbuf_add_text(text, "\n\n");
            at += strlen(PARAGRAPH_MARK);
        } else {
            strbuf_add_char(text, (char)marked.data[at++]);
        }
    }
}

static inline bool units_at(const struct position_list *list, uint32_t position)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->at[i] == position)
            return true;
    return false;
}

/* What must hold for every text. */
static inline void units_check(const struct position_list *list)
{
    for (size_t i = 1; i < list->count; i++)
        CHECK(list->at[i - 1] < list->at[i]);
}

/* The marks that the analysis of `text` as a body gives; the first is left out. */
static inline void units_mark(struct slice text, struct strbuf *marked)
{
    struct arena arena;
    struct article article = {.text[PART_BODY] = text};
    struct analysis analysis;
    size_t done = 0, sentences = 0, paragraphs = 0;
    arena_init(&arena, (size_t)1 << 28);
    CHECK_EQ(analyse_article(&article, NULL, &arena, &analysis), 0);
    units_check(&analysis.sentences);
    units_check(&analysis.paragraphs);
    strbuf_reset(marked);
    for (size_t i = 0; i < analysis.tokens.count; i++) {
        const struct token *t = &analysis.tokens.token[i];
        bool sentence = units_at(&analysis.sentences, t->position);
        bool paragraph = units_at(&analysis.paragraphs, t->position);
        CHECK(sentence || !paragraph);
        CHECK(sentence || i > 0);
        CHECK(paragraph || i > 0);
        if (t->joined || !sentence)
            continue;
        sentences++;
        paragraphs += paragraph;
        struct slice before = slice_part(text, done, t->start);
        if (paragraph && i) { /* its blank line is what the mark stands for */
            while (before.len && before.data[before.len - 1] == '\n')
                before.len--;
        }
        strbuf_add_slice(marked, before);
        if (i)
            strbuf_add_text(marked, paragraph ? PARAGRAPH_MARK : SENTENCE_MARK);
        done = t->start;
    }
    strbuf_add_slice(marked, slice_part(text, done, text.len));
    CHECK_EQ(sentences, analysis.sentences.count);
    CHECK_EQ(paragraphs, analysis.paragraphs.count);
    arena_reset(&arena);
}

static inline void units_check_row(struct slice row)
{
    struct strbuf text, marked;
    strbuf_init(&text, 1 << 16);
    strbuf_init(&marked, 1 << 16);
    units_unmark(row, &text);
    units_mark(strbuf_slice(&text), &marked);
    CHECK_SLICE(strbuf_slice(&marked), row);
    strbuf_release(&text);
    strbuf_release(&marked);
}

#endif
