/*
 * inspect.h - have the builder look at this host, for "atoll check-host".
 */
#ifndef ATOLL_LOADER_INSPECT_H
#define ATOLL_LOADER_INSPECT_H

/* Become the builder, whose descriptor 3 is the link to atoll.  Returns when it
 * cannot be run: the exit status. */
int inspect_host(const char *config_file, int link_fd);

#endif
