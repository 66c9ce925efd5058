/*
 * routes.h - who hears what the monitor is told.	Process: monitor.
 *
 * The roof: a table for each role, from the type of a message to what handles it,
 * and what a lost link means.  The parts below know none of each other for that;
 * they open their links with what struct routes hands them.
 */
#ifndef ATOLL_MONITOR_ROUTE_ROUTES_H
#define ATOLL_MONITOR_ROUTE_ROUTES_H

#include "gateway/monitor/monitor.h"

extern const struct routes routes;

extern const struct link_kind route_builder, route_zygote, route_session,
    route_init, route_admin, route_keys_starter, route_keys_worker;

#endif
