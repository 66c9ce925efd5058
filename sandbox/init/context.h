/*
 * context.h - what the parts of init share: one object.
 *
 * It is static, so that what nobody has used yet costs an idle init no memory.
 */
#ifndef ATOLL_INIT_CONTEXT_H
#define ATOLL_INIT_CONTEXT_H

#include "gateway/wire/chan.h"
#include "gateway/wire/msg.h"
#include "sandbox/init/agent.h"
#include "sandbox/init/children.h"
#include "sandbox/init/lab_requests.h"
#include "sandbox/init/consoles.h"
#include "sandbox/init/spawn.h"
#include "sandbox/init/terminals.h"

/* A seat has few connections; the monitor's limit is far below this. */
#define LINKS_MAX 64

struct init {
	struct chan monitor;	     /* the lifeline; the builder until READY */
	int signals;		     /* signalfd of SIGCHLD */
	struct msg plan;	     /* INIT_PLAN, as it came */
	struct chan link[LINKS_MAX]; /* fd -1: free */
	struct agent agent[LINKS_MAX];
	/* Its session knows TERMINAL_CHANGE, as its last SPAWN said. */
	bool changes[LINKS_MAX];
	/* What the link waits for: one at a time, so that all it says is done
	 * in the order said.  Other links do not wait for it. */
	struct start start[LINKS_MAX];
	struct children children; /* but those on a terminal that is kept */
	struct terminals terminals;
	struct lab_requests lab_requests;
	struct consoles consoles;
};

#endif
