/*
 * session.h - what one process knows of the one SSH connection that it serves.
 *
 * This is the one context of the process.  All other parts of the program
 * include it, and it includes none of them.  libssh's callbacks run in the
 * middle of its own calls, so they only copy, set flags, and answer; what
 * follows from that is done by the loop in serve.c.
 */
#ifndef ATOLL_SESSION_SESSION_H
#define ATOLL_SESSION_SESSION_H

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "gateway/base/log.h"
#include "gateway/session/terminal/echo.h"
#include "gateway/session/transport/mac.h"
#include "gateway/session/transport/reading.h"
#include "gateway/base/ssh_bytes.h"
#include "gateway/wire/chan.h"
#include "gateway/wire/exits.h"
#include "gateway/wire/msg.h"

struct channel;
struct hostkeys;
struct menu;
struct session;

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

/* A channel's request while libssh handles it; nothing where libssh's packets
 * are not looked at, see libssh_watch.h. */
struct ssh_request {
	const char *name; /* NULL: unknown */
	struct wire body;
	bool is_granted; /* of one that libssh does not answer */
};

/*
 * A login: nothing is being tried; a password was asked for, or what a newcomer
 * is asked (registration_prompt.h), and no other request came since; the
 * monitor was asked; its word was yes; the account and its lab are this
 * connection's.  Each try but the last goes back to the beginning.
 */
enum login_state {
	LOGIN_IDLE,
	LOGIN_PROMPTED,
	LOGIN_REGISTERING,
	LOGIN_ASKED,
	LOGIN_ALLOWED,
	LOGIN_DONE,
	LOGIN_STATES,
};

/* The login: what the client has said so far, and what the monitor made of
 * it. */
struct login {
	enum login_state state; /* login_step() alone writes it */
	char account[NAME_SIZE];
	char lab[NAME_SIZE]; /* empty: none was named */
	uint32_t forwarding; /* enum forwarding: what it may hope for */
	bool is_staff;	     /* of a lab, and may have staff's commands */
	bool wants_walls;    /* and came to be told links to walls */
	uint32_t failures;   /* wrong passwords, and keys with signature */
	uint32_t probes;     /* keys only asked about */
	bool said_none;
	bool saw_banner;
	bool was_heard;	       /* the last request reached a callback */
	bool was_touched;      /* its security key, if it is signed by one */
	struct wire signature; /* of the request that libssh handles now */
	char prompted_account[NAME_SIZE]; /* for whom a password was asked */
	char prompted_lab[NAME_SIZE];
	bool has_more_time;	       /* than login_grace */
	bool was_told_names;	       /* what one looks like */
	char given_account[NAME_SIZE]; /* who the last login is, */
	char given_lab[NAME_SIZE];     /* and where it goes, when that is set */
	char notice[TEXT_SIZE]; /* for the first terminal, until it saw it */
};

/*
 * There is no seat; the labs are being listed; the student reads the menu; the
 * monitor was asked for a seat; it said that others are before us; it gave us
 * the link to init.
 */
enum seat_state {
	SEAT_NONE,
	SEAT_LISTING,
	SEAT_CHOOSING,
	SEAT_OPENING,
	SEAT_QUEUED,
	SEAT_TAKEN,
	SEAT_STATES,
};

struct seat {
	enum seat_state state; /* seat_step() alone writes it */
	struct menu *menu;     /* owned; from listing until a choice
				was good */
	char *banner, *motd;   /* owned; NULL for none */
	uint32_t forwarding;   /* bits of enum forwarding */
	char peer[64];	       /* the client's address as the monitor knows it,
				and its port; empty before a seat */
	uint32_t peer_port;
	bool was_sought; /* at least once */
	bool reattach;	 /* terminals wait there */
	uint32_t record; /* enum record */
	bool is_watched; /* staff may look at its terminals */
	bool is_frozen;	 /* its sandbox answers nothing until it is thawed */
};

/* What is known of the other connections in the same sandbox, see others.h. */
struct others {
	uint32_t serial; /* of the question to the monitor; 0: none */
	int64_t ends_ms; /* clock_ms() when it is given up */
	uint32_t count;	 /* as SEAT_READY said, */
	bool is_known;	 /* which holds until the first shell */
};

/* Times are of clock_ms(); 0 is "not running". */
struct alive {
	int64_t grace_ends; /* of the login */
	int64_t begin_ends; /* of what no person does: to begin it */
	int64_t heard_at;   /* the client's last byte */
	int64_t asked_at;   /* our last keepalive */
	uint32_t unanswered;
	uint64_t bytes_seen;
	int64_t armed_at; /* the watchdog */
	int64_t flush_ends;
	int64_t typed_at;  /* the client's last byte on any channel */
	int64_t idle_ms;   /* how long it may send none; 0: for ever */
	int64_t left_told; /* seconds left when it was told last */
	bool is_probed;	   /* the monitor wants to know of the client now, */
	uint32_t probe;	   /* and is answered with this serial */
	int64_t probe_ends;
};

