/* arena.c - memory that is freed all at once. */
#include "gateway/base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
	struct arena_block *before;
	_Alignas(max_align_t) char bytes[];
};

void *
arena_alloc(struct arena *a, size_t size)
{
	struct arena_block *b = calloc(1, sizeof(*b) + size);

	if (b == NULL) {
		fprintf(stderr, "<3>out of memory for the configuration\n");
		abort();
	}
	b->before = a->last;
	a->last = b;
	return b->bytes;
}

char *
arena_text(struct arena *a, const char *text)
{
	return arena_print(a, "%s", text);
}

char *
arena_print(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *to;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	to = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(to, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return to;
}

void
arena_free(struct arena *a)
{
	while (a->last != NULL) {
		struct arena_block *b = a->last;

		a->last = b->before;
		free(b);
	}
}
