/*
 * cgroup.h - the limits of a sandbox, and what it uses of them.
 *
 * cgroup_v1.c and cgroup_v2.c do the work, behind struct cgroup_kind.  atoll's
 * groups stand in one group of its own, atoll-XXXXXXXX (a hash of run_dir), or
 * below the group that systemd delegated; nothing outside it is touched.
 */
#ifndef ATOLL_BUILDER_CGROUP_CGROUP_H
#define ATOLL_BUILDER_CGROUP_CGROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gateway/base/err.h"
#include "sandbox/builder/cgroup/cpus.h"
#include "sandbox/builder/cgroup/hierarchy.h"

#define CGROUP_NAME_SIZE 24
#define CPU_PERIOD_US	 100000

struct limits {
	uint64_t memory;      /* bytes */
	uint64_t swap;	      /* bytes beside memory */
	uint32_t cpu_percent; /* 100 is one CPU */
	uint32_t cpu_weight;  /* 1 to 10000; 100 is the default */
	uint32_t pids;
	bool has_cpuset; /* no more processors than cpu_percent needs */
};

struct cgroup_usage {
	uint64_t cpu_us;
	uint64_t memory; /* bytes */
	uint32_t pids;
};

/* The group of one sandbox. */
struct cgroup {
	char name[CGROUP_NAME_SIZE];	   /* empty: not created */
	int oom_event;			   /* tells of an OOM kill; -1: none */
	int pids_event;			   /* counts refused forks */
	int tasks[CONTROLLER_COUNT];	   /* v1, to join by; else -1 */
	int cpuset_tasks;		   /* the same, see cpuset.c */
	uint64_t oom_kills, forks_refused; /* as last seen */
};

struct cgroups;

/* What is done differently in v1 and v2. */
struct cgroup_kind {
	const char *name;
	uint32_t oom_poll;  /* what to poll oom_event for */
	uint32_t pids_poll; /* and pids_event; 0: it must be read */
	const char *tasks;  /* the file that lists threads, */
	const char *add;    /* and that which takes in a process */
	int (*enter)(struct cgroups *g, const char *name, struct err *e);
	int (*create)(struct cgroups *g, struct cgroup *c, struct err *e);
	int (*limit)(struct cgroups *g, const struct limits *l,
	    const struct cgroup *c, struct err *e);
	int (*join)(struct cgroups *g, const struct cgroup *c, struct err *e);
	void (*kill)(struct cgroups *g, const char *name);
	int (*remove)(struct cgroups *g, const char *name);
	void (*usage)(struct cgroups *g, const struct cgroup *c,
	    struct cgroup_usage *u);
	uint64_t (*memory_peak)(struct cgroups *g, const struct cgroup *c);
	uint64_t (*cpu_us)(struct cgroups *g, const struct cgroup *c);
	int (*set_quota)(struct cgroups *g, const struct cgroup *c,
	    uint64_t quota, struct err *e);
	uint64_t (*quota)(struct cgroups *g, const struct cgroup *c);
	uint64_t (*oom_kills)(struct cgroups *g, const struct cgroup *c);
	uint64_t (*forks_refused)(struct cgroups *g, const struct cgroup *c);
	void (*sweep)(struct cgroups *g);
	void (*leave)(struct cgroups *g);
};
extern const struct cgroup_kind cgroup_v1, cgroup_v2;

/* Of the processors that sandboxes of some labs have, see cpuset.c. */
struct cpuset {
	char path[HIERARCHY_PATH_SIZE]; /* v1: where it is mounted, or "" */
	int own; /* what the sandboxes' groups are in; -1 before enable */
	uint16_t load[CPUS_MAX]; /* sandboxes that have the processor */
};

