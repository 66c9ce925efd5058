/* err.c - an error is a value with its context. */
#include "gateway/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Append at most what fits; a long text is cut, never refused. */
static void
append(char *text, const char *more)
{
	size_t used = strlen(text);
	size_t n = strlen(more);

	if (n > ERR_TEXT_SIZE - 1 - used)
		n = ERR_TEXT_SIZE - 1 - used;
	memcpy(text + used, more, n);
	text[used + n] = '\0';
}

void
err_fill(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	e->code = code;
	if (code != 0) {
		append(e->text, ": ");
		append(e->text, strerror(code));
	}
}

void
err_prefix(struct err *e, const char *fmt, ...)
{
	char inner[ERR_TEXT_SIZE];
	va_list ap;

	memcpy(inner, e->text, sizeof(inner));
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	append(e->text, ": ");
	append(e->text, inner);
}
