/* csv.h - rows of RFC 4180, that a spreadsheet may open.
 *
 * A cell that begins with = + - @, a tab or a carriage return would be run as a formula
 * by spreadsheets, and news comes from anywhere: such a cell gets an apostrophe in
 * front. Who needs the bytes as they are reads JSON Lines.
 */
#ifndef QUERYD_CSV_H
#define QUERYD_CSV_H

#include "base/strbuf.h"

struct csv_row {
    struct strbuf *out;
    bool comma; /* a cell stands before */
};

void csv_text(struct csv_row *row, struct slice text);
void csv_number(struct csv_row *row, uint64_t number);
void csv_end(struct csv_row *row); /* and on with the next one */

#endif
