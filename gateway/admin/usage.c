/* usage.c - what atoll prints for --help, and after a wrong command line. */
#include "gateway/admin/usage.h"

#include <string.h>

#define LEFT 24 /* columns; what is longer has a line of its own */

#define TAKERS_SIZE 80

static void
print_entry(FILE *out, const char *left, const char *right)
{
	if (strlen(left) <= LEFT)
		fprintf(out, "  %-*s  %s\n", LEFT, left, right);
	else
		fprintf(out, "  %s\n  %-*s  %s\n", left, LEFT, "", right);
}

static void
print_commands(FILE *out, const struct family *f)
{
	char left[80];

	for (size_t i = 0; i < f->count; i++) {
		const struct command *c = &f->commands[i];

		snprintf(left, sizeof(left), "%s%s%s", c->name,
		    c->argument[0] == '\0' ? "" : " ", c->argument);
		print_entry(out, left, c->does);
	}
}

/* The families that the first word may name, beside the commands without one. */
static void
print_families(FILE *out)
{
	for (size_t i = 1; i < FAMILIES; i++) {
		char left[40], right[80];

		snprintf(left, sizeof(left), "%s COMMAND", families[i]->name);
		snprintf(right, sizeof(right), "%s: 'atoll %s --help'",
		    families[i]->does, families[i]->name);
		print_entry(out, left, right);
	}
}

/* How many commands of the family take an option; and " (add, import)", or ""
 * where all of them do. */
static size_t
find_takers(const struct family *f, const struct command_option *o,
    char to[TAKERS_SIZE])
{
	size_t count = 0, at = 0;

	to[0] = '\0';
	if (strchr(COMMAND_EVERYWHERE, o->letter) != NULL)
		return f->count;
	for (size_t i = 0; i < f->count; i++) {
		if (strchr(f->commands[i].options, o->letter) == NULL)
			continue;
		if (at < TAKERS_SIZE)
			at +=
			    (size_t)snprintf(to + at, TAKERS_SIZE - at, "%s%s",
				count == 0 ? " (" : ", ", f->commands[i].name);
		count++;
	}
	if (count == f->count)
		to[0] = '\0';
	else if (count > 0 && at < TAKERS_SIZE)
		snprintf(to + at, TAKERS_SIZE - at, ")");
	return count;
}

static void
print_options(FILE *out, const struct family *f)
{
	for (size_t i = 0; i < COMMAND_OPTIONS; i++) {
		const struct command_option *o = &command_options[i];
		char takers[TAKERS_SIZE], left[64], right[160];

		if (find_takers(f, o, takers) == 0 ||
		    (f == staff_family() &&
			strchr(COMMAND_NOT_STAFF, o->letter) != NULL))
			continue;
		snprintf(left, sizeof(left), "--%s%s%s", o->name,
		    o->argument == NULL ? "" : " ",
		    o->argument == NULL ? "" : o->argument);
		snprintf(right, sizeof(right), "%s%s", o->does, takers);
		print_entry(out, left, right);
	}
}

void
usage(FILE *out, const struct family *f)
{
	fprintf(out, "usage: atoll %s%s%sCOMMAND ...\n",
	    f == staff_family() ? "" : "[-s SOCKET | -c FILE] ", f->name,
	    f->name[0] == '\0' ? "" : " ");
	fputs("\ncommands:\n", out);
	print_commands(out, f);
	if (f == families[0])
		print_families(out);
	fputs("\noptions:\n", out);
	print_options(out, f);
}
