/*
 * unit.h - sizes and times with their units, as people write them.
 */
#ifndef ATOLL_CONFIG_UNIT_H
#define ATOLL_CONFIG_UNIT_H

#include <stdint.h>

#include "gateway/config/option_type.h"

#define UNIT_SIZE 32

/* What a unit multiplies the number before it with; 0 for none such.  No unit
 * is 1. */
int64_t unit_factor(enum option_type type, const char *unit);

/* A number as one would write it: 4M, 1h.  Of a type without units it has
 * none. */
void unit_text(enum option_type type, int64_t v, char to[UNIT_SIZE]);

#endif
