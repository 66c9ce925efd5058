/*
 * registry.h - every live connection and every seat.	Process: monitor.
 *
 * A connection begins when its socket is accepted and ends when its session
 * process is gone:
 *   auth     no account yet; logins are being tried
 *   checking a password is being hashed on the thread pool, or keys_command
 *            is asked
 *   ready    it is an account's; no seat was asked for
 *   waiting  it asked for a seat that is queued or being built
 *   seated   its session talks to the sandbox's init
 *   closing  its link is being closed
 *
 * A seat is one account in one lab, while it has or awaits a sandbox:
 *   queued    every place is taken; it waits for one
 *   building  the builder was asked
 *   live      its sandbox runs, and has a connection
 *   lingering its sandbox runs, and waits for its student to come back
 *   ending    its sandbox is being demolished; a new connection waits
 *
 * The registry owns both; nothing here blocks or calls libuv.
 */
#ifndef ATOLL_MONITOR_SEATS_REGISTRY_H
#define ATOLL_MONITOR_SEATS_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "gateway/base/address.h"
#include "gateway/base/bucket.h"
#include "gateway/base/log.h"
#include "gateway/base/name.h"
#include "gateway/monitor/admission/limit.h"
#include "gateway/monitor/seats/lab_seats.h"
#include "gateway/monitor/seats/signs.h"
#include "gateway/wire/msg.h"

enum conn_state {
	CONN_AUTH,
	CONN_CHECKING,
	CONN_READY,
	CONN_WAITING,
	CONN_SEATED,
	CONN_CLOSING,
	CONN_STATES
};

enum seat_state {
	SEAT_QUEUED,
	SEAT_BUILDING,
	SEAT_LIVE,
	SEAT_LINGERING,
	SEAT_ENDING,
	SEAT_STATES
};

struct hash_task;
struct registry;
struct zygote;
struct signer;
struct key_proof;

/* What a connection has to do with probes, see probe.h; rounds are of its seat, 0
 * is none. */
struct probe {
	uint32_t asked, alive; /* the last round that its session was asked
				  in, and that it has answered */
	uint32_t waits_for;    /* the round that it started itself, */
	uint32_t serial;       /* and the serial that it is answered with */
	uint64_t since_ms;     /* uv_now() of that */
};

struct conn {
	TAILQ_ENTRY(conn) all;
	TAILQ_ENTRY(conn) seated; /* in seat->conns while seat is set */
	LIST_ENTRY(conn) by_id;
	LIST_ENTRY(conn) by_account; /* while account is set */
	struct monitor *monitor;
	struct registry *registry; /* that it is in */
	uint32_t id;
	enum conn_state state; /* conn_step() alone writes it */
	struct link *link;     /* to its session process; owned */
	struct bucket asks;    /* for a seat, that it may still make */
	struct address peer;
	char account[NAME_SIZE];
	char anonymous[NAME_SIZE]; /* the lab that took it without an account */
	char only_lab[NAME_SIZE];  /* that its code opens and no other; "" */
	char lab[NAME_SIZE]; /* that it named when it logged in, or none */
	bool is_browser;     /* its client is atoll-browser */
	struct seat *seat;
	uint32_t sandbox;   /* the one it was introduced to, or 0 */
	uint64_t since_ms;  /* uv_now() */
	uint64_t unused_ms; /* uv_now() of the first look that found it logged
			       in and asking for nothing; 0: it asks */
	unsigned tries;
	struct preauth *preauth; /* while it has not logged in */
	struct preauth_conn preauth_conn;
	char tried[NAME_SIZE];	/* whose password was wrong last, */
	unsigned tried_points;	/* and what that counted */
	uint64_t keys_ms;	/* uv_now() since when it has had keys and
				       was not counted for that; 0: no keys */
	unsigned waited_points; /* what it was counted for that */
	struct keys_request *keys_request; /* keys_command's last; owned */
	struct hash_task *hashing;	   /* of its password; NULL: none */
	struct probe probe;
	LIST_HEAD(, terminal) terminals; /* see conn_terminals.h; owned */
	unsigned terminal_count;
	bool has_reader;	/* a terminal of it has run */
	uint64_t idle_asked_ms; /* uv_now() of IDLE_GET; 0: none waits */
	uint64_t idle_told_ms;	/* and of its last answer; 0: never */
	uint64_t seat_asked_ms; /* uv_now() of SEAT_OPEN, of which RESPONSES
				       has not told yet; 0: none */
	char refused_lab[NAME_SIZE]; /* where it was refused a seat last, */
	uint32_t refused_for; /* and a bit for each enum seat_refused_for */
	uint64_t echoes_ms;   /* uv_now() when that told of keys */
	unsigned place_told;  /* the place in the queue it heard of */
	unsigned log_lines, logins; /* that its session has sent */
	struct zygote *zygote;	    /* whose fork serves it, NULL when gone */
	uint32_t key_set;	 /* that its client is shown, see signers.h */
	struct signer *signer;	 /* that its session has a link to, or NULL */
	struct key_proof *proof; /* not used yet; owned; NULL: none */
	struct log_tag tag;
};

