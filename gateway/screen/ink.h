/*
 * ink.h - the colours of a cell and how it is written, and the SGR that says so.
 */
#ifndef ATOLL_SCREEN_INK_H
#define ATOLL_SCREEN_INK_H

#include <libtsm.h>
#include <stdbool.h>
#include <stddef.h>

/* Bits of ink.flags. */
enum ink_flag {
	INK_BOLD = 1 << 0,
	INK_ITALIC = 1 << 1,
	INK_UNDERLINE = 1 << 2,
	INK_BLINK = 1 << 3,
	INK_INVERSE = 1 << 4,
	INK_FAINT = 1 << 5,
	INK_CONCEALED = 1 << 6,
	INK_STRUCK = 1 << 7
};

#define INK_DEFAULT (-1)
#define INK_RGB	    (1 << 24) /* beside the three bytes */

struct ink {
	int front, back; /* of the palette, or INK_RGB, or INK_DEFAULT */
	unsigned flags;
};

/* That of SGR 0. */
extern const struct ink ink_none;

/* Of the emulator's cell.  Where nothing stands there is only the background to
 * be seen. */
struct ink ink_of(const struct tsm_screen_attr *a, bool is_erased);

/* Of rare_ink.h's bits. */
unsigned ink_flags_of_rare(unsigned rare);

bool ink_is_same(struct ink a, struct ink b);

/* Does a space that is written with it look as one that was never written? */
bool ink_is_blank(struct ink ink);

/* The SGR from one to another, which is not the same: what changes, or all of it
 * anew where something ends.  With a NUL; returns the length. */
#define INK_BYTES 128
size_t ink_change(struct ink from, struct ink to, char text[INK_BYTES]);

#endif
