/*
 * options.c - prints the option tables, for the tables of atoll.conf(5).
 *
 * One option a line, with tabs between: the group that it stands in, its name,
 * what it takes, its default, and "restart" when a reload cannot change it.
 * tests/lint/tables reads this.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "gateway/config/config_table.h"
#include "gateway/config/unit.h"

static const char *const types[] = {
	[OPTION_INT] = "number",
	[OPTION_BOOL] = "true or false",
	[OPTION_SIZE] = "size",
	[OPTION_TIME] = "time",
	[OPTION_CPUS] = "number",
	[OPTION_TEXT] = "text",
	[OPTION_NAME] = "name",
	[OPTION_PATH] = "path",
	[OPTION_TEXTS] = "array of texts",
	[OPTION_PATHS] = "array of paths",
	[OPTION_PAIRS] = "group",
	[OPTION_ROWS] = "list of groups",
};

static void
number(const struct option *o, int64_t v)
{
	char text[UNIT_SIZE];

	unit_text(o->type, v, text);
	if (o->type == OPTION_CPUS)
		printf("%g", (double)v / 100);
	else
		fputs(text, stdout);
}

static bool
has_range(const struct option *o)
{
	return o->type == OPTION_INT || o->type == OPTION_SIZE ||
	       o->type == OPTION_TIME || o->type == OPTION_CPUS;
}

/* One of the words, or any of them. */
static void
print_words(const struct option *o)
{
	char words[OPTION_WORDS_SIZE];

	option_words_text(o, words);
	printf(o->type == OPTION_SET ? "array of %s" : "%s", words);
}

static void
print_value(const struct option *o)
{
	if (o->words != NULL) {
		print_words(o);
		return;
	}
	if (!has_range(o)) {
		fputs(types[o->type], stdout);
		return;
	}
	number(o, o->min);
	fputs(" to ", stdout);
	number(o, o->max);
}

static void
print_set(const struct option *o)
{
	const char *separator = "";

	for (int i = 0; o->words[i] != NULL; i++) {
		if ((o->fallback >> i & 1) == 0)
			continue;
		printf("%s%s", separator, o->words[i]);
		separator = " ";
	}
}

static void
print_default(const struct option *o)
{
	if ((o->flags & OPTION_REQUIRED) != 0)
		fputs("required", stdout);
	else if (has_range(o))
		number(o, o->fallback);
	else if (o->type == OPTION_CHOICE)
		fputs(o->words[o->fallback], stdout);
	else if (o->type == OPTION_SET)
		print_set(o);
	else if (o->type == OPTION_BOOL)
		fputs(o->fallback ? "true" : "false", stdout);
	else if (o->fallback_text != NULL)
		fputs(o->fallback_text, stdout);
	else
		fputs("empty", stdout);
}

/* The options of a group, those of groups in it too; reloads is false for those
 * whose changes need no word, since a lab's all come with a reload. */
static void
print_group(const char *group, const struct option *options, size_t count,
    bool reloads)
{
	for (size_t i = 0; i < count; i++) {
		const struct option *o = &options[i];

		printf("%s\t%s\t", group, o->name);
		print_value(o);
		putchar('\t');
		print_default(o);
		printf("\t%s\n",
		    reloads && (o->flags & OPTION_LIVE) == 0 ? "restart" : "");
	}
	for (size_t i = 0; i < count; i++) {
		if (options[i].rows != NULL)
			print_group(options[i].name, options[i].rows->options,
			    options[i].rows->count, false);
	}
}

int
main(void)
{
	print_group("site", site_options, site_file_option_count, true);
	print_group("lab", lab_options + LAB_OPTIONS_INLINE,
	    lab_option_count - LAB_OPTIONS_INLINE, true);
	return 0;
}
