/* operands.h - each word of a query, what it stands for, and in how many articles. */
#ifndef QUERYD_OPERANDS_H
#define QUERYD_OPERANDS_H

#include "queryd/question.h"

/* Writes the key "operands" and its value. */
int operands_write(const struct question *question, struct json_out *j);

#endif
