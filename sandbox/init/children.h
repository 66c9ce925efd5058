/*
 * children.h - the processes that init started for sessions.
 */
#ifndef ATOLL_INIT_CHILDREN_H
#define ATOLL_INIT_CHILDREN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define CHILDREN_MAX 256

/* One spawned process: leader of a session of its own, so that its process
 * group has its number. */
struct child {
	bool used;
	bool pty;  /* it has a terminal, which hangs up with its channel */
	pid_t pid; /* 0 once it was reaped */
	int link;  /* index of the session's link; -1: that session is gone */
	uint32_t serial;
	uint32_t number; /* of its terminal in the sandbox, from 1; 0: none */
	uint32_t tty;	 /* the same terminal's in /dev/pts */
	int64_t since;	 /* seconds since the epoch */
};

struct children {
	struct child child[CHILDREN_MAX];
};

bool children_are_full(const struct children *all);
void children_add(struct children *all, const struct child *c);
struct child *children_by_pid(struct children *all, pid_t pid);

/* The one whose terminal has that number; NULL: none runs there. */
struct child *children_numbered(struct children *all, uint32_t number);

/* What that link started as serial; NULL when it has ended. */
struct child *children_find(struct children *all, int link, uint32_t serial);

/* Send a signal to the process group, if it is one that SSH names. */
void children_signal(struct children *all, int link, uint32_t serial,
    uint32_t number);

/* The same, of any that is known by its number, which is its group's. */
void child_signal(pid_t pid, uint32_t number);

/* The channel is gone: SIGHUP and SIGCONT, as when a terminal goes.  Who ignores
 * that lives on in the background until the sandbox ends.  So does all that
 * runs on pipes, as with sshd: that ends at the next read or write, or is meant
 * to stay, and is forgotten here.  NULL is let through. */
void children_hangup(struct child *c);

/* The link is gone: hang up all it started, and forget the link. */
void children_hangup_link(struct children *all, int link);

#endif
