/* lines.c - lines of text, put together in a room. */
#include "gateway/publish/lines.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
lines_put(struct lines *t, const char *bytes, size_t size)
{
	if (size > t->room - t->at) {
		t->is_cut = true;
		return;
	}
	if (size > 0)
		memcpy(t->to + t->at, bytes, size);
	t->at += size;
}

void
lines_add(struct lines *t, const char *fmt, ...)
{
	size_t left = t->room - t->at;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->to + t->at, left, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= left)
		t->is_cut = true;
	else
		t->at += (size_t)n;
}

void
lines_field(struct lines *t, const struct field *f)
{
	lines_put(t, f->name.text, f->name.size);
	lines_put(t, ": ", 2);
	lines_put(t, f->value.text, f->value.size);
	lines_put(t, "\r\n", 2);
}