/* What init has asked of the way to the client, see latency.h. */
struct latency {
	int64_t asked_us;     /* when the client was; 0: nothing is asked */
	uint64_t asked_bytes; /* that had come from it before */
	uint32_t serial;
};

/* What the monitor is told for metrics, see responses.h; times are of clock_ms(). */
struct responses {
	int64_t asked_ms;  /* a seat, and no terminal has printed; 0: none */
	uint64_t first_ms; /* until that, and 1; 0: nothing to tell */
	int64_t told_ms;   /* when last, or when a seat was asked for first */
};

#define IDENTIFY_MAX 255 /* with its line's end */

/* The line that the client begins with. */
struct identity {
	bool is_said;	/* ours; libssh's own attempt is to be dropped */
	size_t to_read; /* of the client's: what stands in the socket */
	char client[IDENTIFY_MAX + 1]; /* its line, when it is too long */
};

/* The request to init that a callback waits for. */
struct pending_request {
	uint32_t serial; /* 0: none */
	bool is_answered;
	int fd; /* owned; -1: init refused */
	uint32_t port;
	char reason[TEXT_SIZE]; /* why it did */
};

#define LISTENERS_MAX 16

/* A socket that listens in the sandbox. */
struct listener {
	uint32_t kind;	 /* enum forwarding, 0: free */
	int fd;		 /* owned; -1: init was asked, for an agent */
	uint32_t serial; /* of that question */
	uint32_t port;
	char *host; /* owned; as the client called it, NULL for an agent */
};

/* What reads the links: handed in by serve.c, since messages are for parts that
 * include this header. */
struct session_readers {
	void (*monitor)(struct session *s);
	void (*init)(struct session *s);
};

/* Where a terminal is that somebody reads: a command of staff's has one, too. */
enum { READS_INSIDE, READS_OUTSIDE, READS_KINDS };

struct session {
	const struct session_plan *plan;
	const struct session_readers *read;
	enum stage stage;      /* session_step() alone writes it */
	enum session_exit why; /* holds in STAGE_ENDING */
	char last_words[TEXT_SIZE];
	ssh_session ssh;
	ssh_event event; /* with the client's socket alone */
	int sock;	 /* the client's; libssh closes it */
	struct chan monitor;
	struct chan init;   /* -1 while there is no sandbox */
	struct chan signer; /* -1 while there is none, see signing.h */
	struct ssh_counter_struct packets, bytes;
	struct login login;
	struct seat seat;
	struct others others;
	struct alive alive;
	struct latency latency;
	struct echoes echoes;
	struct responses responses;
	TAILQ_HEAD(channels, channel) channels;
	unsigned channel_count;
	unsigned forward_count; /* of these */
	struct listener listeners[LISTENERS_MAX];
	struct pending_request pending;
	uint32_t serials; /* the last one given to a question to init */
	/* The monitor knows of a terminal of ours. */
	bool has_reader[READS_KINDS];
	char unsaid[TEXT_SIZE]; /* for the first channel that can hear it */
	int64_t noticed_ms;	/* when the monitor had something to say last */
	bool no_more_sessions;	/* the client's promise */
	uint32_t opening;	/* the client's number of the channel that it
				   is opening now */
	uint32_t packet_max;	/* of that channel */
	uint32_t first_window;	/* of the last channel that we opened */
	char socket_path[SOCKET_PATH_SIZE]; /* likewise, to a Unix socket */
	struct ssh_request current_request;
	struct identity identity;
	struct reading reading;
	struct macs macs;
	char first_fault[TEXT_SIZE]; /* the first of the key exchange,
				      or the client's goodbye */
	struct wire own;      /* a packet of ours, see reply.h; or none */
	const void *unpadded; /* libssh's; its next byte is a packet's type */
	unsigned proofs;      /* of host keys, that the client asked for */
	bool has_dropped;     /* input after its end; told once */
	bool has_trimmed;     /* its memory is no more than it needs */
	unsigned logs_left;   /* LOG lines we may still send */
	char *chunk;	      /* CHUNK_LEAD + CHUNK_SIZE, see pump.h */
	size_t queued;	      /* bytes written since libssh's socket was free */
};

/* Go on to the next stage; one that does not follow ends the connection. */
void session_step(struct session *s, enum stage next);

/* For the setters of states: there is no step of what from there to there.
 * Logs that and ends the connection; nothing that a client does may lead here.
 */
void session_refuse_step(struct session *s, const char *what, const char *from,
    const char *to);

/* End the connection; the first reason counts.  The text, if any, is shown on
 * every channel and sent in the disconnect message. */
void session_end(struct session *s, enum session_exit why, const char *text);

/* Read all that the monitor or init has said, and act on it.  Callbacks of
 * libssh's that must not return before they have an answer call it, too. */
void session_read_monitor(struct session *s);
void session_read_init(struct session *s);

/* A line for the monitor's log; dropped after the first few, or when the link
 * is full. */
void session_log(struct session *s, enum log_level level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Are bytes waiting for the client's socket to take them? */
bool session_is_congested(const struct session *s);

#endif
