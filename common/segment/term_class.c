#include "segment/dictionary.h"

bool term_has_frequencies(enum term_class class)
{
    return class < TERM_FIELD || class >= TERM_PAIR;
}

bool term_has_positions(enum term_class class)
{
    return class == TERM_WORD || class == TERM_CAPS || class == TERM_ENTITY ||
           class == TERM_FORM;
}
