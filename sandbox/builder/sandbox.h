/*
 * sandbox.h - one sandbox, and the table of all of them.
 *
 * A sandbox is built, lives, is being ended (killed, not yet dead) and swept
 * (dead, its cgroup not yet empty); then it is removed from the table and
 * freed.  Every failure of a build takes the same way out.  One that is built
 * before anybody wants it is warm then, and is built to its end when it gets its
 * owner.
 */
#ifndef ATOLL_BUILDER_SANDBOX_H
#define ATOLL_BUILDER_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gateway/base/bucket.h"
#include "gateway/base/log.h"
#include "gateway/wire/msg.h"
#include "sandbox/builder/apparmor/denial.h"
#include "sandbox/builder/cgroup/cgroup.h"
#include "sandbox/builder/cgroup/culprit.h"
#include "sandbox/builder/fs/layer.h"
#include "sandbox/builder/plan.h"

struct home;

enum sandbox_state {
	SANDBOX_BUILDING, /* until init says READY */
	SANDBOX_WARM,	  /* it stands ready, without an owner: see warm.h */
	SANDBOX_LIVE,
	SANDBOX_ENDING,
	SANDBOX_SWEEPING,
	SANDBOX_STATES
};

/* What the monitor has said of its seat, for the monitor that follows a crash: the
 * fields of BUILD.  Nothing here uses it. */
struct seat_note {
	uint64_t since, linger, time_limit, memory_max, pids_max;
	bool reattach;
	char address[TEXT_SIZE];
	uint32_t port;
};

/* The process that puts a home into a sandbox that stood ready, see
 * home_placing.h. */
struct home_placing {
	pid_t helper;	   /* 0: none, or reaped */
	int pidfd, status; /* of the helper; -1: none */
	bool is_done;	   /* the home is in it */
};

/* Calls that only probes make, see trap.h. */
struct trap {
	int listener;	       /* -1: none */
	struct bucket answers; /* that it may still have */
	bool waits;	       /* it was too fast, and is not listened to */
	uint64_t seen, count;  /* since the monitor was told: bit n is row n
				  of trapped_calls.h */
};
#define TRAP_A_SECOND 200
#define TRAP_AT_ONCE  10

struct sandbox {
	uint32_t id;
	uint32_t seat; /* the number by which the monitor knows it: of the first
			  machine of its seat, where that has several */
	enum sandbox_state state;
	bool was_refused;	 /* BUILD_FAILED was sent: no ENDED follows */
	struct plan *plan;	 /* a reference */
	char account[NAME_SIZE]; /* whose seat it is; "": it has no owner */
	char secret[TEXT_SIZE];	 /* of the seat, for the lab's programs */
	struct numbers progress; /* of the seat in the lab's steps */
	uint32_t base;		 /* first of its ids, 0: none */
	struct cgroup cgroup;
	pid_t pid;	   /* of its init; 0: none, or reaped */
	int pidfd, status; /* -1 when closed, as is: */
	int link;	   /* to its init; from BUILT on the monitor's */
	int userns;	   /* what helpers enter; -1: none */
	int mntns;	   /* until its home is in it; -1: none */
	uint32_t network;  /* the number of its interface; 0: it has none */
	int netns;	   /* until it has that; -1: none */
	/* Of a seat that has several machines, see machines.h. */
	struct sandbox *first;	      /* NULL: it is that, or the only one */
	struct sandbox *others;	      /* of the first */
	struct sandbox *next_machine; /* among those */
	int lan;	    /* of the first: a socket in their network; -1 */
	bool is_on_lan;	    /* or was refused that */
	uint32_t links_off; /* bit n: its nth link, see lan_switch.h */
	bool is_ready;	    /* init said so; the first is live when all are */
	struct plan
	    *again;	/* what follows when it is gone: a reference; NULL */
	uint32_t asked; /* REBUILD, to be answered by REBUILT; 0: none */
	struct layer layer;
	struct home *home; /* NULL: its own; else of the table of homes */
	bool is_full[LIMIT_COUNT]; /* disk and inodes, as last seen */
	int64_t since_ms;	   /* when it was asked for, */
	int64_t built_ms;	   /* and was ready */
	struct seat_note note;
	int64_t told_ms[LIMIT_COUNT]; /* when LIMIT_HIT was last sent */
	uint64_t hits[LIMIT_COUNT];   /* since then */
	bool is_due, are_locks_due;   /* for a look, see relief.h */
	uint64_t locks;		      /* bytes, at the last look at locks, */
	int64_t locks_ms;	      /* and when that was; 0: never */
	struct holding before, now;   /* at the last two looks */
	uint64_t cpu_us, memory_peak; /* found when it ended */
	uint64_t cpu_seen_us;	      /* at the last look of balance.c */
	/* That it had taken before the last looks of relief.c; 0: look again. */
	uint64_t ran_us, ran_locks_us;
	bool was_warm;
	bool is_spare;		/* its process was made ahead, see spare.h */
	uint64_t cpu_before_us; /* that it took before it had an owner */
	struct home_placing placing;
	struct trap trap;
	enum restraint restraint; /* restrain() alone writes it */
	uint64_t quota;		  /* of the processor before it; 0: that now */
	struct denial_lines denials; /* of AppArmor */
	struct log_tag tag;
	struct sandbox *next;	   /* in its bucket, or of the spares */
	struct sandbox *next_warm; /* among those without an owner */
};

