/*
 * balance.h - sandboxes that have few processors, where there is room for them.
 */
#ifndef ATOLL_BUILDER_BALANCE_H
#define ATOLL_BUILDER_BALANCE_H

#include "sandbox/builder/builder.h"

/* Now and then: look who takes how much, and move whom it helps, see spread.h.
 * Costs nothing where no lab has procfs = "sandbox". */
void balance(struct builder *b);

#endif
