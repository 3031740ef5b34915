// xapian_schema.h - what an article looks like inside a Xapian database: the
// prefixes of its terms, its value slots, its data. Writer and readers meet here.
//
//   w FORM             an occurrence of a word, with positions
//   w FORM 01 WIDTH    an occurrence of a joined form that covers WIDTH positions;
//                      no form contains 01, so a walk over w PREFIX finds both, and
//                      FORM stands directly before its variants
//   c FORM [01 WIDTH]  the same for words written in capitals only
//   s LANG : STEM      a word by its stem, for articles of this primary language
//   u FORM             a word that has no stem: with `s` it counts each occurrence
//                      of an article once, which is what a bare word is scored by
//   e ENTITY         a mention of an entity
//   m ENTITY 01 FORM a mention in this form (as written, then 01 and its width in
//                    decimal), with positions; the synonyms of e ENTITY are all FORMs
//   b UNIT           each sentence (UNIT is s) or paragraph (p) of an article: the
//                      positions where they begin
//   k KEY              the article itself
//   f FIELD VALUE      a filter; FIELD is one digit, VALUE is folded
//
// Each occurrence adds 1 to the within-document frequency of its w term, of its s or
// u term, and of its c term, each mention to that of its e and m terms; b, k and f terms
// have none. So Xapian's document length is twice the number of words (joined forms
// counted) and of mentions, plus the words in capitals.
//
// Xapian refuses terms over 245 bytes (glass: 255 for an encoded key). A form has at
// most LIMIT_TERM_BYTES; what is longer than TERM_MAX is cut and ends in a digest, and
// then proves nothing: the query verifies.
#ifndef ENGINE_XAPIAN_XAPIAN_SCHEMA_H
#define ENGINE_XAPIAN_XAPIAN_SCHEMA_H

#include "engine/xapian/c_headers.h"

#include <string>
#include <xapian.h>

namespace dateline
{

enum : Xapian::valueno {
    // Sorts as results do: newer first (undated last), then by key. Eight bytes
    // big-endian of DATE_MAX - seconds, then the key.
    SLOT_ORDER = 0,
    SLOT_RECORD = 1, // xapian_record.h
    // The generation that put the article in, eight bytes big-endian.
    SLOT_GENERATION = 2,
};

constexpr char WORD = 'w', CAPS = 'c', STEM = 's', PLAIN = 'u', KEY = 'k',
               FIELD = 'f', UNIT = 'b', ENTITY = 'e', MENTION = 'm';
constexpr char JOINED = '\x01';
constexpr size_t TERM_MAX = 245, ORDER_DATE_BYTES = 8;
// With room for what the indexer appends to a key: "#2".
constexpr size_t KEY_MAX = LIMIT_KEY_BYTES + 16;
static_assert(LIMIT_TERM_BYTES + 4 <= TERM_MAX, "w, form, 01, width");

// Positions are stored plus one: glass (1.4.22) gives the list {0, 1} back as {1},
// because its second entry takes no bits and the list then looks like a single one.
constexpr Xapian::termpos POSITION_OFFSET = 1;

inline std::string text_of(struct slice s)
{
    return std::string(reinterpret_cast<const char *>(s.data), s.len);
}

inline struct slice as_slice(const std::string &s)
{
    return {reinterpret_cast<const uint8_t *>(s.data()), s.size()};
}

// `term` itself, or its beginning and a digest of all of it.
std::string bounded_term(const std::string &term);

// Width 1 is a plain occurrence. Widths past 255 do not exist: LIMIT_JOINED_PARTS.
std::string occurrence_term(char prefix, struct slice form, unsigned width);
std::string stem_term(struct slice lang, struct slice stem);
std::string key_term(struct slice key);
std::string field_term(enum ast_field field, struct slice folded, bool *cut);
// The term of a NODE_FIELD; *cut when it proves nothing.
std::string filter_term(const struct node *filter, bool *cut);

std::string entity_term(struct slice id);
// FORM of a mention, and back: its width. A longer form than glass takes as a synonym is
// cut at a character.
std::string mentioned_form(struct slice form, unsigned width);
std::string form_text(const std::string &mentioned, unsigned *width);
std::string mention_term(struct slice id, const std::string &mentioned);

std::string unit_term(enum near_unit unit);
std::string generation_value(uint64_t generation);

// SLOT_ORDER of an article, and its first part alone.
std::string order_value(struct date published, struct slice key);
std::string order_date(int64_t seconds);
std::string order_undated();

// Metadata: "lang " and a primary language; the value is the language itself.
constexpr const char *LANGUAGE_METADATA = "lang ";

} // namespace dateline

#endif
