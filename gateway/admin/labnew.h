/*
 * labnew.h - a lab file to begin with.
 */
#ifndef ATOLL_ADMIN_LABNEW_H
#define ATOLL_ADMIN_LABNEW_H

#include "gateway/shared/err.h"

/* Write NAME.conf into the working directory.  -1: name cannot be a lab's, or
 * the file is there already. */
int labnew(const char *name, struct err *e);

#endif
