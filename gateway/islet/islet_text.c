/* islet_text.c - values of ISLET's, as ours. */
#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/escape.h"
#include "gateway/base/quote.h"
#include "gateway/islet/islet_lab.h"

void
islet_note(struct islet_lab *l, int line, const char *fmt, ...)
{
	char text[1024], safe[4 * sizeof(text)], name[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text_escape(safe, sizeof(safe), text);
	text_escape(name, sizeof(name), l->vars.file);
	fprintf(l->notes, "%s:%d: %s\n", name, line, safe);
}

bool
islet_is_yes(const char *value)
{
	return strcasecmp(value, "yes") == 0;
}

void
islet_set_string(struct islet_lab *l, const char *key, const char *value)
{
	fprintf(l->out, "%s = ", key);
	quote(l->out, value);
	fputs(";\n", l->out);
}

void
islet_make_name(const char *from, char to[NAME_SIZE])
{
	size_t n = 0;

	for (; *from != '\0' && n < NAME_SIZE - 1; from++) {
		char c = (char)tolower((unsigned char)*from);

		if (n == 0 && !isalnum((unsigned char)c))
			continue;
		to[n++] =
		    strchr("abcdefghijklmnopqrstuvwxyz0123456789_.-", c) == NULL
			? '-'
			: c;
	}
	to[n] = '\0';
}

/* "256m" as docker-run(1) has it; 0 when it is no size. */
static uint64_t
size_of(const char *value)
{
	static const char units[] = "bkmg";
	char *end;
	uint64_t n = strtoull(value, &end, 10);
	const char *unit =
	    *end == '\0' ? units : strchr(units, tolower((unsigned char)*end));

	if (!isdigit((unsigned char)value[0]) || unit == NULL ||
	    (*end != '\0' && end[1] != '\0') || n > UINT64_MAX >> 30)
		return 0;
	return n << (10 * (unit - units));
}

static void
put_size(FILE *to, uint64_t bytes)
{
	if (bytes % (1 << 20) == 0)
		fprintf(to, "\"%" PRIu64 "M\"", bytes >> 20);
	else
		fprintf(to, "\"%" PRIu64 "K\"", (bytes + 1023) >> 10);
}

void
islet_set_size(struct islet_lab *l, const char *key, const struct shellvar *v)
{
	uint64_t bytes = size_of(v->value);

	if (bytes == 0) {
		islet_note(l, v->line,
		    "%s=\"%s\" is not a size: it is left out", v->name,
		    v->value);
		return;
	}
	fprintf(l->out, "%s = ", key);
	put_size(l->out, bytes);
	fputs(";\n", l->out);
}

/* Docker's is the total of memory and swap. */
void
islet_set_swap(struct islet_lab *l, const struct shellvar *v)
{
	const char *memory = shellvars_get(&l->vars, "MEMORY");
	uint64_t total = size_of(v->value), bytes;

	if (memory == NULL)
		memory = shellvars_get(&l->vars, "RAM");
	bytes = memory == NULL ? 0 : size_of(memory);
	if (total == 0 || bytes == 0 || total < bytes) {
		islet_note(l, v->line,
		    "SWAP=\"%s\" is docker's total of memory and swap, and"
		    " MEMORY is \"%s\": it is left out",
		    v->value, memory == NULL ? "" : memory);
		return;
	}
	fputs("swap = ", l->out);
	put_size(l->out, total - bytes);
	fputs(";\n", l->out);
}

char *
islet_double_percents(const char *text)
{
	char *doubled = malloc(2 * strlen(text) + 1);
	char *to = doubled;

	if (doubled == NULL)
		return NULL;
	for (; *text != '\0'; text++) {
		if (*text == '%')
			*to++ = '%';
		*to++ = *text;
	}
	*to = '\0';
	return doubled;
}
