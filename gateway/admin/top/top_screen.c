/*
 * top_screen.c - the terminal that atoll top fills, by way of ncurses.
 *
 * ncurses would have handlers for signals; here they are blocked, and the caller reads
 * them as descriptors.
 */
#include "gateway/admin/top/top_screen.h"

#include <curses.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <unistd.h>

#define ESC_WAIT_MS 25 /* for the rest of what a key sends */

/* For one name of a terminal, as a cursor's place is no string of "dumb". */
static bool
has_cursor(const char *term)
{
	const char *place;
	bool has;
	int status;

	if (setupterm(term, STDOUT_FILENO, &status) == ERR)
		return false;
	place = tigetstr("cup");
	has = place != NULL && place != (const char *)-1;
	del_curterm(cur_term);
	return has;
}

bool
screen_is_able(void)
{
	const char *term = getenv("TERM");

	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term != NULL &&
	       term[0] != '\0' && has_cursor(term);
}

/* A jailed caller has set one already, and can load no other. */
static void
set_locale(void)
{
	const char *now = setlocale(LC_CTYPE, NULL);

	if (now != NULL && strcmp(now, "C") == 0)
		setlocale(LC_CTYPE, "");
}

int
screen_open(struct err *e)
{
	set_locale();
	if (newterm(NULL, stdout, stdin) == NULL)
		return err_set(e, 0, "this terminal cannot be used");
	set_escdelay(ESC_WAIT_MS);
	raw();
	noecho();
	nonl();
	keypad(stdscr, true);
	nodelay(stdscr, true);
	curs_set(0);
	return 0;
}

void
screen_close(void)
{
	endwin();
}

void
screen_leave(void)
{
	erase();
	refresh();
	endwin();
}

void
screen_return(void)
{
	screen_resized();
	clearok(stdscr, true);
}

void
screen_resized(void)
{
	struct winsize size = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 &&
	    size.ws_col > 0)
		resizeterm(size.ws_row, size.ws_col);
}

unsigned
screen_rows(void)
{
	return (unsigned)getmaxy(stdscr);
}

unsigned
screen_columns(void)
{
	return (unsigned)getmaxx(stdscr);
}

void
screen_begin(void)
{
	erase();
}

/* For a terminal that is said to know ASCII alone: a ? for each other character. */
static void
put_ascii(const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte < 0x80)
			addch(byte);
		else if ((byte & 0xc0) != 0x80)
			addch('?');
	}
}

void
screen_put(unsigned row, const char *text, enum screen_look look)
{
	static const attr_t looks[] = { [LOOK_PLAIN] = A_NORMAL,
		[LOOK_BOLD] = A_BOLD,
		[LOOK_REVERSE] = A_REVERSE };

	if (move((int)row, 0) == ERR)
		return;
	attrset((int)looks[look]);
	if (MB_CUR_MAX > 1)
		addstr(text);
	else
		put_ascii(text);
	if (look == LOOK_REVERSE && getcurx(stdscr) > 0)
		chgat(-1, A_REVERSE, 0, NULL);
	attrset(A_NORMAL);
}

void
screen_end(void)
{
	refresh();
}

int
screen_key(void)
{
	int key;

	/* resizeterm(3) puts a key of its own before those that were typed. */
	do
		key = getch();
	while (key == KEY_RESIZE);
	switch (key) {
	case ERR:
		return SCREEN_NO_KEY;
	case KEY_UP:
		return SCREEN_UP;
	case KEY_DOWN:
		return SCREEN_DOWN;
	case KEY_PPAGE:
		return SCREEN_PAGE_UP;
	case KEY_NPAGE:
		return SCREEN_PAGE_DOWN;
	case KEY_HOME:
		return SCREEN_FIRST;
	case KEY_END:
		return SCREEN_LAST;
	case KEY_BACKSPACE:
	case KEY_DC:
		return SCREEN_ERASE;
	case KEY_ENTER:
		return '\r';
	default:
		return key > 0xff ? SCREEN_OTHER : key;
	}
}
