/*
 * terminal_ring.h - the last 128 KiB that a terminal's program printed.
 *
 * A sealed memfd that two processes map: init of a sandbox, which makes it, and
 * the session that has the terminal.  One of them writes at a time; which one is
 * for them to know.  Appending is a copy and no system call.
 *
 * Neither believes the other: init belongs to a sandbox, whose root may write
 * anything here at any moment, and a session may be killed between two stores.
 * So a writer keeps position and state for itself and only publishes them; what
 * is read is copied once and bounded.  The seals see to it that no page can go
 * while it is mapped: without them a store would be SIGBUS.
 */
#ifndef ATOLL_BASE_TERMINAL_RING_H
#define ATOLL_BASE_TERMINAL_RING_H

#include <stddef.h>
#include <stdint.h>

#include "gateway/base/err.h"
#include "gateway/base/terminal_filter.h"

#define TERMINAL_RING_BYTES (128u << 10)
#define TERMINAL_RING_VERSION                                                  \
	1 /* a sandbox and a session may be of two builds */

struct terminal_ring_map; /* what is in the memfd, see terminal_ring.c */

/* One process's view of it.  All zero: none. */
struct terminal_ring {
	struct terminal_ring_map *map;
	uint64_t position;	       /* bytes ever appended */
	struct terminal_filter filter; /* state after the last of them */
	uint64_t claimed;	       /* see terminal_ring.c, and */
	uint32_t published;	       /* struct terminal_ring_map there */
};

/* What was in it at one moment. */
struct terminal_ring_copy {
	uint64_t begin, end; /* positions; end - begin bytes are in data */
	struct terminal_filter filter; /* state at end: see its modes */
	uint8_t data[TERMINAL_RING_BYTES];
};

/*
 * Make one, map it and touch its pages, so that they are charged to the caller's
 * control group.  *fd is the caller's, close-on-exec, for the other process.
 * Nothing is left behind by a failure.
 */
int terminal_ring_create(struct terminal_ring *r, int *fd, struct err *e);

/*
 * Map one that another process made, and take position and state from it.  A
 * descriptor that is not such a memfd, that is not sealed, of another size or
 * version, or that holds impossible positions, is an error.  fd stays the
 * caller's and may be closed.  F_GET_SEALS of fcntl(2) and mmap(2) are needed.
 */
int terminal_ring_open(struct terminal_ring *r, int fd, struct err *e);

void terminal_ring_close(struct terminal_ring *r);

/* Nothing happens when r is none. */
void terminal_ring_append(struct terminal_ring *r, const void *bytes, size_t n);

/* The other process has ended, or handed it back: go on where it stopped.  -1:
 * what it left is impossible; r then goes on where it was itself. */
int terminal_ring_resume(struct terminal_ring *r, struct err *e);

/*
 * What is in it.  The other process may write at the same time: then only the
 * bytes are given that were not written over meanwhile, maybe none.  -1: what
 * stands in it is impossible; copy is empty then.
 */
int terminal_ring_read(const struct terminal_ring *r,
    struct terminal_ring_copy *copy, struct err *e);

/* Where the first whole line or sequence begins, of bytes before which others
 * were lost. */
size_t terminal_ring_first_whole(const uint8_t *bytes, size_t n);

#endif
