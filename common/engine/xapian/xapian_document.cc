#include "engine/xapian/xapian_document.h"

#include "engine/xapian/xapian_guard.h"
#include "engine/xapian/xapian_schema.h"

namespace dateline
{

// An arena that gives its memory back when an exception passes.
struct scratch_arena {
    struct arena arena;
    scratch_arena() { arena_init(&arena, LIMIT_QUERY_MEMORY); }
    ~scratch_arena() { arena_reset(&arena); }
    scratch_arena(const scratch_arena &) = delete;
    scratch_arena &operator=(const scratch_arena &) = delete;
};

void for_each_field_value(const struct article *article, enum ast_field field,
                          struct err *err,
                          const std::function<void(struct slice)> &visit)
{
    scratch_arena scratch;
    auto one = [&](struct slice raw) {
        struct slice folded;
        if (filter_value(field, raw, &scratch.arena, &folded))
            need(err_set(err, ERR_NOMEM, "no memory to fold a field"));
        visit(folded);
    };
    switch (field) {
    case FIELD_SOURCE:
        one(article->source);
        break;
    case FIELD_LANG:
        one(article->lang);
        if (lang_primary(article->lang).len != article->lang.len)
            one(lang_primary(article->lang));
        break;
    case FIELD_TOPIC:
        for (size_t i = 0; i < article->topics.count; i++)
            one(article->topics.item[i]);
        break;
    case FIELD_KEY:
        one(article->key);
        break;
    case FIELD_SINCE: // a number: SLOT_GENERATION
        break;
    }
}

static void add_words(Xapian::Document &document,
                      const struct analysis *analysis, struct err *err)
{
    for (size_t i = 0; i < analysis->tokens.count; i++) {
        const struct token &token = analysis->tokens.token[i];
        if (token.width < 1 || token.width > 255)
            need(err_set(err, ERR_INVALID, "a word of %u positions",
                         unsigned{token.width}));
        document.add_posting(occurrence_term(WORD, token.form, token.width),
                             token.position + POSITION_OFFSET);
        if (token.all_caps)
            document.add_posting(occurrence_term(CAPS, token.form, token.width),
                                 token.position + POSITION_OFFSET);
    }
}

// As analysis gives them: the stem, or the form of a word that has none.
static void add_stems(Xapian::Document &document, struct slice lang,
                      const struct analysis *analysis)
{
    for (size_t i = 0; i < analysis->tokens.count; i++) {
        const struct token &token = analysis->tokens.token[i];
        document.add_term(token.stem.len
                              ? stem_term(lang, token.stem)
                              : occurrence_term(PLAIN, token.form, 1));
    }
}

static void add_mentions(Xapian::Document &document,
                         const struct mention_list &mentions)
{
    for (size_t i = 0; i < mentions.count; i++) {
        const struct mention &mention = mentions.mention[i];
        document.add_term(entity_term(mention.entity));
        document.add_posting(
            mention_term(mention.entity,
                         mentioned_form(mention.form, mention.width)),
            mention.position + POSITION_OFFSET);
    }
}

static void add_units(Xapian::Document &document, enum near_unit unit,
                      const struct position_list &starts)
{
    for (size_t i = 0; i < starts.count; i++)
        document.add_posting(unit_term(unit), starts.at[i] + POSITION_OFFSET,
                             0);
}

static void add_filters(Xapian::Document &document,
                        const struct article *article, struct err *err)
{
    // key: is a filter, too, but k finds it already.
    for (enum ast_field field : {FIELD_SOURCE, FIELD_LANG, FIELD_TOPIC})
        for_each_field_value(article, field, err, [&](struct slice value) {
            bool cut;
            document.add_boolean_term(field_term(field, value, &cut));
        });
    document.add_boolean_term(key_term(article->key));
}

static std::string stored_form(const struct article *article, struct err *err)
{
    struct bytes_out bytes = {};
    int rc = article_encode(article, &bytes, err);
    std::string data;
    if (rc == ERR_OK)
        data.assign(reinterpret_cast<const char *>(bytes.data), bytes.len);
    bytes_out_release(&bytes);
    need(rc);
    return data;
}

Xapian::Document document_of(const struct article *article,
                             const struct analysis *analysis,
                             const record &record, struct err *err)
{
    Xapian::Document document;
    document.set_data(stored_form(article, err));
    add_words(document, analysis, err);
    add_units(document, NEAR_SENTENCE, analysis->sentences);
    add_units(document, NEAR_PARAGRAPH, analysis->paragraphs);
    add_mentions(document, analysis->mentions);
    add_stems(document, lang_primary(article->lang), analysis);
    add_filters(document, article, err);
    document.add_value(SLOT_ORDER,
                       order_value(article->published, article->key));
    document.add_value(SLOT_RECORD, record_encode(record));
    document.add_value(SLOT_GENERATION, generation_value(record.generation));
    return document;
}

} // namespace dateline
