/*
 * terminal_stream.h - the open page of a terminal: a stream of events to it.
 *							Process: web.
 *
 * A terminal has one: a second page of it takes the first one's place, which is told so.
 */
#ifndef ATOLL_WEB_TERMINAL_STREAM_H
#define ATOLL_WEB_TERMINAL_STREAM_H

#include "gateway/web/event_stream.h"

struct terminal;

/* The answer to a request for one, from that byte on, on a connection that stays until it
 * is over; NULL: there is no memory. */
struct MHD_Response *terminal_stream_open(struct event_streams *all,
    struct terminal *t, uint64_t from, struct MHD_Connection *connection,
    int fd);

#endif
