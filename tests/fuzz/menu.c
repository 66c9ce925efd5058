/*
 * menu.c - a student's keys at the menu of labs.
 *
 * Input: count of labs, a title of up to 80 bytes and a NUL, the keys.
 */
#include "gateway/session/terminal/menu.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

static void
fill(struct menu *m, unsigned count, const char *title)
{
	struct msg_lab lab = { 0 };

	strcpy(lab.title, title);
	strcpy(lab.state, title);
	for (unsigned i = 0; i < count; i++) {
		snprintf(lab.lab, sizeof(lab.lab), "lab%u", i);
		MUST(menu_add(m, &lab) == (i < MENU_MAX));
	}
}

/* What goes to a terminal holds nothing that a terminal obeys. */
static void
check_rows(const struct menu *m)
{
	char row[MENU_ROW_SIZE];

	for (unsigned i = 0; i < menu_rows(m); i++) {
		size_t n = menu_row(m, i, row, sizeof(row));

		MUST(n < sizeof(row) && strlen(row) == n);
		for (size_t k = 0; k < n; k++)
			MUST((unsigned char)row[k] >= ' ' || row[k] == '\r' ||
			     row[k] == '\n');
	}
}

static void
check_echo(const char *echo)
{
	MUST(strlen(echo) < MENU_ECHO_SIZE);
	for (; *echo != '\0'; echo++)
		MUST((*echo >= ' ' && *echo <= '~') || *echo == '\r' ||
		     *echo == '\n' || *echo == '\b');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct menu *m = calloc(1, sizeof(*m));
	char title[81] = "", echo[MENU_ECHO_SIZE];
	size_t at = 1, n = 0;

	MUST(m != NULL);
	for (; at < size && data[at] != '\0' && n < sizeof(title) - 1; at++)
		title[n++] = (char)data[at];
	fill(m, size == 0 ? 0 : data[0], title);
	check_rows(m);
	for (at++; at < size; at++) {
		unsigned chosen = UINT32_MAX;
		enum menu_key got = menu_type(m, data[at], echo, &chosen);

		check_echo(echo);
		MUST(m->length < sizeof(m->line));
		if (got == MENU_CHOSEN)
			MUST(chosen < m->count);
	}
	free(m);
	return 0;
}
