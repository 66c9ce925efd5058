/*
 * paint.h - the bytes that bring a client's terminal to what a screen is.
 */
#ifndef ATOLL_INIT_PAINT_H
#define ATOLL_INIT_PAINT_H

#include <stddef.h>

#include "sandbox/init/screen.h"

/*
 * Paint for a window of that size: what it shows is scrolled away, then both
 * screens, cursor, region, modes and title are as the program left them.  Of a
 * screen that is larger the part with the cursor is painted.  Where colours
 * would not fit in room it is done without.  s is of no use afterwards.
 *
 * Returns the length, 0 when not even the text fits.
 */
size_t paint(struct screen *s, unsigned rows, unsigned cols, char *to,
    size_t room);

#endif
