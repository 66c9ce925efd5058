/* menu.c - choose one of several labs on a terminal of any kind. */
#include "gateway/session/terminal/menu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/width.h"

#define PROMPT	  "Which one? "
#define COMMAND	  "atoll" /* the first word of staff's commands */
#define COLUMNS	  80
#define INDENT	  6 /* a number, and the blanks around it */
#define GAP	  2
#define CTRL(key) ((key) - '@')
#define DELETE	  0x7f

const char menu_prompt[] = PROMPT;

bool
menu_add(struct menu *m, const struct msg_lab *from)
{
	struct menu_lab *lab = &m->labs[m->count];
	int width = (int)strlen(from->lab);

	if (m->count == MENU_MAX)
		return false;
	memcpy(lab->name, from->lab, sizeof(lab->name));
	width_copy(lab->title, sizeof(lab->title), from->title, TEXT_SIZE);
	width_copy(lab->state, sizeof(lab->state), from->state,
	    COLUMNS - INDENT);
	m->count++;
	if (from->is_staff && m->staff_count++ == 0)
		memcpy(m->staff, from->lab, sizeof(m->staff));
	if (from->hidden)
		return true;
	m->visible = m->count;
	if (width > m->width)
		m->width = width;
	return true;
}

/* A blank line, a head, the labs, and what is below them with the prompt. */
unsigned
menu_rows(const struct menu *m)
{
	return m->visible + 2;
}

/* What staff may do here beside entering a lab. */
static int
last_row(const struct menu *m, char *to, size_t size)
{
	char more[32] = "";

	if (m->staff_count == 0)
		return snprintf(to, size, "\r\n" PROMPT);
	if (m->staff_count > 1)
		snprintf(more, sizeof(more), " and %u more",
		    m->staff_count - 1);
	return snprintf(to, size,
	    "\r\nYou are staff of %s%s."
	    "\r\nCommands of staff can be typed here, too:"
	    " 'atoll --help' lists them.\r\n\r\n" PROMPT,
	    m->staff, more);
}

/*
 * "   1  c-intro  First steps in C", and how it stands on a line of its own: no
 * table to be looked at, so that it makes sense when it is read aloud.
 */
static int
lab_row(const struct menu *m, unsigned row, char *to, size_t size)
{
	const struct menu_lab *lab = &m->labs[row - 1];
	char title[MENU_TITLE_SIZE];

	width_copy(title, sizeof(title), lab->title,
	    (unsigned)(COLUMNS - INDENT - GAP - m->width));
	return snprintf(to, size, "%4u  %-*s  %s\r\n%s%s%s", row, m->width,
	    lab->name, title, lab->state[0] == '\0' ? "" : "      ", lab->state,
	    lab->state[0] == '\0' ? "" : "\r\n");
}

size_t
menu_row(const struct menu *m, unsigned row, char *to, size_t size)
{
	int n;

	if (row == 0)
		n = snprintf(to, size,
		    "\r\nThese labs are open to you;"
		    " answer with a number or a name, q to leave.\r\n\r\n");
	else if (row == m->visible + 1)
		n = last_row(m, to, size);
	else
		n = lab_row(m, row, to, size);
	return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

static bool
find(const struct menu *m, const char *text, unsigned *chosen)
{
	char *end;
	unsigned long number;

	for (unsigned i = 0; i < m->count; i++) {
		if (strcmp(m->labs[i].name, text) == 0) {
			*chosen = i;
			return true;
		}
	}
	number = strtoul(text, &end, 10);
	if (end == text || *end != '\0' || number == 0 || number > m->visible)
		return false;
	*chosen = (unsigned)number - 1;
	return true;
}

static bool
is_command(const struct menu *m, const char *text)
{
	size_t n = strlen(COMMAND);

	return m->staff_count > 0 && strncmp(text, COMMAND, n) == 0 &&
	       (text[n] == '\0' || text[n] == ' ');
}

/* The line is complete.  Blanks around the answer mean nothing. */
static enum menu_key
enter(struct menu *m, char echo[MENU_ECHO_SIZE], unsigned *chosen)
{
	char *text = m->line;

	m->line[m->length] = '\0';
	while (m->length > 0 && m->line[m->length - 1] == ' ')
		m->line[--m->length] = '\0';
	text += strspn(text, " ");
	m->length = 0;
	strcpy(echo, "\r\n");
	if (find(m, text, chosen))
		return MENU_CHOSEN;
	if (is_command(m, text)) {
		memmove(m->line, text, strlen(text) + 1);
		return MENU_COMMAND;
	}
	if (strcmp(text, "q") == 0 || strcmp(text, "quit") == 0 ||
	    strcmp(text, "exit") == 0)
		return MENU_LEFT;
	if (*text == '\0')
		snprintf(echo, MENU_ECHO_SIZE, "\r\n" PROMPT);
	else
		snprintf(echo, MENU_ECHO_SIZE,
		    "\r\nThere is no lab %.80s here.\r\n" PROMPT, text);
	return MENU_MORE;
}

static bool
is_more(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

static void
erase(struct menu *m, char echo[MENU_ECHO_SIZE])
{
	/* All bytes of a character. */
	while (m->length > 0 && is_more(m->line[m->length - 1]))
		m->length--;
	if (m->length == 0)
		return;
	m->length--;
	strcpy(echo, "\b \b");
}

static void
erase_all(struct menu *m, char echo[MENU_ECHO_SIZE])
{
	while (m->length > 0) {
		erase(m, echo);
		echo += strlen(echo);
	}
}

static void
add(struct menu *m, unsigned char key, char echo[MENU_ECHO_SIZE])
{
	bool is_text = m->staff_count > 0 && key >= 0x80;

	if (((key < ' ' || key > '~') && !is_text) ||
	    m->length == sizeof(m->line) - 1)
		return;
	m->line[m->length++] = (char)key;
	echo[0] = (char)key;
	echo[1] = '\0';
}

enum menu_key
menu_type(struct menu *m, unsigned char key, char echo[MENU_ECHO_SIZE],
    unsigned *chosen)
{
	bool after_cr = m->after_cr;

	echo[0] = '\0';
	m->after_cr = key == '\r';
	switch (key) {
	case '\n':
		return after_cr ? MENU_MORE : enter(m, echo, chosen);
	case '\r':
		return enter(m, echo, chosen);
	case CTRL('C'):
		strcpy(echo, "\r\n");
		return MENU_LEFT;
	case CTRL('D'):
		if (m->length > 0)
			return MENU_MORE;
		strcpy(echo, "\r\n");
		return MENU_LEFT;
	case CTRL('H'):
	case DELETE:
		erase(m, echo);
		return MENU_MORE;
	case CTRL('U'):
		erase_all(m, echo);
		return MENU_MORE;
	default:
		add(m, key, echo);
		return MENU_MORE;
	}
}
