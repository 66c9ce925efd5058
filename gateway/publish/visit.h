/*
 * visit.h - one connection of a browser's, and what becomes of it.  Process: publish.
 *
 * Its head is read whole, the monitor is asked, the sandbox's socket comes, and bytes go
 * both ways as they are.  All of it is a stranger's on one side and a student's on the
 * other: nothing of a body is understood here, and nothing waits for anybody.
 */
#ifndef ATOLL_PUBLISH_VISIT_H
#define ATOLL_PUBLISH_VISIT_H

#include <stdint.h>
#include <sys/queue.h>

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
	uint32_t port;
	uint64_t body_left; /* that the client may still send */
	int64_t due_ms;	    /* clock_ms() when it has lasted too long */
	bool is_enter;	    /* it has brought the token of a link */
	bool is_switched, has_server_ended;
};

/* Takes fd over.  NULL without memory, or without room at the epoll. */
struct visit *visit_new(int epoll, int fd, const struct publish_url *u);
void visit_free(struct visit *v);

/* epoll says that of one of its sockets. */
void visit_ready(struct visit_end *end, uint32_t events);

/* The monitor's answers; takes fd over. */
void visit_opened(struct visit *v, int fd, const struct msg_publish_opened *m);
void visit_refused(struct visit *v, const struct msg_publish_refused *m);
void visit_entered(struct visit *v, const struct msg_publish_entered *m);

/* Does it have a part in what its sandbox can take? */
bool visit_is_begun(const struct visit *v);

/* Too many are at the same page. */
void visit_turn_away(struct visit *v);

/* It is over, without a word. */
void visit_end(struct visit *v);

/* It has lasted too long. */
void visit_overdue(struct visit *v);

#endif
