/*
 * visit_parts.h - a visit, and what the files visit*.c have in common.	Process: publish.
 */
#ifndef ATOLL_PUBLISH_VISIT_PARTS_H
#define ATOLL_PUBLISH_VISIT_PARTS_H

#include <stdint.h>
#include <sys/queue.h>

#include "gateway/publish/chunks.h"
#include "gateway/publish/flow.h"
#include "gateway/publish/request.h"
#include "gateway/wire/msg.h"

enum visit_state {
	VISIT_HEAD,	  /* of the request is read */
	VISIT_ASKING,	  /* the monitor, or it is to be asked */
	VISIT_CONNECTING, /* the sandbox's socket is at it */
	VISIT_WAITING,	  /* for the head of the server's answer */
	VISIT_RELAYING,
	VISIT_SAYING,  /* an answer of our own is written */
	VISIT_LEAVING, /* all is said: the client is to read it and go */
	VISIT_OVER,    /* to be freed when the turn ends */
	VISIT_STATES
};

struct visit;

/* One of its two sockets, as epoll knows it. */
struct visit_end {
	struct visit *visit;
	int fd;		 /* owned; -1: there is none */
	uint32_t events; /* that are waited for */
	bool is_added;
};

TAILQ_HEAD(visits, visit);

struct visit {
	TAILQ_ENTRY(visit) next;
	int epoll;		       /* not owned */
	const struct publish_url *url; /* not owned */
	enum visit_state state;	       /* visit_step() alone writes it */
	struct visit_end client, server;
	struct flow up, down; /* to the server, and to the client */
	struct request request;
	uint32_t serial;  /* of the question to the monitor; 0: not asked yet */
	uint32_t sandbox; /* 0: none yet */
	char machine[NAME_SIZE]; /* that the port is of; empty: the first */
	uint32_t port;
	uint64_t body_left;   /* that the client may still send */
	struct chunks chunks; /* of a body whose length nobody has said */
	int64_t due_ms;	      /* clock_ms() when it has lasted too long */
	bool is_enter;	      /* it has brought the token of a link */
	bool is_switched, has_server_ended;
};

/* A step that its life does not have is a defect of ours, and ends it. */
void visit_step(struct visit *v, enum visit_state next);

/* It is over, without a word. */
void visit_end(struct visit *v);

/* It is not idle: its time begins anew. */
void visit_touch(struct visit *v);

/* Is there a server at its other end? */
bool visit_is_joined(const struct visit *v);

void visit_close(const struct visit *v, struct visit_end *end);

/* Have epoll tell of what can be done now, and of nothing else. */
void visit_listen(struct visit *v);

/* --- answers of our own: the server is left --------------------------------- */

struct lines visit_begin_answer(struct visit *v);
void visit_say_written(struct visit *v, const struct lines *t);
void visit_say(struct visit *v, int status, const char *words);
void visit_say_status(struct visit *v, int status);

/* What can be told where the port is what the student has to mend: %s stands for that,
 * such as "port 8080 of this sandbox". */
void visit_say_port(struct visit *v, int status, const char *what);

#define VISIT_SILENT                                                           \
	"nothing listens on %s: start the server there, on localhost or on"    \
	" every address"

/* How many of these bytes, which the client has sent, are of its request.  False: what
 * it sends is malformed. */
bool visit_take_body(struct visit *v, const char *bytes, size_t *size);

/* All is said. */
void visit_leave(struct visit *v);

/* --- what epoll tells of ------------------------------------------------------ */

void visit_read_request(struct visit *v);
void visit_connected(struct visit *v);
void visit_read_up(struct visit *v);
void visit_write_up(struct visit *v);
void visit_read_down(struct visit *v);
void visit_write_down(struct visit *v);

#endif
