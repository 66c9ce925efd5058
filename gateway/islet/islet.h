/*
 * islet.h - a lab file from a configuration of ISLET, see atoll-islet(7).
 *
 * Process: atoll.  ISLET's files are shell; they are read as shellvars.h does,
 * and never executed.
 */
#ifndef ATOLL_ISLET_ISLET_H
#define ATOLL_ISLET_ISLET_H

#include <stdio.h>

#include "gateway/base/err.h"

/* Read the files in order, the later over the earlier, write a lab file to out,
 * and to notes a line for all that has no counterpart.  -1: they are none of
 * ISLET's. */
int islet_convert(char *const *files, int count, FILE *out, FILE *notes,
    struct err *e);

#endif
