/*
 * routes.h - which part handles which message.		Process: monitor.
 *
 * A table for each role, from the type of a message to its handler, and what a
 * lost link means.  Only this folder includes all parts: they need not know
 * each other, since they open their links with what struct routes hands them.
 */
#ifndef ATOLL_MONITOR_ROUTE_ROUTES_H
#define ATOLL_MONITOR_ROUTE_ROUTES_H

#include "gateway/monitor/monitor.h"

extern const struct routes routes;

extern const struct link_kind route_builder, route_zygote, route_session,
    route_init, route_admin, route_keys_starter, route_keys_worker,
    route_supervisor, route_staff, route_recorder, route_signer, route_web,
    route_collector, route_publish, route_browser;

#endif
