#include "engine/xapian/xapian_record.h"

#include "engine/xapian/xapian_guard.h"
#include "engine/xapian/xapian_schema.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace dateline
{

static constexpr size_t DIGEST_BYTES = 16;

record record_of(const struct article *article, const struct analysis *analysis)
{
    record r = {};
    r.published = article->published;
    r.modified = article->modified;
    r.version = article->version;
    r.words = analysis->word_count;
    r.title_start = analysis->part[PART_TITLE].start;
    r.title_end = analysis->part[PART_TITLE].end;
    article_digest(article, r.digest);
    r.lang = text_of(lang_primary(article->lang));
    return r;
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
    add_number(out, r.title_start, 4);
    add_number(out, r.title_end, 4);
    for (size_t i = 0; i < DIGEST_BYTES; i++)
        add_number(out,
                   hex_digit(r.digest[2 * i]) << 4 |
                       hex_digit(r.digest[2 * i + 1]),
                   1);
    return out + r.lang;
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
    r.title_start = get_u32(&in);
    r.title_end = get_u32(&in);
    for (size_t i = 0; i < DIGEST_BYTES; i++)
        snprintf(r.digest + 2 * i, 3, "%02x", get_u8(&in));
    if (in.bad || !dates)
        need(err_set(err, ERR_CORRUPT, "an article's record is damaged"));
    r.lang.assign(reinterpret_cast<const char *>(in.at),
                  static_cast<size_t>(in.end - in.at));
    return r;
}

} // namespace dateline
