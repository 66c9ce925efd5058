/*
 * ssh_bytes.h - reading what SSH writes: bytes, numbers, counted texts.
 *
 * The encoding is that of RFC 4251, section 5.  An error sticks: what is read
 * after it is zero or empty, and is_bad says so at the end.
 */
#ifndef ATOLL_SESSION_TRANSPORT_SSH_BYTES_H
#define ATOLL_SESSION_TRANSPORT_SSH_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wire {
	const uint8_t *at; /* not owned */
	size_t left;
	bool is_bad;
};

uint8_t wire_u8(struct wire *w);
uint32_t wire_u32(struct wire *w);

/* A counted text; it points into what is read. */
struct wire wire_text(struct wire *w);

/* Has it a NUL?  libssh would take what stands before that for all of it. */
bool wire_has_nul(const struct wire *text);

/* Is this text, all of it, those bytes? */
bool wire_is(const struct wire *text, const char *word);

#endif
