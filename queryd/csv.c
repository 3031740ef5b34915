#include "queryd/csv.h"

#include <string.h>

static bool is_formula(struct slice text)
{
    return text.len > 0 && memchr("=+-@\t\r", text.data[0], 6);
}

static bool needs_quotes(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (memchr(",\"\r\n", text.data[i], 4))
            return true;
    return false;
}

static void next_cell(struct csv_row *row)
{
    if (row->comma)
        strbuf_add_char(row->out, ',');
    row->comma = true;
}

void csv_text(struct csv_row *row, struct slice text)
{
    bool quotes = needs_quotes(text);
    next_cell(row);
    if (quotes)
        strbuf_add_char(row->out, '"');
    if (is_formula(text))
        strbuf_add_char(row->out, '\'');
    while (text.len > 0) {
        const uint8_t *quote = memchr(text.data, '"', text.len);
        size_t n = quote ? (size_t)(quote - text.data) + 1 : text.len;
        strbuf_add(row->out, text.data, n);
        if (quote)
            strbuf_add_char(row->out, '"');
        text = slice_part(text, n, text.len);
    }
    if (quotes)
        strbuf_add_char(row->out, '"');
}

void csv_number(struct csv_row *row, uint64_t number)
{
    next_cell(row);
    strbuf_addf(row->out, "%llu", (unsigned long long)number);
}

void csv_end(struct csv_row *row)
{
    strbuf_add_text(row->out, "\r\n");
    row->comma = false;
}
