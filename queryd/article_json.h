/* article_json.h - a stored article as the protocol shows it. */
#ifndef QUERYD_ARTICLE_JSON_H
#define QUERYD_ARTICLE_JSON_H

#include "base/json_out.h"
#include "doc/article.h"

void article_write_json(struct json_out *j, const struct article *article);
void date_write_json(struct json_out *j, struct date date); /* null for none */

#endif
