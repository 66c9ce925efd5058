/* menu.c - choose one of several labs on a terminal of any kind. */
#include "gateway/session/menu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROMPT	  "Which one? "
#define CTRL(key) ((key) - '@')
#define DELETE	  0x7f

bool
menu_add(struct menu *m, const char *name, const char *title)
{
	struct menu_lab *lab = &m->labs[m->count];
	size_t n = 0;

	if (m->count == MENU_MAX)
		return false;
	snprintf(lab->name, sizeof(lab->name), "%s", name);
	for (; title[n] != '\0' && n < sizeof(lab->title) - 1; n++) {
		unsigned char byte = (unsigned char)title[n];

		lab->title[n] = byte < 0x20 || byte == DELETE ? '?' : title[n];
	}
	/* Not in the middle of a UTF-8 character. */
	while (n > 0 && title[n] != '\0' &&
	       ((unsigned char)title[n] & 0xc0) == 0x80)
		n--;
	lab->title[n] = '\0';
	m->count++;
	return true;
}

/* A blank line, a head, the labs, and the prompt. */
unsigned
menu_rows(const struct menu *m)
{
	return m->count + 2;
}

size_t
menu_row(const struct menu *m, unsigned row, char *to, size_t size)
{
	int n;

	if (row == 0)
		n = snprintf(to, size,
		    "\r\nThese labs are open to you;"
		    " answer with a number or a name, q to leave.\r\n\r\n");
	else if (row == m->count + 1)
		n = snprintf(to, size, "\r\n" PROMPT);
	else
		n = snprintf(to, size, "%4u  %-12s  %.*s\r\n", row,
		    m->labs[row - 1].name, MENU_TITLE_SIZE - 1,
		    m->labs[row - 1].title);
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
	if (end == text || *end != '\0' || number == 0 || number > m->count)
		return false;
	*chosen = (unsigned)number - 1;
	return true;
}

/* The line is complete: blanks around the answer are nobody's meaning. */
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
	if (strcmp(text, "q") == 0 || strcmp(text, "quit") == 0 ||
	    strcmp(text, "exit") == 0)
		return MENU_LEFT;
	if (*text == '\0')
		snprintf(echo, MENU_ECHO_SIZE, "\r\n" PROMPT);
	else
		snprintf(echo, MENU_ECHO_SIZE,
		    "\r\nThere is no lab %s here.\r\n" PROMPT, text);
	return MENU_MORE;
}

static void
erase(struct menu *m, char echo[MENU_ECHO_SIZE])
{
	if (m->length == 0)
		return;
	m->length--;
	strcpy(echo, "\b \b");
}

static void
erase_all(struct menu *m, char echo[MENU_ECHO_SIZE])
{
	while (m->length > 0) {
		strcpy(echo, "\b \b");
		echo += strlen(echo);
		m->length--;
	}
}

static void
add(struct menu *m, unsigned char key, char echo[MENU_ECHO_SIZE])
{
	if (key < ' ' || key > '~' || m->length == sizeof(m->line) - 1)
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
