#include "engine/xapian/xapian_record.h"

#include "engine/xapian/xapian_guard.h"
#include "engine/xapian/xapian_schema.h"

#include <cstdlib>
#include <cstring>

namespace dateline
{

static constexpr size_t DIGEST_BYTES = 16;

record record_of(const struct article *article, const struct analysis *analysis,
                 uint64_t generation)
{
    record r = {};
    r.published = article->published;
    r.modified = article->modified;
    r.version = article->version;
    r.words = analysis->word_count;
    r.generation = generation;
    for (int part = 0; part < PART_COUNT; part++)
        r.part[part] = analysis->part[part];
    article_digest(article, r.digest);
    r.lang = text_of(article->lang);
    r.source = text_of(article->source);
    return r;
}

std::string primary_lang(const record &record)
{
    return text_of(lang_primary(as_slice(record.lang)));
}

static void add_number(std::string &out, uint64_t v, int bytes)
{
    for (; bytes > 0; bytes--, v >>= 8)
        out += static_cast<char>(v & 0xff);
}

static void add_date(std::string &out, struct date date)
{
    add_number(out, date.precision, 1);
    add_number(out, static_cast<uint64_t>(date.seconds), 8);
}

static void add_text(std::string &out, const std::string &text)
{
    size_t len = text.size();
    for (; len >= 0x80; len >>= 7)
        add_number(out, len | 0x80, 1);
    add_number(out, len, 1);
    out += text;
}

static unsigned hex_digit(char c)
{
    return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10) & 15;
}

std::string record_encode(const record &r)
{
    std::string out;
    add_date(out, r.published);
    add_date(out, r.modified);
    add_number(out, r.version, 4);
    add_number(out, r.words, 4);
    add_number(out, r.generation, 8);
    for (const struct part_range &part : r.part) {
        add_number(out, part.start, 4);
        add_number(out, part.end, 4);
    }
    for (size_t i = 0; i < DIGEST_BYTES; i++)
        add_number(out,
                   hex_digit(r.digest[2 * i]) << 4 |
                       hex_digit(r.digest[2 * i + 1]),
                   1);
    add_text(out, r.lang);
    add_text(out, r.source);
    return out;
}

static bool take_date(struct bytes_in *in, struct date *out)
{
    out->precision = get_u8(in);
    out->seconds = static_cast<int64_t>(get_u64(in));
    return out->precision <= DATE_SECOND;
}

record record_decode(const std::string &stored, struct err *err)
{
    struct bytes_in in = bytes_in(as_slice(stored));
    record r = {};
    bool dates = take_date(&in, &r.published);
    dates = take_date(&in, &r.modified) && dates;
    r.version = get_u32(&in);
    r.words = get_u32(&in);
    r.generation = get_u64(&in);
    for (struct part_range &part : r.part) {
        part.start = get_u32(&in);
        part.end = get_u32(&in);
    }
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        // By hand: a timeline reads this record of every article.
        uint8_t byte = get_u8(&in);
        r.digest[2 * i] = "0123456789abcdef"[byte >> 4];
        r.digest[2 * i + 1] = "0123456789abcdef"[byte & 15];
    }
    r.lang = text_of(get_slice(&in));
    r.source = text_of(get_slice(&in));
    if (in.bad || !dates || in.at != in.end)
        need(err_set(err, ERR_CORRUPT, "an article's record is damaged"));
    return r;
}

} // namespace dateline
