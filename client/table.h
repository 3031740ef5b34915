/* table.h - rows of a reply in aligned columns, or as CSV. */
#ifndef CLIENT_TABLE_H
#define CLIENT_TABLE_H

#include "client/print.h"

enum { TABLE_COLUMNS_MAX = 28 };

enum column_kind {
    COLUMN_TEXT,  /* on the left; "(none)" for nothing */
    COLUMN_COUNT, /* 1,234 */
    COLUMN_NAMED, /* the same; in CSV the label stands above it, too */
    COLUMN_REAL,  /* with two digits */
    COLUMN_SHARE, /* articles per 1,000 corpus_articles; not in CSV */
    COLUMN_FLAG,  /* CSV only: 1 or nothing */
};

struct column {
    const char *name, *label; /* the row's member; above the column */
    enum column_kind kind;
};

struct table {
    const struct column *column; /* ends with a NULL name */
    size_t width[TABLE_COLUMNS_MAX];
    size_t text_max; /* columns of a text; 0: any */
};

void table_init(struct table *table, const struct column *column,
                const struct look *look);
/* Every row, before the first is printed. `first` stands in the first column instead of
 * what the row says; NULL for that. */
void table_measure(struct table *table, struct shape *shape, const json_t *row,
                   const char *first);
/* The columns of a line, without what follows. */
size_t table_columns(const struct table *table);
/* These end no line. */
void table_head(struct strbuf *out, const struct table *table);
void table_row(struct strbuf *out, struct shape *shape,
               const struct table *table, const json_t *row, const char *first);

void csv_head(struct strbuf *out, const struct column *column);
void csv_row(struct strbuf *out, struct shape *shape,
             const struct column *column, const json_t *row);

/* Articles per 1,000 of the corpus; 0 without any. */
double row_share(struct shape *shape, const json_t *row);

#endif
