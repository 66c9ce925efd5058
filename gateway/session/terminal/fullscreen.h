/*
 * fullscreen.h - does a program have the whole screen, and may something be put
 * between two of its bytes?
 *
 * It has the screen while the terminal shows its alternate one, as vim, less and tmux
 * ask for.  Not in the middle of an escape sequence or of a character may anything
 * be printed that is not the program's.
 *
 * Pure.
 */
#ifndef ATOLL_SESSION_TERMINAL_FULLSCREEN_H
#define ATOLL_SESSION_TERMINAL_FULLSCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero: a terminal that was just switched on. */
struct fullscreen {
	bool is_on;
	uint8_t state;	   /* enum in fullscreen.c */
	bool is_private;   /* of the sequence that comes, as what follows */
	bool names_screen; /* one of its numbers is that mode's */
	uint16_t number;
	uint8_t bytes_left; /* of the character that comes */
};

/* The program has printed that. */
void fullscreen_take(struct fullscreen *f, const char *bytes, size_t n);

bool fullscreen_is_between(const struct fullscreen *f);

#endif
