/*
 * usage.h - what atoll prints for --help, and after a wrong command line.
 *
 * Process: atoll.  All of it follows from the tables of command.h: a new command
 * or option is a row there.
 */
#ifndef ATOLL_ADMIN_USAGE_H
#define ATOLL_ADMIN_USAGE_H

#include <stdio.h>

#include "gateway/admin/command.h"

void usage(FILE *out, const struct family *f);

#endif
