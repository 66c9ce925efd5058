/*
 * solve_read.h - what solves a lab of the site's, as the loader has checked it.
 *
 * Process: atoll, as root.
 */
#ifndef ATOLL_ADMIN_REHEARSE_SOLVE_READ_H
#define ATOLL_ADMIN_REHEARSE_SOLVE_READ_H

#include "gateway/admin/lab/labsolve.h"

/* 0 also when it has none: then its program is NULL. */
int solve_read(const char *config, const char *lab, struct solution *to,
    struct err *e);

#endif
