/*
 * stream.h - an open page of a wall: a stream of events to it.	Process: web.
 *
 * An answer without an end.  The next event is written when the page has taken the last
 * one, of what has changed since; one that takes nothing for STREAM_STUCK_MS is sent away,
 * and its browser comes again.  An idle one is sent a blank comment now and then: so it is
 * noticed when nobody is there any more.
 */
#ifndef ATOLL_WEB_STREAM_H
#define ATOLL_WEB_STREAM_H

#include <sys/queue.h>

#include "gateway/web/wall.h"

#define STREAMS_MAX	64
#define STREAMS_OF_WALL 4 /* for one more the oldest ends */
#define STREAM_REST_MS	15000
#define STREAM_STUCK_MS 60000

struct MHD_Connection;
struct MHD_Response;

struct stream {
	TAILQ_ENTRY(stream) next;
	struct streams *of;
	struct wall *wall;
	struct MHD_Connection *connection; /* NULL: it is gone */
	int fd;				   /* libmicrohttpd's */
	bool is_suspended, is_over, is_greeted;
	uint64_t sent, left_sent; /* versions of the wall */
	char *text;		  /* owned: what is being sent */
	size_t size, at;
	int64_t took_ms; /* when more was last asked for */
};

TAILQ_HEAD(stream_list, stream);

struct streams {
	struct stream_list all; /* the oldest first */
	unsigned count;
};

void streams_begin(struct streams *all);

/* The answer to a request for one, on a connection that stays until it is over; NULL: there
 * are too many, or there is no memory. */
struct MHD_Response *stream_open(struct streams *all, struct wall *w,
    struct MHD_Connection *connection, int fd);

/* The connection has gone, or goes now. */
void streams_forget(struct streams *all,
    const struct MHD_Connection *connection);

/* Those with news are gone on with, those that are stuck sent away.  Milliseconds until
 * there is one to look at; -1: none. */
int streams_turn(struct streams *all);

#endif
