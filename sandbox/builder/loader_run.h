/*
 * loader_run.h - have the configuration read, and take the plans made of it.
 *
 * The configuration's parser is large and runs as root, so it runs in a process
 * that lives for one load.  Its socket is one more source of the builder's
 * loop: a slow disk does not stop sandboxes.
 */
#ifndef ATOLL_BUILDER_LOADER_RUN_H
#define ATOLL_BUILDER_LOADER_RUN_H

#include <sys/types.h>

#include "gateway/wire/chan.h"
#include "sandbox/builder/plan.h"

struct loader {
	struct chan chan; /* fd -1: no load is under way */
	pid_t pid;
	uint32_t serial; /* of the LOAD that it answers */
	struct plan_table *table;
	int running; /* owned: the effective configuration in force, a memfd
			for the next loader to compare with; -1: none yet */
	bool has_refused; /* it has sent a LOAD_ERROR */
	bool is_early;	  /* no LOAD has asked for it yet */
};

enum loader_step {
	LOADER_MORE,   /* nothing to do yet */
	LOADER_REASON, /* one reason why the load fails, in e; more may come */
	LOADER_DONE,   /* all told; loader_take() */
	LOADER_FAILED, /* it is over; a reason in e unless e->text is empty */
};

void loader_init(struct loader *l);

/* Start `loader -c config -b`, or -r with a configuration in force, in directory
 * dir. */
int loader_start(struct loader *l, const char *loader, const char *config,
    int dir, uint32_t serial, struct err *e);

/* Read one message; m holds the memfd of LOAD_END after LOADER_DONE. */
enum loader_step loader_read(struct loader *l, struct msg *m, struct err *e);

/* The finished table; the caller's. */
struct plan_table *loader_take(struct loader *l);

/* The configuration that came into force: fd is copied. */
void loader_keep(struct loader *l, int fd);

/* Close the link, end the process, forget the table. */
void loader_end(struct loader *l);

#endif
