/*
 * host.h - have the builder look at this host, for "atoll check-host".
 */
#ifndef ATOLL_MONITOR_HOST_H
#define ATOLL_MONITOR_HOST_H

/* Become the builder, whose descriptor 3 is the link to atoll.  Returns when it
 * cannot be run: the exit status. */
int host_check(const char *config_file, int link_fd);

#endif
