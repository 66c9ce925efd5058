/*
 * session.h - one SSH connection and the process that serves it.
 *
 * This is the process's one context.  libssh's callbacks run in the middle of
 * its own calls, so they only copy, set flags, and answer; what follows from
 * that is done by the loop in session.c.
 */
#ifndef ATOLL_SESSION_SESSION_H
#define ATOLL_SESSION_SESSION_H

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "gateway/session/forward/forward.h"
#include "gateway/session/forward/listener.h"
#include "gateway/session/jail.h"
#include "gateway/session/seat.h"
#include "gateway/session/transport/alive.h"
#include "gateway/session/transport/auth.h"
#include "gateway/session/transport/identify.h"
#include "gateway/session/transport/ssh_bytes.h"
#include "gateway/wire/chan.h"
#include "gateway/wire/exits.h"

struct channel;
struct hostkeys;

/* Of a Unix socket, with its NUL, see unix(7). */
#define SOCKET_PATH_SIZE 108

/* What the monitor's CONNECTION said.  The descriptors become the session's. */
struct session_plan {
	int client, monitor;
	const struct hostkeys *keys; /* not owned */
	uint32_t login_grace;	     /* seconds */
	uint32_t auth_tries;
	uint32_t keepalive; /* seconds, 0 for none */
	uint32_t keepalive_tries;
	const char *banner;	      /* shown before the login; "" for none */
	char registration[NAME_SIZE]; /* who logs in so is a newcomer */
	bool needs_code;	      /* who has to know the code */
};

/*
 * A connection shakes hands, logs in, is open, and ends: then the last lines
 * go out, at most for a moment, and the process exits.
 */
enum stage { STAGE_KEX, STAGE_LOGIN, STAGE_OPEN, STAGE_ENDING, STAGES };

/* A channel's request while libssh handles it; nothing where inside.h does not
 * see it. */
struct request {
	const char *name; /* NULL: unknown */
	struct wire body;
	bool is_granted; /* of one that libssh does not answer */
};

struct session {
	const struct session_plan *plan;
	enum stage stage;
	enum session_exit why; /* holds in STAGE_ENDING */
	char last_words[TEXT_SIZE];
	ssh_session ssh;
	ssh_event event; /* with the client's socket alone */
	int sock;	 /* the client's; libssh closes it */
	struct chan monitor;
	struct chan init; /* -1 while there is no sandbox */
	struct ssh_counter_struct packets, bytes;
	struct login login;
	struct seat seat;
	struct alive alive;
	TAILQ_HEAD(channels, channel) channels;
	unsigned channel_count;
	unsigned forward_count; /* of these */
	struct listener listeners[LISTENERS_MAX];
	struct question question;
	uint32_t serials;	/* the last one given to a question to init */
	char unsaid[TEXT_SIZE]; /* for the first channel that can hear it */
	bool is_stack_deep;	/* by messages in a callback */
	bool no_more_sessions;	/* the client's promise */
	uint32_t opening;	/* the client's number of the channel that it
				   is opening now */
	uint32_t packet_max;	/* of that channel */
	uint32_t first_window;	/* of the last channel that we opened */
	char socket_path[SOCKET_PATH_SIZE]; /* likewise, to a Unix socket */
	struct request request;
	struct identity identity;
	char kex_fault[TEXT_SIZE]; /* the first of the key exchange */
	ssh_buffer outgoing;	   /* libssh's, once it was seen */
	const void *unpadded; /* libssh's; its next byte is a packet's type */
	uint8_t id[64];	      /* of the session, once id_length says so */
	size_t id_length;
	unsigned proofs;    /* of host keys, that the client asked for */
	bool has_dropped;   /* input after its end; told once */
	unsigned logs_left; /* LOG lines we may still send */
	char *chunk;	    /* CHUNK_LEAD + CHUNK_SIZE, see pump.h */
	size_t queued;	    /* bytes written since libssh's socket was free */
};

/* In the fork, while setsockopt(2) is still there. */
int session_prepare_socket(const struct session_plan *plan);

/* Serve the connection to its end.  The descriptors are closed by the exit
 * that must follow. */
enum session_exit session_serve(const struct session_plan *plan,
    const struct jail *jail, ssh_bind offer);

/* End the connection; the first reason holds.  The text, if any, is told on
 * every channel and in the disconnect message. */
void session_end(struct session *s, enum session_exit why, const char *text);

/* Are bytes waiting for the client's socket to take them? */
bool session_is_congested(const struct session *s);

#endif