TAILQ_HEAD(conns, conn);

struct usage {
	uint64_t cpu_us;
	uint64_t memory; /* bytes, as is disk */
	uint32_t pids;
	uint64_t disk; /* not kept over an upgrade: 0 until it is told again */
};

/* What its student does with the own account, see self_service.h. */
struct self_life {
	struct bucket tries; /* of a password */
	struct bucket exports;
	struct bucket resets; /* of one machine */
	struct bucket codes;  /* for a browser */
	bool is_busy;	      /* one thing at a time */
	uint32_t exporting;   /* the serial that is answered; 0: none */
};

/* The student's, see hand.h. */
struct hand {
	int64_t raised; /* seconds since the epoch; 0: it is down */
	char text[HAND_SIZE];
	struct bucket raises; /* that may still be */
};

#define COPIED_MARK_SIZE 32

/* The words that its last check named, see copied.h. */
struct copied {
	bool has_mark;
	unsigned char mark[COPIED_MARK_SIZE];
	struct bucket takes; /* that may still be */
};

struct standing;

/* The lab's check that runs by itself, see own_check.h; times are uv_now(). */
struct own_check {
	uint64_t due_ms;   /* 0: it is not planned */
	uint64_t asked_ms; /* 0: none is under way */
	bool has_begun;
	bool was_busy;	 /* with another check, when it was asked last */
	bool is_unknown; /* the sandbox's init is of a build without it */
};

/* How far the collecting of its work is, see closing.h. */
enum closing_state {
	CLOSING_NONE,
	CLOSING_STOPPING, /* it is being frozen */
	CLOSING_WAITING,  /* for one of the places to be checked */
	CLOSING_THAWING,  /* for the check alone */
	CLOSING_CHECKING,
	CLOSING_FREEZING, /* and frozen again */
	CLOSING_CHECKED,  /* it waits for one of the places to be written */
	CLOSING_OPENING,  /* its file */
	CLOSING_WRITING,
	CLOSING_SIGNING,
	CLOSING_DONE,
	CLOSING_STATES
};

#define CLOSING_FAILURE_SIZE 256

struct closing {
	enum closing_state state; /* closing_step() alone writes it */
	bool is_unchecked;	  /* it stood still before: no check is run */
	int64_t begun;		  /* seconds since the epoch; its files' name */
	uint64_t retry_ms;	  /* uv_now(), after a failure */
	uint64_t check_until_ms;  /* uv_now(); later it is not asked again */
	char failure[CLOSING_FAILURE_SIZE]; /* the last; empty: none */
};

struct seat {
	TAILQ_ENTRY(seat) all;	  /* oldest first */
	TAILQ_ENTRY(seat) queued; /* while it waits for a place */
	LIST_ENTRY(seat) by_sandbox;
	LIST_ENTRY(seat) by_account;
	struct monitor *monitor;
	struct lab_seats *of_lab;
	char account[NAME_SIZE], lab[NAME_SIZE];
	enum seat_state state; /* seat_step() alone writes it */
	uint32_t sandbox;      /* its number, unique for the daemon's life */
	unsigned places;       /* that it takes, or will: one a machine */
	struct link *init;     /* lifeline; owned */
	struct conns conns;
	char image[NAME_SIZE], sha256[TEXT_SIZE]; /* as BUILT says */
	struct address first_peer;
	uint64_t asked_ms;  /* uv_now() when it was asked for */
	uint64_t began_ms;  /* uv_now() when the builder was asked for it; 0: by
				  the build before */
	uint64_t built_ms;  /* uv_now() when it was ready */
	uint64_t ending_ms; /* uv_now() when its end was asked for; likewise */
	uint64_t lingers_ms;		  /* uv_now() when it was left */
	uint64_t queue_ms;		  /* that it waited for its place */
	uint64_t limits_met[LIMIT_COUNT]; /* how often, for the report */
	uint64_t since;			  /* seconds since the epoch */
	int64_t linger;	       /* seconds, as the lab said when it was built */
	int64_t waits;	       /* seconds, that it lingers this time */
	bool reattach;	       /* likewise: terminals wait in it */
	uint32_t record;       /* enum record, likewise */
	uint32_t probe_rounds; /* so many were begun */
	int64_t time_limit;    /* likewise; 0: none */
	int64_t time_factor;   /* of its account; percent */
	int64_t more_time;     /* seconds that time_limit was extended by, */
	int64_t more_open;     /* and, for this seat alone, the lab's closing */
	int64_t left_told;     /* seconds left when its end was told of last */
	int64_t memory_max;    /* bytes, likewise */
	int64_t pids_max;      /* likewise */
	struct usage usage;    /* as last told */
	struct bucket words;   /* that its init may still say */
	struct self_life self;
	struct hand hand;
	struct signs signs; /* see detection.h, as what follows */
	uint64_t looked_ms; /* uv_now() of the last look at its processor */
	uint64_t typed_ms;  /* uv_now() when somebody was known to be there */
	bool is_loaded;	    /* at that look */
	uint32_t restraint; /* enum restraint, as the builder last said */
	struct copied copied;
	struct own_check check; /* see own_check.h */
	struct closing closing;
	struct standing *standing; /* owned; NULL: not known, see there */
	bool is_disowned; /* its account was removed, or is another's now */
	struct log_tag tag;
};

