/*
 * plans.h - tell the builder what was configured.	Process: loader.
 *
 * What the builder obeys thus never passes through the monitor.
 */
#ifndef ATOLL_LOADER_PLANS_H
#define ATOLL_LOADER_PLANS_H

#include "gateway/config/config.h"

/* Load FILE and send the plans, or the errors, over link_fd.  running_fd is
 * the effective configuration in force, or -1.  Returns the exit status. */
int plans_send(const char *file, int link_fd, int running_fd);

/* Copy the options of a lab that have OPTION_PLAN to the fields of their names. */
void plan_options(const struct lab *lab, struct msg_lab_plan *to);

#endif
