#include "base/date.h"

#include "base/err.h"

#include <stdio.h>
#include <string.h>

enum { DAY_SECONDS = 86400 };

/* --- the calendar ---
 *
 * Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2013), sections
 * days_from_civil and civil_from_days: years begin in March, so that the leap day
 * is the last of its year, and 400 years are one era of 146,097 days. */

static int64_t days_from_civil(struct civil_date c)
{
    int64_t year = c.month <= 2 ? c.year - 1 : c.year;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t month = c.month > 2 ? c.month - 3 : c.month + 9;
    int64_t day_of_year = (153 * month + 2) / 5 + c.day - 1;
    int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static struct civil_date civil_from_days(int64_t days)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
                           day_of_era / 146096) /
                          365;
    int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    struct civil_date c;
    c.day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    c.month = (int)(month < 10 ? month + 3 : month - 9);
    c.year = (int)(year_of_era + era * 400 + (c.month <= 2));
    return c;
}

static int64_t day_number(int64_t seconds)
{
    int64_t day = seconds / DAY_SECONDS;
    return seconds % DAY_SECONDS < 0 ? day - 1 : day;
}

struct civil_date date_civil(int64_t seconds)
{
    return civil_from_days(day_number(seconds));
}

int64_t date_from_civil(struct civil_date civil)
{
    return days_from_civil(civil) * DAY_SECONDS;
}

bool date_exists(struct civil_date c)
{
    static const int8_t days[] = {31, 28, 31, 30, 31, 30,
                                  31, 31, 30, 31, 30, 31};
    if (c.year < 1 || c.year > 9999 || c.month < 1 || c.month > 12 || c.day < 1)
        return false;
    bool leap = c.year % 4 == 0 && (c.year % 100 != 0 || c.year % 400 == 0);
    return c.day <= days[c.month - 1] + (c.month == 2 && leap);
}

static const char *const month_names[] = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
static const char *const day_names[] = {"Monday",   "Tuesday", "Wednesday",
                                        "Thursday", "Friday",  "Saturday",
                                        "Sunday"};

/* --- reading --- */

/* What has been read so far, before it is one moment. */
struct reading {
    struct slice all; /* for messages */
    const uint8_t *at, *end;
    struct civil_date day;
    int hour, minute, second;
    int offset; /* of the zone, in seconds east of Greenwich */
    enum date_precision precision;
    struct err *err;
};

