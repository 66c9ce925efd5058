/*
 * probe.h - one attempt to leave a sandbox, and what must come of it.
 *
 * A table is a list of attempts.  The arguments of a call are such that the
 * kernel itself would answer something else than our filter does, so that the
 * answer proves the filter and nothing happens where the filter is missing.
 * What the kernel itself answers is in the table, too: the same program asks
 * it outside of any sandbox.
 */
#ifndef ATOLL_ESCAPE_PROBE_H
#define ATOLL_ESCAPE_PROBE_H

#include <stdbool.h>
#include <stddef.h>

/* An answer is an errno or one of these. */
enum {
	SAME = 0,      /* of a profile: as everywhere; as an answer: not told */
	WORKS = -1,    /* it went through */
	DIFFERS = -2,  /* from kernel to kernel, but never what we answer */
	UNTRIED = -3,  /* something that the attempt needs is missing */
	SIGNAL = -100, /* minus the signal's number: that ended it */
};

/* Where the probe runs. */
enum profile {
	PROFILE_USER,  /* the lab's user */
	PROFILE_ROOT,  /* user = "root" */
	PROFILE_DEBUG, /* seccomp = "debug" */
	PROFILE_CAPS,  /* every capability that a lab may give its user */
	PROFILES
};

/* Who asks the kernel itself. */
enum asker {
	NOBODY, /* it is not asked: harm would come of it */
	PLAIN,	/* an ordinary process */
	USERNS, /* root of a user namespace, with all its capabilities */
	HOST,	/* root of the host: where the others are refused as well */
};

/* What the probe is told about the world outside. */
struct told {
	int host_pid;	       /* a process of the host */
	int host_port;	       /* a port of the host's loopback, listening */
	int neighbour_port;    /* the same in another sandbox */
	const char *host_path; /* a file of the host */
};

struct attempt {
	const char *what;
	long call; /* with arg, when there is no act */
	unsigned long arg[6];
	int (*act)(const struct told *t); /* returns an answer */
	int answer;
	int in[PROFILES]; /* where it is another */
	enum asker asker;
	int bare; /* what the kernel itself answers */
	const char *why;
};

/* The parts of a row. */
#define CALL(nr, ...)	.call = (nr), .arg = { __VA_ARGS__ }
#define ACT(function)	.act = (function)
#define SAYS(a)		.answer = (a)
#define BARE(who, a)	.asker = (who), .bare = (a)
#define IN(profile, a)	.in[PROFILE_##profile] = (a)
#define BECAUSE(reason) .why = (reason)

#define HIGH (1UL << 32) /* where no argument that is an int has a bit */
#define BAD  1UL	 /* no address */
#define NONE (-1UL)	 /* no descriptor */
#define ALL  0xffffffffUL

struct area {
	const char *name, *about;
	const struct attempt *attempt;
	size_t count;
};
#define ROWS(a) .attempt = (a), .count = sizeof(a) / sizeof((a)[0])

extern const struct area area_mounts, area_namespaces, area_kernel,
    area_sockets, area_processes, area_files, area_terminals, area_outside;

/* WORKS, or the errno when rc is -1. */
int answer_of(long rc);

#endif
