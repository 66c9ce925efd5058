/*
 * labnew.h - a lab file to begin with.
 */
#ifndef ATOLL_ADMIN_LAB_LABNEW_H
#define ATOLL_ADMIN_LAB_LABNEW_H

#include "gateway/base/err.h"

/* Write NAME.conf into the working directory, for that image of the site's, or
 * for some image (NULL).  -1: name cannot be a lab's, the file is there already,
 * or the image is not. */
int labnew(const char *name, const char *image, const char *site,
    struct err *e);

#endif