TAILQ_HEAD(seats, seat);

/*
 * What ends a connection or a seat that was to take a step which its life does
 * not have, which is a defect of the monitor.  main.c hands both in, since the
 * links that they end are opened above this file.  They are called in the
 * middle of anything, so they begin the end, and free nothing.
 */
struct registry_ends {
	void (*conn)(struct conn *c);
	void (*seat)(struct seat *s);
};

/* Some for each that a large site has at once. */
#define REGISTRY_BUCKETS 1024

/* To find one without a walk of all: by the number, which counts up, or by the
 * account's name. */
struct registry_index {
	LIST_HEAD(, conn) conn[REGISTRY_BUCKETS];
	LIST_HEAD(, conn) conn_account[REGISTRY_BUCKETS];
	LIST_HEAD(, seat) sandbox[REGISTRY_BUCKETS];
	LIST_HEAD(, seat) seat_account[REGISTRY_BUCKETS];
};

struct registry {
	const struct registry_ends *ends; /* not owned */
	struct conns conns;
	struct seats seats;
	struct seats queue; /* those in SEAT_QUEUED, who came first first */
	struct labs_seats labs;
	struct registry_index index;
	uint32_t next_conn, next_sandbox;
	unsigned conn_count;
	unsigned running; /* places of all seats but the queued */
	unsigned waiting; /* the queued */
};

/* ends is used as long as the registry is. */
void registry_init(struct registry *r, const struct registry_ends *ends);

/* NULL without memory. */
struct conn *conn_add(struct registry *r, const struct address *peer);
void conn_remove(struct registry *r, struct conn *c);

/* One of the build before, as it was then; NULL without memory or when that state
 * does not outlive a build. */
struct conn *conn_restore(struct registry *r, const struct address *peer,
    uint32_t id, uint32_t state);
struct seat *seat_restore(struct registry *r, const char *account,
    const char *lab, uint32_t sandbox, uint32_t state);

struct conn *conn_by_id(const struct registry *r, uint32_t id);

/* Go on to the next state.  When the life of a connection has no such step,
 * that is logged as an error and the connection is ended: the caller need not
 * look. */
void conn_step(struct conn *c, enum conn_state next);

/* The connection is account's. */
void conn_name(struct conn *c, const char *account);

static inline struct conn *
conn_of(struct preauth_conn *s)
{
	return (struct conn *)(void *)((char *)s -
				       offsetof(struct conn, preauth_conn));
}

/* Put it on a seat, or take it off. */
void conn_attach(struct conn *c, struct seat *s);
void conn_detach(struct conn *c);

/* It has that sandbox, of its seat, from now on; 0: none. */
void conn_sit(struct conn *c, uint32_t sandbox);

unsigned conns_of_account(const struct registry *r, const char *account);

struct seat *seat_add(struct registry *r, const char *account, const char *lab);
void seat_remove(struct registry *r, struct seat *s);
struct seat *seat_find(const struct registry *r, const char *account,
    const char *lab);
/* It takes so many places. */
void seat_set_places(struct registry *r, struct seat *s, unsigned places);

struct seat *seat_by_sandbox(const struct registry *r, uint32_t sandbox);

/* What a sandbox uses; nothing when its seat is gone. */
void seat_take_usage(struct registry *r, const struct msg_usage *told);

/* Its init is there, and may speak. */
void seat_fill_words(struct seat *s);

/* It has a sandbox that is built and does not end, whether somebody is there or not. */
static inline bool
seat_is_live(const struct seat *s)
{
	return s->state == SEAT_LIVE || s->state == SEAT_LINGERING;
}

/* As conn_step(). */
void seat_step(struct registry *r, struct seat *s, enum seat_state next);

const char *seat_state_name(enum seat_state state);

#endif
