/*
 * view.h - the rows of a screen as text, for a window of another size.
 *
 * The terminal of whoever watches a screen that is larger or smaller than it cannot be
 * brought to the same state.  It is shown the part with the cursor, row by row: so
 * whoever shows it writes the rows that have changed, and nothing of modes, region and
 * tabs matters.
 */
#ifndef ATOLL_SCREEN_VIEW_H
#define ATOLL_SCREEN_VIEW_H

#include <stddef.h>

#include "gateway/screen/screen.h"

/*
 * Lines, each with its LF.  The first has five numbers: row and column of the
 * screen that is the first of the view, row and column of the cursor in the view,
 * and those modes which are of use to whoever types (VIEW_MODES).  Then the rows of the view, as many as fit, each of
 * text and SGR that begins with none, and CUF over cells that are blank: what is over its
 * end is to be blank, too.
 *
 * Where colours would not fit in room it is done without.  s is of no use afterwards.
 * Returns the length, 0 when not even the text fits.
 */
#define VIEW_MODES                                                             \
	(TERMINAL_CURSOR | TERMINAL_CURSOR_KEYS | TERMINAL_KEYPAD |            \
	    TERMINAL_PASTE)

size_t view_paint(struct screen *s, unsigned rows, unsigned cols, char *to,
    size_t room);

#endif
