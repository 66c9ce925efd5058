/*
 * paint.h - the bytes that bring a client's terminal to what a screen is.
 */
#ifndef ATOLL_SCREEN_PAINT_H
#define ATOLL_SCREEN_PAINT_H

#include <stddef.h>

#include "gateway/screen/screen.h"

/*
 * Where a line of text may be put into a painting, over its top row (or the last
 * one, when the cursor is in the top row): bytes of that line that leave the modes
 * as they are go between those before at and those from at on.  The bytes from
 * under on paint what is under it; who has put nothing over it may leave them out.
 * 0 and 0: there is no place.
 */
struct paint_note {
	size_t at, under;
};

/*
 * Paint for a window of that size: what it shows is scrolled away, then both
 * screens, cursor, region, modes and title are as the program left them.  Of a
 * screen that is larger the part with the cursor is painted.  Where colours
 * would not fit in room it is done without.  s is of no use afterwards.
 *
 * Returns the length, 0 when not even the text fits.
 */
size_t paint(struct screen *s, unsigned rows, unsigned cols, char *to,
    size_t room, struct paint_note *note);

#endif
