/*
 * wall_stream.h - an open page of a wall: a stream of events to it.	Process: web.
 */
#ifndef ATOLL_WEB_WALL_STREAM_H
#define ATOLL_WEB_WALL_STREAM_H

#include "gateway/web/event_stream.h"

#define WALL_STREAMS_MAX 64
#define STREAMS_OF_WALL	 4 /* for one more the oldest ends */

struct wall;

/* The answer to a request for one, on a connection that stays until it is over; NULL: there
 * are too many, or there is no memory.  All is of walls alone. */
struct MHD_Response *wall_stream_open(struct event_streams *all, struct wall *w,
    struct MHD_Connection *connection, int fd);

#endif
