/*
 * labsite.h - a configuration for lab files that are checked, like the site's.
 *
 * Process: atoll.
 */
#ifndef ATOLL_ADMIN_LAB_LABSITE_H
#define ATOLL_ADMIN_LAB_LABSITE_H

#include "gateway/base/err.h"

/* Write a new one, with what a lab's checks depend on of the site's.  A site's
 * file that cannot be read is told on stderr. */
int labsite_write(const char *file, const char *site, struct err *e);

/* From now on it has room for one sandbox, or for so many: as many as stand ready,
 * which count there and are not made in a trial, or are the machines of a seat.  So
 * a host with little room may try a lab of a larger one. */
int labsite_places(const char *file, int most, struct err *e);

#endif
