/*
 * http_client.h - who is connected, and what is always answered.	Process: web.
 */
#ifndef ATOLL_WEB_HTTP_CLIENT_H
#define ATOLL_WEB_HTTP_CLIENT_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/queue.h>

#include "gateway/web/event_stream.h"
#include "gateway/web/page.h"
#include "gateway/web/terminal.h"
#include "gateway/web/wall.h"

#define HTTP_BODY_MAX 4096

/* What a client waits for, suspended. */
enum http_wait { WAIT_NOTHING, WAIT_METRICS, WAIT_WALL, WAIT_TERMINAL };

struct http_client {
	TAILQ_ENTRY(http_client) next;
	struct MHD_Connection *connection;
	int fd;		  /* libmicrohttpd's */
	int64_t since_ms; /* it came, or was answered last */
	bool is_local;	  /* by a name in the file system */
	bool is_stream;	  /* it is not among the clients, see event_stream.h */
	enum http_wait waits;
	bool was_told; /* that its request was seen */
	/* What its request holds, where the path takes that; no text, and cleared after
	 * it. */
	size_t body_size;
	char body[HTTP_BODY_MAX + 1];
	/* Of the link to a wall that it has brought, of an order on one, or of the name
	 * for a terminal. */
	uint32_t ask; /* the question's number */
	bool is_asked;
	char token[TEXT_SIZE], origin[TEXT_SIZE], address[TEXT_SIZE];
	unsigned rows, cols;
	struct cookie_hash cookie;   /* of its other terminals, */
	bool has_cookie;	     /* if it has some */
	struct MHD_Response *answer; /* owned, or NULL */
	unsigned status;	     /* of that */
};

TAILQ_HEAD(http_clients, http_client);

struct http {
	struct MHD_Daemon *daemon;   /* owned */
	int epoll;		     /* its own */
	struct http_clients clients; /* longest without an answer first */
	unsigned count, waiting;     /* of those, for the metrics */
	struct walls *walls;
	struct event_streams wall_streams;
	struct terminals *terminals;
	struct event_streams terminal_streams;
	bool has_terminal; /* students may log in */
	uint32_t last_ask;
	struct MHD_Response *text; /* the last metrics; owned, or NULL */
	int64_t text_ms;	   /* when they came */
	/* What is always the same; owned. */
	struct MHD_Response *method, *host, *path, *gone, *post, *body, *length,
	    *form, *token, *cookie, *busy, *done, *logged_out, *ill, *moved,
	    *page[PAGES];
};

/* "": it has none. */
static inline const char *
http_header_of(const struct http_client *c, const char *name)
{
	const char *value =
	    MHD_lookup_connection_value(c->connection, MHD_HEADER_KIND, name);

	return value == NULL ? "" : value;
}

/* Until http_resume() libmicrohttpd does not look at it. */
static inline void
http_suspend(struct http_client *c, enum http_wait what)
{
	c->waits = what;
	c->was_told = true;
	MHD_suspend_connection(c->connection);
}

static inline void
http_forget_body(struct http_client *c)
{
	explicit_bzero(c->body, c->body_size);
	c->body_size = 0;
}

static inline void
http_resume(struct http_client *c)
{
	c->waits = WAIT_NOTHING;
	MHD_resume_connection(c->connection);
}

#endif
