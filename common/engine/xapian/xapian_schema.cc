#include "engine/xapian/xapian_schema.h"

#include "engine/xapian/xapian_guard.h"

#include <cassert>
#include <cstdlib>

namespace dateline
{

std::string bounded_term(const std::string &term)
{
    // A zero byte takes two in a glass key.
    size_t zeros = 0;
    for (char c : term)
        zeros += c == '\0';
    if (term.size() + zeros <= TERM_MAX)
        return term;
    struct digest whole = {};
    char text[33];
    digest_add(&whole, term.data(), term.size());
    digest_end_text(&whole, text);
    std::string cut = term.substr(0, 100); // room for as many zeros
    return cut + '~' + text;
}

std::string occurrence_term(char prefix, struct slice form, unsigned width)
{
    assert(width >= 1 && width <= 255);
    std::string term(1, prefix);
    term.append(reinterpret_cast<const char *>(form.data), form.len);
    if (width > 1) {
        term += JOINED;
        term += static_cast<char>(width);
    }
    return term;
}

std::string stem_term(struct slice lang, struct slice stem)
{
    return bounded_term(STEM + text_of(lang) + ':' + text_of(stem));
}

std::string key_term(struct slice key)
{
    return bounded_term(KEY + text_of(key));
}

std::string field_term(enum ast_field field, struct slice folded, bool *cut)
{
    std::string whole = std::string(1, FIELD) + static_cast<char>('0' + field) +
                        text_of(folded);
    std::string term = bounded_term(whole);
    *cut = term != whole;
    return term;
}

std::string filter_term(const struct node *filter, bool *cut)
{
    if (filter->field != FIELD_KEY)
        return field_term(filter->field, filter->value, cut);
    std::string term = key_term(filter->value);
    *cut = term != KEY + text_of(filter->value);
    return term;
}

std::string entity_term(struct slice id)
{
    return bounded_term(ENTITY + text_of(id));
}

std::string mentioned_form(struct slice form, unsigned width)
{
    constexpr size_t FORM_MAX = 240; // and 01 and digits: 255 bytes at most
    std::string text = text_of(form);
    if (text.size() > FORM_MAX) {
        size_t end = FORM_MAX;
        while (end > 0 && (text[end] & 0xc0) == 0x80)
            end--;
        text.resize(end);
    }
    return text + JOINED + std::to_string(width);
}

std::string form_text(const std::string &mentioned, unsigned *width)
{
    size_t at = mentioned.rfind(JOINED);
    *width = 1;
    if (at == std::string::npos)
        return mentioned;
    *width = static_cast<unsigned>(
        std::strtoul(mentioned.c_str() + at + 1, nullptr, 10));
    return mentioned.substr(0, at);
}

std::string mention_term(struct slice id, const std::string &mentioned)
{
    return bounded_term(MENTION + text_of(id) + JOINED + mentioned);
}

static std::string big_endian(uint64_t v)
{
    std::string bytes(ORDER_DATE_BYTES, '\0');
    for (size_t i = ORDER_DATE_BYTES; i-- > 0; v >>= 8)
        bytes[i] = static_cast<char>(v & 0xff);
    return bytes;
}

std::string generation_value(uint64_t generation)
{
    return big_endian(generation);
}

std::string unit_term(enum near_unit unit)
{
    return {UNIT, unit == NEAR_SENTENCE ? 's' : 'p'};
}

std::string order_date(int64_t seconds)
{
    if (seconds < DATE_MIN)
        seconds = DATE_MIN;
    if (seconds > DATE_MAX)
        seconds = DATE_MAX;
    return big_endian(static_cast<uint64_t>(DATE_MAX - seconds));
}

std::string order_undated()
{
    return std::string(ORDER_DATE_BYTES, '\xff');
}

std::string order_value(struct date published, struct slice key)
{
    std::string date = published.precision == DATE_NONE
                           ? order_undated()
                           : order_date(published.seconds);
    return date + text_of(key);
}

} // namespace dateline
