/*
 * painter.h - the pictures of terminals, made elsewhere.	Process: recorder.
 *
 * atoll-recorder may start nothing.  So a fork server is started before its jail: it
 * holds one socket, is asked for a picture with the descriptors that it takes
 * (snapshot_process.h), and has a fork of it make that one, in a jail of its own and
 * in SNAPSHOT_MS.  It never looks at a byte itself.
 */
#ifndef ATOLL_RECORDER_PAINTER_H
#define ATOLL_RECORDER_PAINTER_H

#include <stdbool.h>
#include <sys/queue.h>

#include "gateway/base/confine.h"
#include "gateway/screen/snapshot.h"

/* One that is made.  All zero: none. */
struct painting {
	LIST_ENTRY(painting) next;
	uint32_t number; /* 0: none */
	struct snapshot_run run;
	/* It is made, and its file the callee's; or NULL: it could not be. */
	void (*done)(void *self, struct snapshot *made);
	void *self;
};

struct painter {
	int fd; /* owned; to the server, -1: there is none any more */
	uint32_t last;
	unsigned count;
	LIST_HEAD(, painting) all;
};

/* Start the server, confined as c says; c NULL: as it is, for tests.  p->fd is to be
 * polled then. */
int painter_start(struct painter *p, const struct confinement *c,
    struct err *e);

/* Could one be asked for now? */
bool painter_has_room(const struct painter *p);

/* Ask for one; done is called by a later painter_serve().  -1: it cannot be. */
int painter_ask(struct painter *p, struct painting *one,
    const struct snapshot_order *order, struct err *e);

/* Nobody wants it any more. */
void painter_cancel(struct painter *p, struct painting *one);

/* The socket is readable. */
void painter_serve(struct painter *p);

/* Without a server; what it made is of no interest. */
void painter_stop(struct painter *p);

#endif
