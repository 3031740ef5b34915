/* prose.h - dates, datelines, credits as newspapers print them. Days are
 * "Aug. 20, 2025", "20 August 2025", "July 22", "15. April 2023", "16 de mayo de 2025",
 * 2025-08-20; the months in English, whole or shortened, and whole in German, French,
 * Spanish, Italian, Portuguese, Turkish, Russian, Ukrainian.
 */
#ifndef READERS_PROSE_H
#define READERS_PROSE_H

#include "base/bytes.h"
#include "base/date.h"

#include <stdbool.h>

/* `text` is a printed day and nothing else; year 0 when it is left out. */
bool printed_day_parse(struct slice text, struct civil_date *out);

/* `text` ends in a printed day: *at is where that begins. */
bool printed_day_at_end(struct slice text, struct civil_date *out, size_t *at);

/* "... (AP)": the text without the credit and the blanks before it; false when
 * there is none. */
bool credit_at_end(struct slice text, struct slice *before);

/* "MOSCOW, Aug. 20 (AP) - ...": the place and the day, without the credit. `day` is
 * all 0 when only a credit follows the place. */
bool dateline_parse(struct slice paragraph, struct slice *dateline,
                    struct civil_date *day);

/* The year that brings a printed day closest to `near`, and the days between them;
 * -1 when there is no such day. */
int64_t nearest_year(struct civil_date *day, struct civil_date near);

/* The last full day in a path: 2025-08-20, 2025_08_20, 20250820 in the file's name,
 * else in its folders, where 2025/08/20 and 2025/08/20.txt count too. */
bool date_in_path(const char *path, struct civil_date *out);

#endif