static struct reading reading_of(struct slice text, struct err *err)
{
    struct slice all = slice_trim(text);
    return (struct reading){.all = all,
                            .at = all.data,
                            .end = all.data + all.len,
                            .day = {1, 1, 1},
                            .err = err};
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(uint8_t c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static size_t left(const struct reading *r)
{
    return (size_t)(r->end - r->at);
}

static bool next_is(const struct reading *r, char c)
{
    return r->at < r->end && *r->at == (uint8_t)c;
}

static bool take(struct reading *r, char c)
{
    if (!next_is(r, c))
        return false;
    r->at++;
    return true;
}

static bool take_spaces(struct reading *r)
{
    const uint8_t *before = r->at;
    while (next_is(r, ' ') || next_is(r, '\t'))
        r->at++;
    return r->at > before;
}

static size_t digits_ahead(const struct reading *r)
{
    size_t n = 0;
    while (n < left(r) && is_digit(r->at[n]))
        n++;
    return n;
}

static bool take_number(struct reading *r, size_t digits, int *out)
{
    if (digits_ahead(r) < digits)
        return false;
    *out = 0;
    for (size_t i = 0; i < digits; i++)
        *out = *out * 10 + (*r->at++ - '0');
    return true;
}

static struct slice take_word(struct reading *r)
{
    struct slice word = {r->at, 0};
    while (r->at < r->end && is_letter(*r->at))
        r->at++, word.len++;
    return word;
}

static bool same_letters(struct slice a, const char *b, size_t len)
{
    if (a.len != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((a.data[i] | 0x20) != ((uint8_t)b[i] | 0x20))
            return false;
    return true;
}

/* Where `word` stands in `names`, whole or as its first three letters; -1. */
static int find_name(struct slice word, const char *const *names, int count)
{
    for (int i = 0; i < count; i++)
        if (same_letters(word, names[i], strlen(names[i])) ||
            same_letters(word, names[i], 3))
            return i;
    return -1;
}

static int not_understood(const struct reading *r)
{
    int shown = r->all.len < 60 ? (int)r->all.len : 60;
    return err_set(r->err, ERR_INVALID, "'%.*s' is no date we know", shown,
                   (const char *)r->all.data);
}

static int check_day(const struct reading *r)
{
    struct civil_date c = r->day;
    if (c.year < 1)
        return err_set(r->err, ERR_INVALID, "there is no year 0");
    if (c.month < 1 || c.month > 12)
        return err_set(r->err, ERR_INVALID, "there is no month %d", c.month);
    if (!date_exists(c))
        return err_set(r->err, ERR_INVALID, "there is no %d %s %d", c.day,
                       month_names[c.month - 1], c.year);
    return ERR_OK;
}

/* HH:MM, HH:MM:SS, HH:MM:SS.fff; without colons when `compact`. */
static int read_clock(struct reading *r, bool compact)
{
    if (!take_number(r, 2, &r->hour))
        return not_understood(r);
    if (!compact && !take(r, ':'))
        return not_understood(r);
    if (!take_number(r, 2, &r->minute))
        return not_understood(r);
    r->precision = DATE_MINUTE;
    if (compact ? digits_ahead(r) > 0 : take(r, ':')) {
        if (!take_number(r, 2, &r->second))
            return not_understood(r);
        r->precision = DATE_SECOND;
        if (next_is(r, '.') || next_is(r, ',')) {
            r->at++;
            size_t fraction = digits_ahead(r);
            if (fraction == 0)
                return not_understood(r);
            r->at += fraction;
        }
    }
    if (r->hour > 23 || r->minute > 59 || r->second > 60)
        return err_set(r->err, ERR_INVALID, "there is no time %02d:%02d:%02d",
                       r->hour, r->minute, r->second);
    /* A leap second is kept within its day: we count no leap seconds. */
    if (r->second == 60)
        r->second = 59;
    return ERR_OK;
}

static int read_offset(struct reading *r)
{
    int sign = take(r, '-') ? -1 : 1, hours, minutes = 0;
    if (sign > 0 && !take(r, '+'))
        return not_understood(r);
    if (!take_number(r, 2, &hours))
        return not_understood(r);
    if ((take(r, ':') || digits_ahead(r) > 0) && !take_number(r, 2, &minutes))
        return not_understood(r);
    if (hours > 23 || minutes > 59)
        return err_set(r->err, ERR_INVALID, "there is no time zone %c%02d%02d",
                       sign < 0 ? '-' : '+', hours, minutes);
    r->offset = sign * (hours * 3600 + minutes * 60);
    return ERR_OK;
}

/* RFC 822 section 5.1. Its one-letter military zones had the wrong sign, so RFC
 * 2822 section 4.3 reads them as UTC. */
static int read_zone_name(struct reading *r)
{
    static const struct {
        const char *name;
        int hours;
    } zones[] = {{"UT", 0},   {"UTC", 0},  {"GMT", 0},  {"EST", -5},
                 {"EDT", -4}, {"CST", -6}, {"CDT", -5}, {"MST", -7},
                 {"MDT", -6}, {"PST", -8}, {"PDT", -7}};
    struct slice word = take_word(r);
    if (word.len == 1 && (word.data[0] | 0x20) != 'j')
        return ERR_OK;
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        if (same_letters(word, zones[i].name, strlen(zones[i].name))) {
            r->offset = zones[i].hours * 3600;
            return ERR_OK;
        }
    }
    return err_set(r->err, ERR_INVALID, "no time zone '%.*s' in RFC 822",
                   word.len < 20 ? (int)word.len : 20, (const char *)word.data);
}

static int read_zone(struct reading *r)
{
    take_spaces(r);
    if (r->at == r->end)
        return ERR_OK;
    return is_letter(*r->at) ? read_zone_name(r) : read_offset(r);
}

/* After the day: nothing, or a clock and a zone. */
static int read_clock_and_zone(struct reading *r, bool compact)
{
    int rc = read_clock(r, compact);
    return rc ? rc : read_zone(r);
}

static int read_iso(struct reading *r)
{
    take_number(r, 4, &r->day.year);
    bool compact = digits_ahead(r) == 4;
    r->precision = DATE_YEAR;
    if (compact) {
        take_number(r, 2, &r->day.month);
        take_number(r, 2, &r->day.day);
        r->precision = DATE_DAY;
    } else if (take(r, '-')) {
        if (!take_number(r, 2, &r->day.month))
            return not_understood(r);
        r->precision = DATE_MONTH;
        if (take(r, '-')) {
            if (!take_number(r, 2, &r->day.day))
                return not_understood(r);
            r->precision = DATE_DAY;
        }
    }
    int rc = check_day(r);
    if (rc || r->at == r->end || r->precision != DATE_DAY)
        return rc;
    if (!take(r, 'T') && !take(r, 't') && !take_spaces(r))
        return not_understood(r);
    return read_clock_and_zone(r, compact && left(r) > 2 && r->at[2] != ':');
}

/* [weekday[,]] D Month Year [clock [zone]]: RFC 822; 26-FEB-1987: Reuters. */
static int read_named_month(struct reading *r)
{
    if (is_letter(*r->at)) {
        /* A weekday that does not fit its date is a common slip in feeds; the
         * date is what was meant. */
        if (find_name(take_word(r), day_names, 7) < 0)
            return not_understood(r);
        take(r, '.');
        take(r, ',');
        take_spaces(r);
    }
    size_t digits = digits_ahead(r);
    if (digits < 1 || digits > 2 || !take_number(r, digits, &r->day.day))
        return not_understood(r);
    bool dashes = take(r, '-');
    if (!dashes && !take_spaces(r))
        return not_understood(r);
    r->day.month = find_name(take_word(r), month_names, 12) + 1;
    if (r->day.month == 0)
        return not_understood(r);
    if (!dashes)
        take(r, '.');
    if (dashes ? !take(r, '-') : !take_spaces(r))
        return not_understood(r);
    digits = digits_ahead(r);
    if ((digits != 2 && digits != 4) || !take_number(r, digits, &r->day.year))
        return not_understood(r);
    if (digits == 2) /* RFC 2822 section 4.3 */
        r->day.year += r->day.year < 50 ? 2000 : 1900;
    r->precision = DATE_DAY;
    int rc = check_day(r);
    if (rc || r->at == r->end)
        return rc;
    if (!take_spaces(r))
        return not_understood(r);
    rc = read_clock_and_zone(r, false);
    if (rc)
        return rc;
    /* RFC 822 allows a comment; mail programs put the zone's name there. */
    take_spaces(r);
    if (next_is(r, '(') && r->end[-1] == ')')
        r->at = r->end;
    return ERR_OK;
}

static int finish(const struct reading *r, struct date *out)
{
    if (r->at != r->end)
        return not_understood(r);
    int64_t seconds = date_from_civil(r->day) + r->hour * 3600 +
                      r->minute * 60 + r->second - r->offset;
    if (seconds < DATE_MIN || seconds >= DATE_MAX)
        return err_set(r->err, ERR_INVALID,
                       "'%.*s' is outside the years 1 to 9999 in UTC",
                       SLICE_ARG(r->all));
    *out = (struct date){seconds, (uint8_t)r->precision};
    return ERR_OK;
}

int date_parse(struct slice text, struct date *out, struct err *err)
{
    struct reading r = reading_of(text, err);
    *out = (struct date){0};
    if (r.all.len == 0)
        return err_set(err, ERR_INVALID, "an empty date");
    size_t digits = digits_ahead(&r);
    int rc;
    if (digits == 4 || digits == 8)
        rc = read_iso(&r);
    else if (digits == 1 || digits == 2 || is_letter(*r.at))
        rc = read_named_month(&r);
    else
        rc = not_understood(&r);
    return rc ? rc : finish(&r, out);
}

/* --- ranges --- */

static struct civil_date next_unit(struct civil_date c,
                                   enum date_precision precision)
{
    if (precision == DATE_YEAR || c.month == 12)
        return (struct civil_date){c.year + 1, 1, 1};
    return (struct civil_date){c.year, c.month + 1, 1};
}

struct date_range date_unit(struct date date)
{
    struct date_range unit = {date.seconds, date.seconds};
    switch ((enum date_precision)date.precision) {
    case DATE_NONE:
        return (struct date_range){0, 0};
    case DATE_YEAR:
    case DATE_MONTH:
        unit.to = date_from_civil(
            next_unit(date_civil(date.seconds), date.precision));
        break;
    case DATE_DAY:
        unit.to += DAY_SECONDS;
        break;
    case DATE_MINUTE:
        unit.to += 60;
        break;
    case DATE_SECOND:
        unit.to += 1;
        break;
    }
    return unit;
}

static int parse_end(struct slice text, struct date_range *unit,
                     struct err *err)
{
    struct reading r = reading_of(text, err);
    struct date date;
    size_t digits = digits_ahead(&r);
    if (digits != 4 && digits != 8)
        return err_set(err, ERR_INVALID,
                       "'%.*s' is no date; write 2022, 2022-03 or 2022-03-29",
                       r.all.len < 60 ? (int)r.all.len : 60,
                       (const char *)r.all.data);
    int rc = read_iso(&r);
    if (!rc)
        rc = finish(&r, &date);
    if (!rc)
        *unit = date_unit(date);
    return rc;
}

static int parse_comparison(struct slice text, struct date_range *out,
                            struct err *err)
{
    bool after = text.data[0] == '>';
    bool with = text.len > 1 && text.data[1] == '=';
    struct date_range unit;
    int rc = parse_end(slice_part(text, with ? 2 : 1, text.len), &unit, err);
    if (rc)
        return rc;
    if (after)
        *out = (struct date_range){with ? unit.from : unit.to, DATE_MAX};
    else
        *out = (struct date_range){DATE_MIN, with ? unit.to : unit.from};
    return ERR_OK;
}

int date_range_parse(struct slice text, struct date_range *out, struct err *err)
{
    text = slice_trim(text);
    *out = (struct date_range){DATE_MIN, DATE_MAX};
    if (text.len == 0)
        return err_set(err, ERR_INVALID, "an empty date");
    if (text.data[0] == '<' || text.data[0] == '>')
        return parse_comparison(text, out, err);

    const uint8_t *dots = memmem(text.data, text.len, "..", 2);
    if (!dots)
        return parse_end(text, out, err);
    size_t at = (size_t)(dots - text.data);
    struct slice first = slice_trim(slice_part(text, 0, at));
    struct slice last = slice_trim(slice_part(text, at + 2, text.len));
    struct date_range unit;
    int rc = ERR_OK;
    if (first.len == 0 && last.len == 0)
        return err_set(err, ERR_INVALID, "'..' needs a date on one side");
    if (first.len > 0 && (rc = parse_end(first, &unit, err)) == 0)
        out->from = unit.from;
    if (!rc && last.len > 0 && (rc = parse_end(last, &unit, err)) == 0)
        out->to = unit.to;
    if (!rc && out->to <= out->from)
        rc = err_set(err, ERR_INVALID, "the range %.*s ends before it begins",
                     text.len < 80 ? (int)text.len : 80,
                     (const char *)text.data);
    return rc;
}

char *date_format(struct date date, char out[DATE_TEXT_SIZE])
{
    struct civil_date c = date_civil(date.seconds);
    int second = (int)(date.seconds - day_number(date.seconds) * DAY_SECONDS);
    int hour = second / 3600, minute = second / 60 % 60;
    out[0] = '\0';
    switch ((enum date_precision)date.precision) {
    case DATE_NONE:
        break;
    case DATE_YEAR:
        snprintf(out, DATE_TEXT_SIZE, "%04d", c.year);
        break;
    case DATE_MONTH:
        snprintf(out, DATE_TEXT_SIZE, "%04d-%02d", c.year, c.month);
        break;
    case DATE_DAY:
        snprintf(out, DATE_TEXT_SIZE, "%04d-%02d-%02d", c.year, c.month, c.day);
        break;
    case DATE_MINUTE:
        snprintf(out, DATE_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02dZ", c.year,
                 c.month, c.day, hour, minute);
        break;
    case DATE_SECOND:
        snprintf(out, DATE_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02dZ", c.year,
                 c.month, c.day, hour, minute, second % 60);
        break;
    }
    return out;
}
