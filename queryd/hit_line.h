/* hit_line.h - one hit as a line of a stream. Worker thread. */
#ifndef QUERYD_HIT_LINE_H
#define QUERYD_HIT_LINE_H

#include "queryd/lines.h"
#include "queryd/view_article.h"
#include "views/kwic.h"

struct hit_line_style {
    enum kwic_unit unit;
    uint32_t width;
    bool span; /* where it starts and ends, too */
    bool csv;
};

/* Sends it. */
int hit_line_send(struct lines *lines, const struct hit_line_style *style,
                  const struct view_article *view, const struct hit *hit);

/* The names of the CSV columns. */
void hit_line_names(struct lines *lines);

#endif
