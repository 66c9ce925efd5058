/*
 * links.h - interfaces and routes of the router's network namespace.
 */
#ifndef ATOLL_NET_LINKS_H
#define ATOLL_NET_LINKS_H

#include "gateway/net/net.h"

/* The pair to the host, if it is not there: its end has the name that the site
 * gave.  The addresses of that end are the site's to set. */
int links_uplink(struct net *n, struct err *e);

/* The address at which sandboxes ask for names. */
int links_gateway(struct net *n, struct err *e);

/* The pair of a sandbox, whose network namespace this is.  One that is there
 * already, of a process before us, is completed. */
int links_pair(struct net *n, const struct net_seat *s, int netns,
    struct err *e);

/* Look again which addresses the host has; 1: they are others than before, 0: the
 * same, -1: they cannot be told, and those of before stay. */
int links_own_changed(struct net *n, struct err *e);

/* The name of a sandbox's interface. */
#define LINK_NAME_SIZE 16
void link_name(uint32_t number, char to[LINK_NAME_SIZE]);

#endif
