/* option_print.c - the walker over option tables: print and compare. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/quote.h"
#include "gateway/config/option.h"
#include "gateway/config/texts.h"

static void
indent(FILE *to, int depth)
{
	for (int i = 0; i < depth; i++)
		fputc('\t', to);
}

static void
print_texts(FILE *to, const struct texts *t)
{
	fputs("[", to);
	for (size_t i = 0; i < t->count; i++) {
		fputs(i == 0 ? " " : ", ", to);
		quote(to, t->at[i]);
	}
	fputs(" ]", to);
}

/* Can a group have all of these names?  See load_pairs(). */
static bool
is_group(const struct texts *t)
{
	for (size_t i = 0; i < t->count; i++) {
		size_t n = strcspn(t->at[i], "=");

		if (t->at[i][0] == '_' || memchr(t->at[i], '.', n) != NULL)
			return false;
	}
	return true;
}

static void
print_pairs(FILE *to, const struct texts *t)
{
	if (!is_group(t)) {
		print_texts(to, t);
		return;
	}
	fputs("{ ", to);
	for (size_t i = 0; i < t->count; i++) {
		const char *value = strchr(t->at[i], '=') + 1;

		fprintf(to, "%.*s = ", (int)(value - 1 - t->at[i]), t->at[i]);
		quote(to, value);
		fputs("; ", to);
	}
	fputs("}", to);
}

static void
print_rows(FILE *to, const struct option *o, const void *parent,
    const void *field, int depth, bool secrets)
{
	const struct option_rows *r = o->rows;
	const char *row = *(void *const *)field;
	size_t n = *(const size_t *)((const char *)parent + r->rows_offset);

	fputs("(", to);
	for (size_t i = 0; i < n; i++) {
		fputs(i == 0 ? " {\n" : ", {\n", to);
		options_print(r->options, r->count, row + i * r->size, to,
		    depth + 1, secrets);
		indent(to, depth);
		fputs("}", to);
	}
	fputs(" )", to);
}

static void
print_set(FILE *to, const struct option *o, int64_t bits)
{
	const char *separator = " ";

	fputs("[", to);
	for (int i = 0; o->words[i] != NULL; i++) {
		if ((bits >> i & 1) == 0)
			continue;
		fputs(separator, to);
		quote(to, o->words[i]);
		separator = ", ";
	}
	fputs(" ]", to);
}

static void
print_value(FILE *to, const struct option *o, const void *parent, int depth,
    bool secrets)
{
	const void *field = (const char *)parent + o->offset;

	switch (o->type) {
	case OPTION_INT:
	case OPTION_SIZE:
	case OPTION_TIME:
		/* "L" would be needed past 2^31: sizes are given as text. */
		if (*(const int64_t *)field > INT32_MAX)
			fprintf(to, "\"%" PRId64 "\"", *(const int64_t *)field);
		else
			fprintf(to, "%" PRId64, *(const int64_t *)field);
		break;
	case OPTION_BOOL:
		fputs(*(const int64_t *)field ? "true" : "false", to);
		break;
	case OPTION_CHOICE:
		quote(to, o->words[*(const int64_t *)field]);
		break;
	case OPTION_SET:
		print_set(to, o, *(const int64_t *)field);
		break;
	case OPTION_CPUS:
		fprintf(to, "%.2f", (double)*(const int64_t *)field / 100);
		break;
	case OPTION_TEXT:
	case OPTION_NAME:
	case OPTION_PATH:
		if ((o->flags & OPTION_SECRET) != 0 && !secrets &&
		    **(const char *const *)field != '\0')
			quote(to, "(set)");
		else
			quote(to, *(const char *const *)field);
		break;
	case OPTION_TEXTS:
	case OPTION_PATHS:
		print_texts(to, field);
		break;
	case OPTION_PAIRS:
		print_pairs(to, field);
		break;
	case OPTION_ROWS:
		print_rows(to, o, parent, field, depth, secrets);
		break;
	}
}

/* A name that was not given has no text that would be read as a name again. */
static bool
has_text(const struct option *o, const void *from)
{
	const void *field = (const char *)from + o->offset;

	return o->type != OPTION_NAME || **(const char *const *)field != '\0';
}

void
options_print(const struct option *options, size_t count, const void *from,
    FILE *to, int depth, bool secrets)
{
	for (size_t i = 0; i < count; i++) {
		if (!has_text(&options[i], from))
			continue;
		indent(to, depth);
		fprintf(to, "%s = ", options[i].name);
		print_value(to, &options[i], from, depth, secrets);
		fputs(";\n", to);
	}
}

/* A stream into memory.  Without the little it takes there is nothing left to
 * do, as in arena.c. */
static FILE *
open_text(char **text, size_t *size)
{
	FILE *f = open_memstream(text, size);

	if (f == NULL) {
		fprintf(stderr, "<3>out of memory for the configuration\n");
		abort();
	}
	return f;
}

bool
option_is_same(const struct option *o, const void *a, const void *b)
{
	char *one = NULL, *two = NULL;
	size_t one_size, two_size;
	FILE *f = open_text(&one, &one_size);
	FILE *g = open_text(&two, &two_size);
	bool same;

	/* What prints alike is alike: no second walker to keep in step. */
	options_print(o, 1, a, f, 0, true);
	options_print(o, 1, b, g, 0, true);
	fclose(f);
	fclose(g);
	same = one_size == two_size && memcmp(one, two, one_size) == 0;
	free(one);
	free(two);
	return same;
}