/* What can stop the processes of a sandbox, see freezer.c. */
struct freezer {
	char v1[HIERARCHY_PATH_SIZE];	   /* where v1 has it, or "" */
	char unified[HIERARCHY_PATH_SIZE]; /* where v2 is mounted beside v1 */
	int own;    /* where the groups to be frozen are; -1: not known yet */
	bool is_v2; /* that is of v2 */
};

/* Where the groups are.  v1: up to one hierarchy for each controller, v2: one
 * for all of them. */
struct cgroups {
	const struct cgroup_kind *kind;
	struct hierarchy hierarchy[CONTROLLER_COUNT];
	unsigned count;
	int at[CONTROLLER_COUNT];  /* controller to hierarchy; -1: none */
	int own[CONTROLLER_COUNT]; /* each hierarchy's group of ours, by
				      descriptor; -1 before enter */
	char name[CGROUP_NAME_SIZE];
	bool is_delegated; /* v2: own[0] is systemd's gift, not ours to
			      remove */
	struct cpuset cpuset;
	struct freezer freezer;
};

/* Find the controllers memory, cpu and pids: all in v2, or else all in v1. */
int cgroups_find(struct cgroups *g, struct err *e);

/* Make our own group, named after run_dir, and remove what an earlier life
 * left in it.  Waits for what it must kill, so: at start only. */
int cgroups_enter(struct cgroups *g, const char *run_dir, struct err *e);

/* Remove our own group. */
void cgroups_leave(struct cgroups *g);

/* Can this host enforce such limits?  Tries it. */
int cgroups_probe(struct cgroups *g, const struct limits *l, struct err *e);

/* What the group of the sandbox that is made as number id is called. */
void cgroup_name(uint32_t id, char to[CGROUP_NAME_SIZE]);

/* Without limits.  After -1 the group may exist half: cgroup_remove() it. */
int cgroup_create(struct cgroups *g, uint32_t id, struct cgroup *c,
    struct err *e);

/* Once, and with has_cpuset of v1 before a process joins it. */
int cgroup_limit(struct cgroups *g, const struct limits *l, struct cgroup *c,
    struct err *e);

/* For clone3: the group to start in, or -1 when the child joins by itself. */
int cgroup_clone_fd(struct cgroups *g, const struct cgroup *c);

/* In the child, before anything is allocated on its behalf.  What it needs for
 * that was opened by cgroup_create(): its own user may not. */
int cgroup_join(struct cgroups *g, const struct cgroup *c, struct err *e);

/* In the builder, when the child has its copy of what it joins by. */
void cgroup_joined(struct cgroup *c);

/* A process of one thread that works for the sandbox from outside: from now on at
 * the sandbox's cost. */
int cgroup_add(struct cgroups *g, const struct cgroup *c, pid_t pid,
    struct err *e);

void cgroup_kill(struct cgroups *g, const struct cgroup *c);

/* 0 when the group is gone (or never was), -1 while a process is in it. */
int cgroup_remove(struct cgroups *g, struct cgroup *c);

void cgroup_usage(struct cgroups *g, const struct cgroup *c,
    struct cgroup_usage *u);

/* Of that the time alone. */
uint64_t cgroup_cpu_us(struct cgroups *g, const struct cgroup *c);

/* The most memory that it ever had at once; bytes. */
uint64_t cgroup_memory_peak(struct cgroups *g, const struct cgroup *c);

/* The processor time that it gets, in microseconds of CPU_PERIOD_US; 0: not known. */
uint64_t cgroup_quota_get(struct cgroups *g, const struct cgroup *c);
int cgroup_quota_set(struct cgroups *g, const struct cgroup *c, uint64_t quota,
    struct err *e);

/* The ids of the group's threads, one a line, to be freed; NULL: the group is
 * gone. */
char *cgroup_tasks(const struct cgroups *g, const struct cgroup *c);

/* How many OOM kills, or refused forks, there were since last asked. */
uint64_t cgroup_new_ooms(struct cgroups *g, struct cgroup *c);
uint64_t cgroup_new_refused_forks(struct cgroups *g, struct cgroup *c);

