/*
 * labcheck.h - is a lab file right?
 *
 * Process: atoll.  It needs no gateway.  The files are checked by atoll-loader,
 * in a configuration that holds nothing but them; root also gets to see whether
 * a sandbox of each starts.
 */
#ifndef ATOLL_ADMIN_LAB_LABCHECK_H
#define ATOLL_ADMIN_LAB_LABCHECK_H

#include "gateway/base/err.h"

/* 0 when all are right, 1 when they are not and it was said why, -1 when they
 * could not be checked.  config is the site's, for its images. */
int labcheck(char *const *files, int count, const char *config, struct err *e);

#endif
