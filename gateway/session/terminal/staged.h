/*
 * staged.h - the room's screen, as it is drawn on a student's terminal.
 *
 * It comes as views of all of it (gateway/base/watching.h), whatever the window's size.
 * They are drawn on the alternate screen, row by row where something has changed, and
 * the last row says how to leave; a window that is too small shows the part with the
 * cursor.  What was on the student's screen stands there again afterwards.
 *
 * Pure, but for the file of a view; milliseconds are of clock_ms().
 */
#ifndef ATOLL_SESSION_TERMINAL_STAGED_H
#define ATOLL_SESSION_TERMINAL_STAGED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STAGE_LABEL_SIZE 128

/* All zero, but fd -1: none is shown. */
struct staged {
	bool is_on;
	int fd;		     /* owned; where views come from, -1: nowhere now */
	bool has_left;	     /* the monitor is to be told */
	bool is_dirty;	     /* something is to be drawn */
	bool is_begun;	     /* the other screen is there, */
	bool is_blank;	     /* and nothing on it yet */
	unsigned rows, cols; /* of the screen that is shown */
	char *view;	     /* owned; the last one, NULL: none yet */
	char *drawn;	     /* owned; what stands there; may be the same */
	char label[STAGE_LABEL_SIZE];
	char *said;	  /* owned; notices for the time after, or NULL */
	const char *note; /* the last of them, in that; or NULL */
	int64_t note_ends_ms;
};

/* Bytes for the terminal, which are the caller's to free; NULL: none. */
struct staged_bytes {
	char *at;
	size_t n;
};

/* It is shown from now on; fd is taken. */
void staged_begin(struct staged *s, int fd, const char *label);

/* Take a packet from its socket, with a descriptor or -1, which stays the caller's.
 * False: it is no packet of views. */
bool staged_take(struct staged *s, const uint8_t *packet, size_t n, int fd);

/* The window has another size: all is drawn again. */
void staged_resized(struct staged *s);

/* A notice: it stands in the last row for a while, and is in said. */
void staged_say(struct staged *s, const char *text, int64_t now_ms);

/* What draws what has changed, in a window of that size. */
struct staged_bytes staged_draw(struct staged *s, unsigned rows, unsigned cols,
    int64_t now_ms);

/* Milliseconds until a note goes; -1: none stands there. */
int staged_timeout(const struct staged *s, int64_t now_ms);

/* Is it left by one of these keys? */
bool staged_is_left_by(const char *keys, size_t n);

/* What brings the student's screen back. */
extern const char staged_over[];

/* Nothing is shown any more. */
void staged_drop(struct staged *s);

#endif
