/*
 * screen.h - a terminal without glass: what stands on both its screens.
 *
 * It is libtsm behind the filter of terminal bytes, which knows modes and title.
 * Only ever used in a process that may be lost, see snapshot.h: what comes in is
 * a student's, and libtsm is not ours.
 */
#ifndef ATOLL_SCREEN_SCREEN_H
#define ATOLL_SCREEN_SCREEN_H

#include <libtsm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/base/terminal_filter.h"
#include "gateway/screen/cluster.h"
#include "gateway/screen/rare_ink.h"

/* What is smaller or larger is cut to these.  In one column libtsm writes beyond
 * its cells when it inserts a wide character. */
#define SCREEN_COLS_MIN 2
#define SCREEN_ROWS_MAX 300
#define SCREEN_COLS_MAX 600

struct screen_place {
	unsigned row, col; /* from 0; col == cols: the next character wraps */
};

struct screen {
	struct tsm_screen *cells;
	struct tsm_vte *vte;
	struct terminal_filter filter;
	struct clusters clusters;
	unsigned rows, cols;
	/* On the primary screen, when the alternate one was switched to. */
	struct screen_place primary;
	/* The last character, which marks may follow. */
	char held[CLUSTER_BYTES];
	size_t held_length;
	struct rare_ink rare;
};

/* NULL without memory. */
struct screen *screen_new(unsigned rows, unsigned cols);
void screen_free(struct screen *s);

/* What a program printed. */
void screen_feed(struct screen *s, const uint8_t *bytes, size_t n);

/* As when the window's size was changed.  -1 without memory. */
int screen_resize(struct screen *s, unsigned rows, unsigned cols);

/* Where the cursor is. */
struct screen_place screen_cursor(const struct screen *s);

/* Feed a sequence of ours: past the filter, to libtsm itself. */
void screen_command(struct screen *s, const char *sequence);

#endif
