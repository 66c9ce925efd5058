/*
 * sandbox.h - one sandbox, and the table of all of them.
 *
 * A sandbox is built, lives, is being ended (killed, not yet dead) and swept
 * (dead, its cgroup not yet empty); then it is removed from the table and
 * freed.  Every failure of a build takes the same way out.
 */
#ifndef ATOLL_BUILDER_SANDBOX_H
#define ATOLL_BUILDER_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gateway/base/log.h"
#include "gateway/wire/msg.h"
#include "sandbox/builder/cgroup/cgroup.h"
#include "sandbox/builder/cgroup/culprit.h"
#include "sandbox/builder/fs/layer.h"
#include "sandbox/builder/plan.h"

struct home;

enum sandbox_state {
	SANDBOX_BUILDING, /* until init says READY */
	SANDBOX_LIVE,
	SANDBOX_ENDING,
	SANDBOX_SWEEPING,
	SANDBOX_STATES
};

struct sandbox {
	uint32_t id;
	enum sandbox_state state;
	bool was_refused;	 /* BUILD_FAILED was sent: no ENDED follows */
	struct plan *plan;	 /* a reference */
	char account[NAME_SIZE]; /* whose seat it is */
	char secret[TEXT_SIZE];	 /* of the seat, for the lab's programs */
	uint32_t base;		 /* first of its ids, 0: none */
	struct cgroup cgroup;
	pid_t pid;		 /* of its init; 0: none, or reaped */
	int pidfd, status, link; /* -1 when closed; link until BUILT */
	int userns;		 /* what export.c enters; -1: none */
	struct layer layer;
	struct home *home; /* NULL: its own; else of the table of homes */
	bool is_full[LIMIT_COUNT];    /* disk and inodes, as last seen */
	int64_t since_ms;	      /* when it was asked for */
	int64_t told_ms[LIMIT_COUNT]; /* when LIMIT_HIT was last sent */
	uint64_t locks;		      /* bytes, at the last look at locks */
	struct holding before, now;   /* at the last two looks */
	uint64_t cpu_us, memory_peak; /* found when it ended */
	struct log_tag tag;
	struct sandbox *next; /* in its bucket */
};

#define SANDBOX_BUCKETS 1024

struct sandboxes {
	struct sandbox *bucket[SANDBOX_BUCKETS];
	size_t count;
};

/* A new one in state SANDBOX_BUILDING, in the table.  NULL: id is taken or
 * there is no memory. */
struct sandbox *sandbox_add(struct sandboxes *all, uint32_t id,
    struct plan *plan);

struct sandbox *sandbox_find(const struct sandboxes *all, uint32_t id);

/* Take it out of the table, close what it still has, and free it. */
void sandbox_remove(struct sandboxes *all, struct sandbox *s);

/* Every state change goes through here.  A step that its life does not have is a
 * defect of ours: it is logged, the state stays, and its init is killed, which
 * ends the sandbox as any whose init dies.  The caller need not look. */
void sandbox_step(struct sandbox *s, enum sandbox_state next);

/* For each sandbox; visit may remove the one it is given. */
void sandbox_each(struct sandboxes *all,
    void (*visit)(struct sandbox *s, void *arg), void *arg);

#endif
