/*
 * reading.h - how much libssh reads of the client's socket at once.  Pure.
 *
 * libssh takes room in its buffer, reads 4 KB into it and gives back what was too
 * much: eight calls of poll(2) and recv(2) for each packet of an upload.  Here it
 * gets more room than it has asked for when its last read has left something in
 * the socket, and what it gives back is counted anew.  libssh_hooks.c stands
 * between; with SHARED_LIBSSH=1 nothing does, and nothing is changed.
 */
#ifndef ATOLL_SESSION_TRANSPORT_READING_H
#define ATOLL_SESSION_TRANSPORT_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define READING_LEAST 4096	  /* what libssh asks for */
#define READING_MOST  (64U << 10) /* two packets of the usual largest size */

/* It begins as zeros. */
struct reading {
	const void *socket; /* libssh's buffer for it, once that was seen */
	const void *buffer; /* the last that was given room, */
	void *room;	    /* and where */
	uint32_t asked, given;
	bool is_full; /* the last read filled its room */
};

/* libssh asks for room at the end of a buffer: how much it gets. */
uint32_t reading_room(struct reading *r, const void *buffer, uint32_t asked);

/* libssh would read so much to there: how much it may. */
size_t reading_size(struct reading *r, const void *to, size_t size);

/* So much came, out of that. */
void reading_came(struct reading *r, size_t size, size_t n);

/* libssh gives back the end of a buffer: how much that is in truth. */
uint32_t reading_unused(struct reading *r, const void *buffer, uint32_t count);

#endif
