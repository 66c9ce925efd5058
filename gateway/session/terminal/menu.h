/*
 * menu.h - choose one of several labs on a terminal of any kind.
 *
 * Pure: keys in, text out.  Lines of at most 80 columns, no escape sequences.
 */
#ifndef ATOLL_SESSION_TERMINAL_MENU_H
#define ATOLL_SESSION_TERMINAL_MENU_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/wire/msg.h"

#define MENU_MAX	100
#define MENU_TITLE_SIZE 256
#define MENU_STATE_SIZE 160
#define MENU_ROW_SIZE	512
#define MENU_LINE_SIZE	512 /* a command of staff's with a text to be said */
#define MENU_ECHO_SIZE	(3 * MENU_LINE_SIZE + 64)

struct menu_lab {
	char name[NAME_SIZE];
	char title[MENU_TITLE_SIZE];
	char state[MENU_STATE_SIZE]; /* a line below the title, or empty */
};

struct menu {
	struct menu_lab labs[MENU_MAX]; /* those with a number, then the rest */
	unsigned count, visible;
	int width;		   /* of the longest name with a number */
	unsigned staff_count;	   /* labs that one is staff of, */
	char staff[NAME_SIZE];	   /* and the first of them */
	char line[MENU_LINE_SIZE]; /* typed so far */
	size_t length;
	bool after_cr; /* a newline now belongs to the CR before it */
};

enum menu_key {
	MENU_MORE,
	MENU_CHOSEN,
	MENU_COMMAND, /* of staff's: it is menu.line */
	MENU_LEFT,
};

/* False when the menu is full.  Hidden labs come last: they have no row, and a
 * student who knows the name may type it. */
bool menu_add(struct menu *m, const struct msg_lab *lab);

/* What stands before the answer. */
extern const char menu_prompt[];

/* One entry of the menu, for row 0 .. menu_rows() - 1; returns its length. */
unsigned menu_rows(const struct menu *m);
size_t menu_row(const struct menu *m, unsigned row, char *to, size_t size);

/* One byte from the keyboard.  What the terminal shall show for it is put in
 * echo; with MENU_CHOSEN *chosen is the index of the lab. */
enum menu_key menu_type(struct menu *m, unsigned char key,
    char echo[MENU_ECHO_SIZE], unsigned *chosen);

#endif
