/*
 * note.h - a line over one row of a terminal, which goes again.
 *
 * Whoever comes back to a terminal is told so in its top row, for two seconds:
 * before the picture nobody would see it, and after it it would spoil the screen.
 * What is under it is painted again when the time is over, a key is typed, or the
 * program prints: nothing comes between the two, so all is as it was.
 *
 * Pure, but for the clock.
 */
#ifndef ATOLL_SESSION_TERMINAL_NOTE_H
#define ATOLL_SESSION_TERMINAL_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero: none. */
struct note {
	char *
	    under; /* owned: what paints the row as it is; NULL: none is shown */
	size_t length;
	int64_t ends_ms; /* of clock_ms() */
};

/* The line is there: keep what is to be painted when it goes.  False without
 * memory: it is not shown then. */
bool note_keep(struct note *n, const char *under, size_t length);

/* As wide as a window of so many columns at most (0: not known), in reverse;
 * returns the length, below NOTE_BYTES. */
#define NOTE_BYTES 512
size_t note_write(const char *text, uint32_t cols, char to[NOTE_BYTES]);

/* It is to go now, as soon as it can. */
void note_hurry(struct note *n);

/* Milliseconds until it goes, for poll(2); -1: none is shown. */
int note_timeout(const struct note *n);

void note_drop(struct note *n);

#endif
