#include "indexer/readers/prose.h"

#include "base/utf8.h"

#include <string.h>
#include <strings.h>
#include <unicode/uchar.h>

enum {
    DATELINE_BYTES = 120, /* the dash that ends one comes before */
    DAY_BYTES = 24, /* "Wednesday" is no part; "September 20, 2025" is 18 */
    CREDIT_BYTES = 80,
    PLACE_WORDS = 6,
};

/* --- days --- */

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* ASCII's, and every byte of the others'. */
static bool is_letter(uint8_t c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c >= 0x80;
}

static struct slice take_while(struct slice *s, bool (*wanted)(uint8_t))
{
    size_t n = 0;
    while (n < s->len && wanted(s->data[n]))
        n++;
    struct slice taken = slice_part(*s, 0, n);
    *s = slice_part(*s, n, s->len);
    return taken;
}

static bool take_char(struct slice *s, char c)
{
    if (s->len == 0 || s->data[0] != (uint8_t)c)
        return false;
    *s = slice_part(*s, 1, s->len);
    return true;
}

/* English first; then German, French, Spanish, Italian, Portuguese, Turkish,
 * Russian and Ukrainian where they differ, as they stand in a date. */
static const char *const month_names[] = {
    "january januar janvier enero gennaio janeiro ocak января січня",
    "february februar février febrero febbraio fevereiro şubat февраля лютого",
    "march märz mars marzo março mart марта березня",
    "april avril abril aprile nisan апреля квітня",
    "may mai mayo maggio maio mayıs мая травня",
    "june juni juin junio giugno junho haziran июня червня",
    "july juli juillet julio luglio julho temmuz июля липня",
    "august août agosto ağustos августа серпня",
    "september septembre septiembre settembre setembro eylül сентября вересня",
    "october oktober octobre octubre ottobre outubro ekim октября жовтня",
    "november novembre noviembre novembro kasım ноября листопада",
    ("december dezember décembre diciembre dicembre dezembro aralık декабря "
     "грудня"),
};

/* How many bytes of `name`, which is in small letters, the word covers; 0 when it
 * says something else. */
static size_t covers(struct slice word, struct slice name)
{
    size_t at = 0, in_name = 0;
    while (at < word.len) {
        if (in_name == name.len)
            return 0;
        uint32_t c = utf8_next(word, &at), want = utf8_next(name, &in_name);
        if ((uint32_t)u_tolower((UChar32)c) != want)
            return 0;
    }
    return in_name;
}

/* The whole name, or at least three letters of the English one ("Sept."); 0 when
 * it is none. */
static int month_of(struct slice word)
{
    for (int i = 0; i < 12; i++) {
        const char *name = month_names[i];
        for (bool english = true; *name; english = false) {
            size_t len = strcspn(name, " ");
            struct slice whole = {(const uint8_t *)name, len};
            size_t covered = covers(word, whole);
            if (covered == len || (english && covered >= 3))
                return i + 1;
            name += len + (name[len] == ' ');
        }
    }
    return 0;
}

static int number_of(struct slice digits)
{
    int value = 0;
    for (size_t i = 0; i < digits.len && i < 6; i++)
        value = value * 10 + (digits.data[i] - '0');
    return value;
}

static bool day_exists(struct civil_date day)
{
    if (day.year == 0)
        day.year = 2000; /* 29 February may stand there */
    return date_exists(day);
}

static bool take_month(struct slice *s, int *month)
{
    *month = month_of(take_while(s, is_letter));
    take_char(s, '.');
    return *month > 0;
}

/* Spanish and Portuguese: "16 de mayo de 2025". */
static void take_of(struct slice *s)
{
    if (slice_starts_with(*s, SLICE("de ")))
        *s = slice_part(*s, 3, s->len);
}

static bool take_day(struct slice *s, int *day)
{
    struct slice digits = take_while(s, is_digit);
    *day = number_of(digits);
    return digits.len == 1 || digits.len == 2;
}

bool printed_day_parse(struct slice text, struct civil_date *out)
{
    struct slice s = text;
    struct date date;
    *out = (struct civil_date){0};
    if (text.len == 10 && text.data[4] == '-' &&
        date_parse(text, &date, NULL) == 0) {
        *out = date_civil(date.seconds);
        return true;
    }
    bool ok;
    if (s.len > 0 && is_digit(s.data[0])) {
        ok = take_day(&s, &out->day);
        take_char(&s, '.');
        ok = ok && take_char(&s, ' ');
        take_of(&s);
        ok = ok && take_month(&s, &out->month);
    } else {
        ok = take_month(&s, &out->month) && take_char(&s, ' ') &&
             take_day(&s, &out->day);
    }
    if (!ok)
        return false;
    if (s.len > 0) {
        take_char(&s, ',');
        if (!take_char(&s, ' '))
            return false;
        take_of(&s);
        struct slice year = take_while(&s, is_digit);
        out->year = number_of(year);
        if (year.len != 4)
            return false;
    }
    return s.len == 0 && day_exists(*out);
}

bool printed_day_at_end(struct slice text, struct civil_date *out, size_t *at)
{
    size_t first = text.len > DAY_BYTES ? text.len - DAY_BYTES : 0;
    for (size_t i = first; i < text.len; i++) {
        if (i > 0 && text.data[i - 1] != ' ' && text.data[i - 1] != '\n')
            continue;
        if (printed_day_parse(slice_part(text, i, text.len), out)) {
            *at = i;
            return true;
        }
    }
    return false;
}

