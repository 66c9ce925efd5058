/*
 * rehearse_print.h - what a rehearsal came to, as a table or JSON.
 *
 * Process: atoll.  Pure, as print.h.
 */
#ifndef ATOLL_ADMIN_REHEARSE_REHEARSE_PRINT_H
#define ATOLL_ADMIN_REHEARSE_REHEARSE_PRINT_H

#include <stdio.h>

#include "gateway/admin/rehearse/outcome.h"

void rehearse_print(FILE *out, const struct outcome *o);
void rehearse_json(FILE *out, const struct outcome *o);

#endif
