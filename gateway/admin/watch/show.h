/*
 * show.h - another terminal on one's own.		Process: atoll, staff.
 *
 * Whatever comes passes terminal_filter.h here, too, so that nothing which a student
 * prints, and no fault of what it has passed before, makes this terminal answer, or
 * reaches its title and clipboard.
 */
#ifndef ATOLL_ADMIN_WATCH_SHOW_H
#define ATOLL_ADMIN_WATCH_SHOW_H

#include <stdint.h>

#include "gateway/admin/watch/glass.h"
#include "gateway/base/terminal_filter.h"
#include "gateway/base/watching.h"

#define SHOW_ROWS_MAX 1000
#define SHOW_LINE_MAX 256

/* What is on the glass. */
enum show_what { SHOW_NOTHING, SHOW_PICTURE, SHOW_VIEW };

struct show {
	struct glass *glass;
	const char *key, *label; /* which one leaves, and what is watched */
	enum show_what what;
	struct terminal_filter filter; /* of the output after a picture */
	unsigned rows, cols;	       /* of the terminal */
	char *row[SHOW_ROWS_MAX];      /* owned; of the view; NULL: not known */
	/* A line over a picture's row, and what paints that row; owned. */
	char *under;
	size_t under_length;
	int64_t note_ends_ms;
	bool is_told; /* the line was shown once */
};

void show_begin(struct show *s, struct glass *g, const char *key,
    const char *label);

/* A frame, and the descriptor of its packet, or -1. */
void show_frame(struct show *s, const struct tap_frame *f, int fd);

/* Is the line over the picture still there, for how many milliseconds?  -1: no.  While
 * it is nothing more is to be shown. */
int show_note_timeout(const struct show *s);
void show_note_over(struct show *s);

/* A line for whoever watches, in the last row, until something is shown again. */
void show_line(struct show *s, const char *text);

/* The window has another size. */
void show_resized(struct show *s);

/* The terminal is as it was before, with the cursor in an empty row. */
void show_end(struct show *s);

#endif
