/*
 * builder.h - the builder's one context, and who reacts to what.
 *
 *	serve.c		the loop
 *	requests.c	what the monitor asks
 *	heir.c		the monitor crashed, and another comes
 *	life.c		what happens to a sandbox
 *	load.c		what the loader tells
 *	home.c		the homes that are kept
 *	export.c	what a student has changed
 *	relief.c	who fills memory that nobody counts
 *	balance.c	who computes on which processor
 *	warm.c		sandboxes that stand ready
 *	spare.c		namespaces that are made ahead
 *	trap.c		calls that only probes make
 *	network.c	sandboxes that have a network
 *	machines.c	seats that have several sandboxes
 *	lan.c		the network of one of those
 */
#ifndef ATOLL_BUILDER_BUILDER_H
#define ATOLL_BUILDER_BUILDER_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/wire/chan.h"
#include "sandbox/builder/assemble.h"
#include "sandbox/builder/cgroup/pressure.h"
#include "sandbox/builder/export/export_jobs.h"
#include "sandbox/builder/home/home_table.h"
#include "sandbox/builder/loader_run.h"
#include "sandbox/builder/restart.h"
#include "sandbox/builder/sandbox.h"

/* What the loop waits for.  An event carries the source and the sandbox's
 * number, never a pointer: the sandbox may be gone by the time it is looked
 * at. */
enum source {
	SOURCE_MONITOR,
	SOURCE_SUPERVISOR,
	SOURCE_LOADER,
	SOURCE_WATCH, /* the timer for disks, and builds that hang */
	SOURCE_LOOK,  /* the timer for who is to be looked at, see relief.h */
	SOURCE_SWEEP, /* the timer for cgroups that are not empty yet */
	SOURCE_TRY,   /* the process of upgrade/try.c */
	SOURCE_LINK,
	SOURCE_PIDFD,
	SOURCE_OOM,
	SOURCE_PIDS,
	SOURCE_EXPORT,	/* the same */
	SOURCE_HOME,	/* by its number; a helper's pidfd */
	SOURCE_WARM,	/* the timer for those that are to stand ready */
	SOURCE_SPARES,	/* the timer for namespaces that are made ahead */
	SOURCE_SPARE,	/* one of those; by its number */
	SOURCE_PLACED,	/* the home is in one that did; a helper's pidfd */
	SOURCE_STATUS,	/* what its child says before the exec */
	SOURCE_TRAP,	/* a call waits for its answer */
	SOURCE_TRAPS,	/* the timer for those that were too fast, see trap.h */
	SOURCE_NETWORK, /* what atoll-net says */
	SOURCE_NETWORK_AGAIN, /* the timer for its next start */
	SOURCE_NAMES,	      /* what atoll-names says */
	SOURCE_NAMES_AGAIN,   /* the timer for its next start */
	SOURCE_COUNT
};

/* Those that stand ready, see warm.h. */
struct warm {
	int timer;
	int64_t asked_ms;	/* when the monitor last asked for one */
	uint32_t ready, wanted; /* as last told */
	struct sandbox *first;	/* all without an owner, until they are gone */
};

/* Of spare.h. */
struct spares {
	int timer;
	bool is_wanted;	       /* somebody has asked, and the next may come */
	int64_t asked_ms;      /* when the last did */
	unsigned failures;     /* one after the other, and until when */
	int64_t again_ms;      /* the next waits */
	struct sandbox *first; /* the newest */
};

/* Of trap.h, for all sandboxes. */
struct traps {
	int timer;
	struct bucket answers;
};
#define TRAPS_A_SECOND 1000

/* A look at all sandboxes, a few at a time: see rounds.h. */
struct round {
	unsigned part, parts; /* the next, and how many there are */
	size_t place, count;  /* of the next sandbox, and how many there were */
	bool is_new; /* all that were due in the turn before were looked at */
};

/* The installed programs are being tried. */
struct trying {
	int in; /* what that process says; -1: there is none */
	pid_t pid;
	uint32_t serial; /* of the request */
};

/* Of network.h, for all sandboxes. */
#define NETWORK_ASKS_MAX 128

/* Of network_names.h. */
struct network_names {
	struct chan link; /* to atoll-names; -1: there is none */
	int timer;	  /* until its next start */
	struct restart restart;
	uint32_t resolver; /* as it was told */
};

struct network {
	struct chan link; /* to atoll-net; -1: there is none */
	int router;	  /* its network namespace; -1: none yet */
	int timer;	  /* until its next start */
	struct restart restart;
	uint32_t numbers;  /* the last one given to a sandbox */
	uint32_t resolver; /* as atoll-net was told */
	struct network_names names;
	/* REFUSALS_GET that waits for atoll-net; number 0: none. */
	struct network_ask {
		uint32_t serial, number;
	} asks[NETWORK_ASKS_MAX];
};

