/*
 * findings.h - what gave out first in a rehearsal, and what to set.
 *
 * Process: atoll.  Pure.
 */
#ifndef ATOLL_ADMIN_REHEARSE_FINDINGS_H
#define ATOLL_ADMIN_REHEARSE_FINDINGS_H

#include "gateway/admin/rehearse/outcome.h"

/* Fill them from the rest of it, in the order in which they were met. */
void findings_make(struct outcome *o);

#endif
