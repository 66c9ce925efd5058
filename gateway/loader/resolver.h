/*
 * resolver.h - who is asked for names that labs allow.
 *							Process: loader.
 */
#ifndef ATOLL_LOADER_RESOLVER_H
#define ATOLL_LOADER_RESOLVER_H

#include <stdio.h>

#include "gateway/config/config.h"

/* The first server of a file as resolv.conf(5) has it that can be asked from outside of
 * the host's own loopback, IPv4, in the host's byte order; 0: there is none. */
uint32_t resolver_in(FILE *file);

/* network_resolver, or the first of the host's; 0: there is none. */
uint32_t resolver_of(const struct config *c);

/* "" or an address that can be asked. */
bool resolver_is_valid(const char *text);

#endif