struct builder {
	const char *config; /* the file that the loader reads */
	const char *loader_program;
	bool is_check;			 /* -H */
	int start_dir;			 /* where we were started */
	struct chan monitor, supervisor; /* the latter's fd may be -1 */
	bool has_monitor;		 /* or it has crashed */
	bool has_greeted;		 /* the monitor said HELLO */
	bool is_over;			 /* the supervisor is gone */
	bool is_upgrading; /* to exec as soon as nothing is under way */
	int state;	   /* -u: what the builder before us knew; -1 */
	bool is_trial;	   /* -R: only see whether we could take it over */
	int epoll, watch_timer, look_timer, sweep_timer;
	struct site site;
	struct plan_table *table; /* NULL before the first load */
	struct sandboxes sandboxes;
	struct homes homes;
	struct exports exports;
	int audit;		     /* see apparmor/audit.h; -1: none */
	struct denial_lines denials; /* of sandboxes that have ended */
	struct pressure_turn pressure;
	struct round round;
	bool has_rounds;     /* there is a sandbox to look at */
	bool are_looks_due;  /* of this turn of it */
	int64_t balanced_ms; /* the last look of balance.c */
	struct {
		uint32_t sandbox; /* the last that was ended for memory */
		int64_t since_ms; /* 0: none was */
	} relief;
	struct loader loader;
	uint64_t loaded; /* the last load, seconds since the epoch */
	struct msg_draining draining; /* as the monitor last said */
	struct warm warm;
	struct spares spares;
	struct traps traps;
	struct network network;
	struct trying trying;
};

/* --- serve.c ------------------------------------------------------------ */

int builder_open(struct builder *b, struct err *e);

/* Serve until the supervisor is gone, then demolish everything.  -1: something
 * broke that only a restart can mend. */
int builder_serve(struct builder *b, struct err *e);

int loop_add(struct builder *b, int fd, uint32_t events, enum source source,
    uint32_t sandbox, struct err *e);

/* Before close(): a child that was cloned meanwhile may hold a copy, and the
 * event would stay.  -1 is let through. */
void loop_remove(struct builder *b, int fd);

/* Set a timer: first after ms and then each ms, or never for 0. */
void timer_set(int timer, int ms);

/* Send it, if there is a monitor.  The loop notices when it is gone. */
void tell_monitor(struct builder *b, const struct msg *m);

/* --- requests.c --------------------------------------------------------- */

/* React to a message of the monitor.  -1: the message is not one that it may
 * send, or of another build. */
int on_request(struct builder *b, struct msg *asked, struct err *e);

/* --- heir.c ------------------------------------------------------------- */

/* The monitor's link is closed: it has crashed.  What it has asked for and nobody
 * waits for any more comes to its end; live sandboxes stay. */
void heir_wait(struct builder *b);

/* React to the supervisor, which brings the next monitor, or has ended. */
int on_supervisor(struct builder *b, struct err *e);

/* React to LIVES_GET. */
void heir_tell(struct builder *b);

/* --- tell.c: what the monitor is told of a sandbox ---------------------- */

/* There is none of that number, and will be none. */
void tell_none(struct builder *b, uint32_t id, const char *reason);

/* The build failed, its machine's or another of the seat: that is told once, and ENDED
 * would be one word too many. */
void tell_refused(struct builder *b, struct sandbox *s, const char *reason);

/* The setup failed, and its reason is for the instructor and the student. */
void tell_setup_failed(struct builder *b, struct sandbox *s,
    const char *reason);

/* Its link is the monitor's then.  Where another may follow that one we keep it open as
 * well: init ends when the last copy is closed. */
void tell_built(struct builder *b, struct sandbox *s);

/* Bit n: it met limit n. */
void tell_limits(struct builder *b, struct sandbox *s, unsigned limits);

/* Of a seat with several machines the first says it, when all are gone. */
void tell_ended(struct builder *b, const struct sandbox *s);

/* --- life.c ------------------------------------------------------------- */

/* Build the sandbox that BUILD asks for; answers BUILD_FAILED at once when it
 * cannot even begin. */
void life_begin(struct builder *b, const struct msg_build *ask);
void life_end(struct builder *b, struct sandbox *s);

/* React to REBUILD. */
void life_rebuild(struct builder *b, const struct msg *asked);

/* Build one that was just added to the table, for its owner or, when it has none,
 * to stand ready.  What comes of it is an event. */
void life_build(struct builder *b, struct sandbox *s);

/* The sandbox has the home that it waited for, or will not get it. */
void life_go_on(struct builder *b, struct sandbox *s);
void life_refuse(struct builder *b, struct sandbox *s, const char *reason);

/* It was live when a builder before us had it. */
int life_take_over(struct builder *b, struct sandbox *s, struct err *e);

void on_link(struct builder *b, struct sandbox *s);
void on_status(struct builder *b, struct sandbox *s);
void on_pidfd(struct builder *b, struct sandbox *s);
void on_oom(struct builder *b, struct sandbox *s);
void on_placed(struct builder *b, struct sandbox *s);
void on_refused_fork(struct builder *b, struct sandbox *s);
void on_sweep_timer(struct builder *b);

/* --- load.c ------------------------------------------------------------- */

void load_begin(struct builder *b, uint32_t serial);

/* After an upgrade the monitor will ask for a load as soon as it is there: have the
 * configuration read meanwhile.  Nothing of it is looked at before load_begin(). */
void load_begin_early(struct builder *b);

void on_loader(struct builder *b);

/* Stop a load that is under way. */
void load_end(struct builder *b);

#endif
