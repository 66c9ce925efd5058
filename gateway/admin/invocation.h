/*
 * invocation.h - atoll's command line.			Process: atoll.
 */
#ifndef ATOLL_ADMIN_INVOCATION_H
#define ATOLL_ADMIN_INVOCATION_H

#include "gateway/admin/command.h"

/* Read the command line.  What cannot be is told on stderr with the usage, and
 * the process exits; so it does for --help and --version. */
void invocation_parse(struct invocation *in, const struct commander *who,
    int argc, char **argv);

#endif