int64_t nearest_year(struct civil_date *day, struct civil_date near)
{
    int64_t best = -1;
    int best_year = 0;
    for (int year = near.year - 1; year <= near.year + 1; year++) {
        struct civil_date c = {year, day->month, day->day};
        if (!date_exists(c))
            continue;
        int64_t apart =
            (date_from_civil(c) - date_from_civil(near)) / (24 * 3600);
        if (apart < 0)
            apart = -apart;
        if (best < 0 || apart < best) {
            best = apart;
            best_year = year;
        }
    }
    day->year = best_year;
    return best;
}

/* --- credits and datelines --- */

bool credit_at_end(struct slice text, struct slice *before)
{
    if (text.len < 3 || text.data[text.len - 1] != ')')
        return false;
    size_t open = text.len - 2;
    while (open > 0 && text.data[open] != '(' && text.data[open] != ')')
        open--;
    if (text.data[open] != '(' || text.len - open > CREDIT_BYTES ||
        text.len - open == 2)
        return false;
    *before = slice_trim(slice_part(text, 0, open));
    return true;
}

/* Where the dash between dateline and story stands; 0 when there is none. */
static size_t find_dash(struct slice s)
{
    for (size_t i = 1; i + 1 < s.len && i < DATELINE_BYTES; i++) {
        bool apart = s.data[i - 1] == ' ' || s.data[i - 1] == '\n';
        if (s.data[i] == '-' && apart &&
            (s.data[i + 1] == ' ' || s.data[i + 1] == '-' ||
             s.data[i + 1] == '\n'))
            return i;
        if (i + 2 < s.len && (apart || s.data[i - 1] == ')') &&
            s.data[i] == 0xe2 && s.data[i + 1] == 0x80 &&
            (s.data[i + 2] == 0x93 || s.data[i + 2] == 0x94))
            return i;
    }
    return 0;
}

/* Two capital letters at least and no small one, up to the first blank or comma. */
static bool starts_in_capitals(struct slice s)
{
    size_t capitals = 0;
    for (size_t at = 0; at < s.len && s.data[at] != ' ' && s.data[at] != ',';) {
        uint32_t c = utf8_next(s, &at);
        if (u_isupper((UChar32)c))
            capitals++;
        else if (u_isalpha((UChar32)c))
            return false;
    }
    return capitals >= 2;
}

static bool is_place(struct slice place, bool in_capitals)
{
    size_t words = 1, at = 0;
    for (size_t i = 0; i < place.len; i++) {
        words += place.data[i] == ' ' || place.data[i] == '\n';
        if (memchr("!?:;\"()", place.data[i], 7))
            return false;
    }
    if (place.len == 0 || words > PLACE_WORDS)
        return false;
    return in_capitals ? starts_in_capitals(place)
                       : u_isupper((UChar32)utf8_next(place, &at));
}

bool dateline_parse(struct slice paragraph, struct slice *dateline,
                    struct civil_date *day)
{
    size_t dash = find_dash(paragraph), day_at = 0;
    struct slice place, text = slice_trim(slice_part(paragraph, 0, dash));
    *day = (struct civil_date){0};
    bool credit = credit_at_end(text, &text);
    bool dated = printed_day_at_end(text, day, &day_at);
    place = slice_trim(slice_part(text, 0, dated ? day_at : text.len));
    bool comma = place.len > 0 && place.data[place.len - 1] == ',';
    if (comma)
        place.len--;
    *dateline = text;
    if (is_place(place, true))
        return credit || dated;
    return comma && dated && day->year > 0 && is_place(place, false);
}

/* --- paths --- */

static bool is_separator(char c)
{
    return c == '-' || c == '_' || c == '.';
}

static int two_digits(const char *s)
{
    return is_digit((uint8_t)s[0]) && is_digit((uint8_t)s[1])
               ? (s[0] - '0') * 10 + (s[1] - '0')
               : -1;
}

/* A day of a newspaper's lifetime at `s`: YYYY, MM, DD with `separator` between
 * them, 0 for none. Returns its length, 0 when there is none. */
static size_t day_at(const char *s, char separator, struct civil_date *out)
{
    size_t gap = separator ? 1 : 0;
    if (strnlen(s, 8 + 2 * gap) < 8 + 2 * gap ||
        (gap && (s[4] != separator || s[7] != separator)))
        return 0;
    int high = two_digits(s), low = two_digits(s + 2);
    out->year = high * 100 + low;
    out->month = two_digits(s + 4 + gap);
    out->day = two_digits(s + 6 + 2 * gap);
    if (high < 16 || high > 21 || low < 0 || !date_exists(*out) ||
        is_digit((uint8_t)s[8 + 2 * gap]))
        return 0;
    return 8 + 2 * gap;
}

static bool last_day_in(const char *from, const char *to, bool folders,
                        struct civil_date *out)
{
    bool found = false;
    for (const char *at = from; at < to; at++) {
        struct civil_date day;
        if (!is_digit((uint8_t)*at) || (at > from && is_digit((uint8_t)at[-1])))
            continue;
        size_t len = day_at(at, 0, &day);
        if (len == 0 && to - at > 4 && is_separator(at[4]))
            len = day_at(at, at[4], &day);
        if (len == 0 && folders)
            len = day_at(at, '/', &day);
        if (len == 0)
            continue;
        *out = day;
        found = true;
    }
    return found;
}

bool date_in_path(const char *path, struct civil_date *out)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    return last_day_in(name, name + strlen(name), false, out) ||
           last_day_in(path, name, true, out);
}
