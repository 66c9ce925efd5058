/*
 * run.h - one command line of atoll's, for whoever may give it.
 *
 * Process: atoll, staff.
 */
#ifndef ATOLL_ADMIN_RUN_H
#define ATOLL_ADMIN_RUN_H

#include "gateway/admin/command.h"

/* Run it and return the exit status.  What cannot be is told on stderr; a command
 * line that is wrong ends the process by exit(3), as --help does. */
int command_run(const struct commander *who, int argc, char **argv);

#endif
