/*
 * terminal_stream.h - the open page of a terminal: a stream of events to it.
 *							Process: web.
 *
 * As of stream.h, with the bytes that are shown instead of a wall.  A terminal has one: a
 * second page of it takes the first one's place, which is told so.
 */
#ifndef ATOLL_WEB_TERMINAL_STREAM_H
#define ATOLL_WEB_TERMINAL_STREAM_H

#include "gateway/web/terminal.h"

struct MHD_Connection;
struct MHD_Response;

struct terminal_stream {
	TAILQ_ENTRY(terminal_stream) next;
	struct terminal_streams *of;
	struct terminal *terminal;	   /* NULL: another page has it now */
	struct MHD_Connection *connection; /* NULL: it is gone */
	int fd;				   /* libmicrohttpd's */
	bool is_suspended, is_over, is_cut;
	uint64_t version; /* of the terminal's state that was sent; 0: none */
	uint64_t sent;	  /* the number of the byte that is sent next */
	char *text;	  /* owned: what is being sent */
	size_t size, at;
	int64_t took_ms;   /* when more was last asked for */
	int64_t looked_ms; /* and when whether anybody is there was looked at */
};

struct terminal_streams {
	TAILQ_HEAD(, terminal_stream) all;
};

void terminal_streams_begin(struct terminal_streams *all);

/* The answer to a request for one, from that byte on, on a connection that stays until it
 * is over; NULL: there is no memory. */
struct MHD_Response *terminal_stream_open(struct terminal_streams *all,
    struct terminal *t, uint64_t from, struct MHD_Connection *connection,
    int fd);

/* The connection has gone, or goes now. */
void terminal_streams_forget(struct terminal_streams *all,
    const struct MHD_Connection *connection);

/* As streams_turn(). */
int terminal_streams_turn(struct terminal_streams *all);

#endif
