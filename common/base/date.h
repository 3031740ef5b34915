/* date.h - a moment of UTC that knows how precisely it is known.
 *
 * News carries dates as "1987", "March 2022", a day, or a second. A date is the
 * first instant of what was said, and its precision; a range of dates includes
 * the whole of its last unit. Proleptic Gregorian calendar, years 1 to 9999.
 */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include "base/bytes.h"

struct err;

enum date_precision {
    DATE_NONE, /* no date; `seconds` is 0 and means nothing */
    DATE_YEAR,
    DATE_MONTH,
    DATE_DAY,
    DATE_MINUTE,
    DATE_SECOND,
};

struct date {
    int64_t seconds; /* since 1970-01-01T00:00:00Z; first instant of the unit */
    uint8_t precision; /* enum date_precision */
};

/* [from, to) in seconds. */
struct date_range {
    int64_t from, to;
};
#define DATE_MIN INT64_C(-62135596800) /* 0001-01-01T00:00:00Z */
#define DATE_MAX INT64_C(253402300800) /* 10000-01-01T00:00:00Z, exclusive */

/* ISO 8601 and RFC 3339 ("2022", "2022-03", "2022-03-29", "2022-03-29T10:00",
 * with seconds, fractions, a space for the T, Z or an offset; also "20220329" and
 * "20220329T100000Z"), RFC 822/2822 ("Tue, 29 Mar 2022 10:00:00 +0300", zone
 * names as in RFC 822), and the Reuters form "26-FEB-1987 15:01:01.79". No zone
 * means UTC. White space around is ignored; anything else is ERR_INVALID with a
 * sentence that says what is wrong ("there is no 30 February"). */
int date_parse(struct slice text, struct date *out, struct err *err);

/* The value of date: in a query: "2022", "2022-03..2022-06", ">=2022", "<2022-03",
 * ">2022" (after the whole year), "<=2022", "..2022", "2022..". Ends are ISO
 * prefixes. */
int date_range_parse(struct slice text, struct date_range *out,
                     struct err *err);

/* What a date covers: a day is 86,400 seconds. Empty for DATE_NONE. */
struct date_range date_unit(struct date date);

/* ISO 8601 in the date's own precision: "2022", "2022-03-29",
 * "2022-03-29T10:00:05Z"; "" for none. Returns `out`. */
enum { DATE_TEXT_SIZE = 32 };
char *date_format(struct date date, char out[DATE_TEXT_SIZE]);

struct civil_date {
    int year, month, day; /* month and day from 1 */
};
struct civil_date date_civil(int64_t seconds);
/* Midnight UTC. Needs a real day: see date_exists(). */
int64_t date_from_civil(struct civil_date civil);
bool date_exists(struct civil_date civil);

#endif
