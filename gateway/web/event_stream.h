/*
 * event_stream.h - an open page's stream of events (HTML, 9.2).	Process: web.
 *
 * An answer without an end.  The next event is written when the page has taken the last
 * one, of what has changed since; one that takes nothing for STREAM_STUCK_MS is sent away,
 * and its browser comes again.  An idle one is sent a blank comment now and then: so it is
 * noticed when nobody is there any more.
 */
#ifndef ATOLL_WEB_EVENT_STREAM_H
#define ATOLL_WEB_EVENT_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#define STREAM_REST_MS	15000
#define STREAM_STUCK_MS 60000

struct MHD_Connection;
struct MHD_Response;

/* What the events are of; each is called with what was given to event_stream_open(). */
struct event_source {
	/* The next event, and its size: a text that is taken over; NULL: there is nothing
	 * now.  It sets is_over of the stream for the last one. */
	char *(*next)(void *self, size_t *size);
	bool (*has_news)(const void *self);
	void (*gone)(void *self); /* nobody reads it any more; may be NULL */
	void (*ended)(
	    void *self); /* the stream is in no list any more: free it */
};

struct event_stream {
	TAILQ_ENTRY(event_stream) next;
	struct event_streams *of;
	const struct event_source *source;
	void *self;
	struct MHD_Connection *connection; /* NULL: it is gone */
	int fd;				   /* libmicrohttpd's */
	bool is_suspended, is_over;
	char *text; /* owned: what is being sent */
	size_t size, at;
	int64_t took_ms;   /* when more was last asked for */
	int64_t looked_ms; /* and when whether anybody is there was looked at */
};

TAILQ_HEAD(event_stream_list, event_stream);

struct event_streams {
	struct event_stream_list all; /* the oldest first */
	unsigned count;
};

void event_streams_begin(struct event_streams *all);

/* s, which is zeroed, begins: the answer to a request for one, on a connection that stays
 * until it is over.  NULL: there is no memory, and nothing of the source is called. */
struct MHD_Response *event_stream_open(struct event_streams *all,
    struct event_stream *s, const struct event_source *source, void *self,
    struct MHD_Connection *connection, int fd);

/* It is over, also when its client takes nothing. */
void event_stream_send_away(struct event_stream *s);

/* The connection has gone, or goes now. */
void event_streams_forget(struct event_streams *all,
    const struct MHD_Connection *connection);

/* Those with news are gone on with, those that are stuck sent away.  Milliseconds until
 * there is one to look at; -1: none. */
int event_streams_turn(struct event_streams *all);

#endif
