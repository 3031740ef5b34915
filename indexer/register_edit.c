/* Each line names the type and the name of its entity, too: then the edits still make
 * sense when a later register below them has lost it.
 */
#include "indexer/register_state.h"

#include "base/err.h"

#include <limits.h>
#include <string.h>

static const struct entity *there(const struct register_edit *edit, int word)
{
    return register_find(edit->state->entities, slice_of(edit->word[word]));
}

static int not_there(const struct register_edit *edit, int word,
                     struct err *err)
{
    return err_set(err, ERR_INVALID,
                   "there is no entity of the id '%s'; `dateline-index "
                   "register list NAME` shows ids",
                   edit->word[word]);
}

static int need_words(const struct register_edit *edit, int least, int most,
                      const char *what, struct err *err)
{
    if (edit->words >= least && edit->words <= most)
        return ERR_OK;
    return err_set(err, ERR_INVALID, "what is wanted: register %s", what);
}

static void begin(struct strbuf *lines, const struct entity *entity)
{
    strbuf_addf(lines, "%.*s\t%s\t%.*s\t", SLICE_ARG(entity->id),
                entity_kind_name(entity->kind), SLICE_ARG(entity->name));
}

static int ended(const struct strbuf *lines, struct err *err)
{
    return lines->failed ? err_set(err, ERR_NOMEM, "out of memory") : ERR_OK;
}

static void put_options(struct strbuf *lines, const struct register_edit *edit)
{
    for (size_t i = 0; i < edit->more->count; i++)
        strbuf_addf(lines, "%s%s", i ? " " : "", edit->more->item[i]);
}

int edit_add(const struct register_edit *edit, struct strbuf *lines,
             struct err *err)
{
    int rc = need_words(edit, 1, INT_MAX, "add ID [NAME]...", err);
    if (rc)
        return rc;
    const struct entity *entity = there(edit, 0);
    if (!entity && (!edit->type || !edit->name))
        return err_set(err, ERR_INVALID,
                       "there is no '%s' yet; a new entity needs --type and "
                       "--name",
                       edit->word[0]);
    strbuf_addf(lines, "%s\t%s\t", edit->word[0],
                edit->type ? edit->type : entity_kind_name(entity->kind));
    strbuf_add_slice(lines, edit->name ? slice_of(edit->name) : entity->name);
    strbuf_add_char(lines, '\t');
    for (int i = 1; i < edit->words; i++)
        strbuf_addf(lines, "%s%s", i > 1 ? "; " : "", edit->word[i]);
    strbuf_add_char(lines, '\t');
    put_options(lines, edit);
    strbuf_add_char(lines, '\n');
    return ended(lines, err);
}

int edit_merge(const struct register_edit *edit, struct strbuf *lines,
               struct err *err)
{
    int rc = need_words(edit, 2, 2, "merge ID INTO", err);
    if (rc)
        return rc;
    const struct entity *from = there(edit, 0), *into = there(edit, 1);
    if (!from || !into)
        return not_there(edit, from ? 1 : 0, err);
    begin(lines, into);
    strbuf_add_text(lines, "\t\n");
    begin(lines, from);
    strbuf_addf(lines, "\tinto=%s\n", edit->word[1]);
    return ended(lines, err);
}

int edit_block(const struct register_edit *edit, struct strbuf *lines,
               struct err *err)
{
    int rc = need_words(edit, 1, 1, "block ID", err);
    if (rc)
        return rc;
    const struct entity *entity = there(edit, 0);
    if (!entity)
        return not_there(edit, 0, err);
    begin(lines, entity);
    strbuf_add_text(lines, "\tblock\n");
    return ended(lines, err);
}

/* The alias as it would stand in a line: between tabs of that of an entity with nothing
 * else. */
static int put_alias(struct strbuf *lines, const struct entity_alias *alias,
                     struct err *err)
{
    struct entity only = {.alias = (struct entity_alias *)alias,
                          .alias_count = 1};
    struct bytes_out line = {0};
    register_put_entity(&line, &only);
    if (line.failed) {
        bytes_out_release(&line);
        return err_set(err, ERR_NOMEM, "out of memory");
    }
    const uint8_t *tab = line.data;
    for (int i = 0; i < 3; i++)
        tab = (const uint8_t *)memchr(tab, '\t',
                                      line.len - (size_t)(tab - line.data)) +
              1;
    const uint8_t *end =
        memchr(tab, '\t', line.len - (size_t)(tab - line.data));
    strbuf_add(lines, tab, (size_t)(end - tab));
    bytes_out_release(&line);
    return ERR_OK;
}

/* Those aliases of `entity` that are written as one of the words. */
static int put_taken(const struct register_edit *edit,
                     const struct entity *entity, struct strbuf *lines,
                     struct err *err)
{
    const char *between = "";
    int rc = ERR_OK;
    for (int w = 2; !rc && w < edit->words; w++) {
        bool found = false;
        for (size_t i = 0; !rc && i < entity->alias_count; i++) {
            if (!slice_eq(entity->alias[i].text, slice_of(edit->word[w])))
                continue;
            found = true;
            strbuf_add_text(lines, between);
            between = "; ";
            rc = put_alias(lines, &entity->alias[i], err);
        }
        if (!found)
            return err_set(err, ERR_INVALID, "'%s' is no name of %s",
                           edit->word[w], edit->word[0]);
        if (slice_eq(entity->name, slice_of(edit->word[w])))
            return err_set(err, ERR_INVALID,
                           "'%s' is the canonical name of %s; give that "
                           "another one first (register add %s --name NAME)",
                           edit->word[w], edit->word[0], edit->word[0]);
    }
    return rc;
}

int edit_split(const struct register_edit *edit, struct strbuf *lines,
               struct err *err)
{
    int rc = need_words(edit, 3, INT_MAX, "split ID NEWID NAME...", err);
    if (rc)
        return rc;
    const struct entity *entity = there(edit, 0);
    if (!entity)
        return not_there(edit, 0, err);
    if (there(edit, 1))
        return err_set(err, ERR_INVALID, "there is an entity '%s' already",
                       edit->word[1]);
    begin(lines, entity);
    for (int i = 2; i < edit->words; i++)
        strbuf_addf(lines, "%s-%s", i > 2 ? "; " : "", edit->word[i]);
    strbuf_addf(lines, "\t\n%s\t%s\t%s\t", edit->word[1],
                edit->type ? edit->type : entity_kind_name(entity->kind),
                edit->name ? edit->name : edit->word[2]);
    rc = put_taken(edit, entity, lines, err);
    strbuf_add_char(lines, '\t');
    put_options(lines, edit);
    strbuf_add_char(lines, '\n');
    return rc ? rc : ended(lines, err);
}
