/*
 * ssh_bytes.h - reading and writing what SSH writes: bytes, numbers, counted
 * texts.  Pure.
 *
 * The encoding is that of RFC 4251, section 5.  An error sticks: what is read
 * after it is zero or empty, and is_bad says so at the end.
 */
#ifndef ATOLL_BASE_SSH_BYTES_H
#define ATOLL_BASE_SSH_BYTES_H

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

/* A positive number (mpint) without the zeros before it; one that is negative is
 * bad. */
struct wire wire_number(struct wire *w);

/* What is written, into room of the caller's.  An error sticks here, too. */
struct wire_out {
	uint8_t *at; /* not owned */
	size_t used, size;
	bool is_bad; /* there was no room */
};

void wire_put_u8(struct wire_out *w, uint8_t byte);
void wire_put_u32(struct wire_out *w, uint32_t number);

/* A counted text. */
void wire_put_text(struct wire_out *w, const void *bytes, size_t n);
void wire_put_word(struct wire_out *w, const char *word);

/* A positive number, from its bytes. */
void wire_put_number(struct wire_out *w, const uint8_t *bytes, size_t n);

#endif
