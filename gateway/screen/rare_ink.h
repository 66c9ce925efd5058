/*
 * rare_ink.h - faint, concealed and struck out: what the emulator's cells have no
 * room for.
 *
 * Such a character goes in as a cluster (cluster.h) whose text begins with a byte
 * that says how it is written, which no character begins with.
 *
 * Pure.
 */
#ifndef ATOLL_SCREEN_RARE_INK_H
#define ATOLL_SCREEN_RARE_INK_H

#include <stdbool.h>
#include <stddef.h>

/* Bits of that byte. */
enum rare_ink_flag {
	RARE_INK_FAINT = 1 << 0,
	RARE_INK_CONCEALED = 1 << 1,
	RARE_INK_STRUCK = 1 << 2,
	RARE_INK_END = 1 << 3
};

/* All zero: none. */
struct rare_ink {
	unsigned now;	   /* what is written next */
	unsigned saved[2]; /* with the cursor, of each screen */
};

/* A sequence that the filter let through, with its ESC; is_alternate: the screen
 * that it came to. */
void rare_ink_sequence(struct rare_ink *r, const char *bytes, size_t n,
    bool is_alternate);

/* That of a cluster's text, whose first byte is then no part of it; 0: it has
 * none. */
unsigned rare_ink_of(const char *cluster);

#endif
