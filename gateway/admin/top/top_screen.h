/*
 * top_screen.h - the terminal that atoll top fills, by way of ncurses.
 *
 * Process: atoll, atoll-staff.  What is written must be safe for a terminal already.
 */
#ifndef ATOLL_ADMIN_TOP_TOP_SCREEN_H
#define ATOLL_ADMIN_TOP_TOP_SCREEN_H

#include <stdbool.h>

#include "gateway/base/err.h"

enum screen_look { LOOK_PLAIN, LOOK_BOLD, LOOK_REVERSE };

/* Above every byte that can be typed. */
enum screen_key {
	SCREEN_NO_KEY = -1,
	SCREEN_UP = 0x1000,
	SCREEN_DOWN,
	SCREEN_PAGE_UP,
	SCREEN_PAGE_DOWN,
	SCREEN_FIRST,
	SCREEN_LAST,
	SCREEN_ERASE,
	SCREEN_OTHER
};

/* Are standard input and output a terminal on which a cursor can be moved? */
bool screen_is_able(void);

int screen_open(struct err *e);
void screen_close(void);

/* Another program has the terminal meanwhile. */
void screen_leave(void);
void screen_return(void);

/* It has another size. */
void screen_resized(void);
unsigned screen_rows(void);
unsigned screen_columns(void);

/* All rows are empty; then some have a text; then it is shown. */
void screen_begin(void);
void screen_put(unsigned row, const char *text, enum screen_look look);
void screen_end(void);

/* The next byte or enum screen_key that was typed; does not wait. */
int screen_key(void);

#endif
