/*
 * labimage.h - the options of a lab that an image has values for.
 *							Process: atoll.
 */
#ifndef ATOLL_ADMIN_LAB_LABIMAGE_H
#define ATOLL_ADMIN_LAB_LABIMAGE_H

#include <stdio.h>

#include "gateway/base/err.h"

/*
 * Write the options of a lab's file that an image's manifest has values for:
 * image, user, workdir, command and environment, see images/README.md.  site is
 * the configuration that says where images are.  -1: there is no such image, or
 * its manifest cannot be read.
 */
int labimage_write(FILE *to, const char *site, const char *image,
    struct err *e);

#endif