/* --- cpuset.c ----------------------------------------------------------- */

/* Make it work for the sandboxes to come; again does nothing. */
int cpuset_enable(struct cgroups *g, struct err *e);

/* After an upgrade: what the builder before this one has made of it. */
void cpuset_restore(struct cgroups *g);

/* What the group has; false: it has none of its own, and may run on all. */
bool cpuset_has(struct cgroups *g, const char *name, struct cpus *set);

/* What there is for all; false when it cannot be read. */
bool cpuset_there(struct cgroups *g, struct cpus *set);

/* Others in their place. */
int cpuset_move(struct cgroups *g, const char *name, const struct cpus *set,
    struct err *e);

/* For cgroup.c.  Processors for the group, as many as cpu_percent comes to. */
int cpuset_take(struct cgroups *g, struct cgroup *c, uint32_t cpu_percent,
    struct err *e);

/* In the child, as cgroup_join(). */
int cpuset_join(const struct cgroup *c, struct err *e);

/* Give them back; v1: and remove its group there.  -1: a process is in it. */
int cpuset_drop(struct cgroups *g, const char *name);

/* v1: what an earlier life left; and our own group. */
void cpuset_sweep(struct cgroups *g);
void cpuset_leave(struct cgroups *g);

/* --- freezer.c ---------------------------------------------------------- */

/* Can this host do it?  -1: with the reason. */
int freezer_find(struct cgroups *g, struct err *e);

/* Stop all processes of the sandbox, also those that are started meanwhile, in the
 * middle of what they do; and let them go on.  Frozen, a process of v1 dies of
 * SIGKILL only when it is thawed. */
int freezer_freeze(struct cgroups *g, const struct cgroup *c, struct err *e);
int freezer_thaw(struct cgroups *g, const struct cgroup *c, struct err *e);

/* For cgroup.c.  What an earlier life left; what the builder before an upgrade has
 * made; the group of a sandbox that is over, -1: a process is in it; and our own. */
void freezer_sweep(struct cgroups *g);
void freezer_restore(struct cgroups *g);
int freezer_drop(struct cgroups *g, const char *name);
void freezer_leave(struct cgroups *g);

/* --- for the two kinds -------------------------------------------------- */

/* "s9/pids.max" below dir. */
int cgroup_write(int dir, const char *group, const char *file,
    const char *value, struct err *e);
int cgroup_write_u64(int dir, const char *group, const char *file,
    uint64_t value, struct err *e);
int cgroup_open(int dir, const char *group, const char *file, int flags);

/* The first number in the file, or the one after key; 0 when there is none. */
uint64_t cgroup_read(int dir, const char *group, const char *file,
    const char *key);

/* The same from an open file, which then polls quiet until it changes. */
uint64_t cgroup_reread(int fd, const char *key);

/* The number after key at the start of a line of text; 0 when there is none.
 * Without key: the number that text begins with. */
uint64_t cgroup_value(const char *text, const char *key);

/* The quota for a percentage, in microseconds of CPU_PERIOD_US. */
uint64_t cgroup_quota(uint32_t cpu_percent);

/* All sandboxes together have a third of what each who shares the CPU with them
 * has: a key of a student meets the gateway, the terminal and the gateway again
 * before the next slice of whoever computes.  Nothing is lost while nobody else
 * wants the CPU.  A tenth would help more there, but then a command whose output
 * the gateway encrypts is left behind by it: half the throughput. */
#define ALL_CPU_WEIGHT 33

/* The weight as v1 counts it, where everybody has 1024. */
uint64_t cgroup_shares(uint32_t cpu_weight);

/* SIGKILL to each process of the group, by its list. */
void cgroup_kill_listed(int dir, const char *group);

/* Is that the name of a sandbox's group: s and a number? */
bool cgroup_is_sandbox_name(const char *name);

#endif
