/*
 * lab_routes.h - how machines of a seat reach the networks that they are not on.
 *
 * Each by as few routers as can be; of several ways that are as short, the one whose
 * first router comes first in the lab file.  So with each router a packet is nearer to
 * where it goes, also where networks are in a ring.
 */
#ifndef ATOLL_LOADER_LAB_ROUTES_H
#define ATOLL_LOADER_LAB_ROUTES_H

#include "gateway/config/settings.h"

/* Derive the routes of a machine from the links of all.  A network that no router
 * leads to has none. */
void lab_routes_find(const struct lab *lab, struct machine *m);

#endif