#define SANDBOX_BUCKETS 1024

/* The monitor counts from 1, and never comes here: the numbers of sandboxes that
 * it does not know, see warm.h and spare.h. */
#define SANDBOX_OWN_NUMBERS UINT32_C(0x80000000)

struct sandboxes {
	struct sandbox *bucket[SANDBOX_BUCKETS];
	size_t count;
	uint32_t last;	      /* the highest number that there ever was */
	uint32_t own_numbers; /* the last that the monitor does not know */
};

/* One in state SANDBOX_BUILDING that is in no table; plan may be NULL.  NULL: there is
 * no memory. */
struct sandbox *sandbox_new(uint32_t id, struct plan *plan);

/* Close what it still has, and free it. */
void sandbox_free(struct sandbox *s);

/* What was begun for from, see spare.h, is to's from now on; from has nothing left. */
void sandbox_hand_over(struct sandbox *from, struct sandbox *to);

/* A new one in state SANDBOX_BUILDING, in the table.  NULL: id is taken or
 * there is no memory. */
struct sandbox *sandbox_add(struct sandboxes *all, uint32_t id,
    struct plan *plan);

/* It is of this account's seat from now on. */
void sandbox_own(struct sandbox *s, const char *account);

struct sandbox *sandbox_find(const struct sandboxes *all, uint32_t id);

/* A number of those that the monitor does not know, which none has and no group of
 * one is called by. */
uint32_t sandbox_own_number(struct sandboxes *all);

/* Give it a number that no other has.  Its cgroup keeps the name. */
void sandbox_renumber(struct sandboxes *all, struct sandbox *s, uint32_t id);

/* The first machine of its seat, which may be itself. */
static inline struct sandbox *
sandbox_first(const struct sandbox *s)
{
	return s->first != NULL ? s->first : (struct sandbox *)(uintptr_t)s;
}

bool sandbox_has_owner(const struct sandbox *s);

/* Take it out of the table, close what it still has, and free it. */
void sandbox_remove(struct sandboxes *all, struct sandbox *s);

/* Every state change goes through here.  A step that its life does not have is a
 * defect of ours: it is logged, the state stays, and its init is killed, which
 * ends the sandbox as any whose init dies.  The caller need not look. */
void sandbox_step(struct sandbox *s, enum sandbox_state next);

/* For each sandbox; visit may remove the one it is given. */
void sandbox_each(struct sandboxes *all,
    void (*visit)(struct sandbox *s, void *arg), void *arg);

/* The same for a part of them, of so many of much the same size: 0 is the first. */
void sandbox_each_of(struct sandboxes *all, size_t part, size_t parts,
    void (*visit)(struct sandbox *s, void *arg), void *arg);

#endif
