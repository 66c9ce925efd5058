/* span.c - lengths of time, as people say them. */
#include "gateway/base/span.h"

#include <inttypes.h>
#include <stdio.h>

#include "gateway/base/array.h"

/* Seconds before an end. */
static const int64_t warnings[] = { 300, 60 };

const struct span_unit span_units[SPAN_UNITS] = {
	{ 86400, "d", "day" },
	{ 3600, "h", "hour" },
	{ 60, "m", "minute" },
	{ 1, "s", "second" },
};

static int
print(char *to, size_t size, size_t unit, int64_t n)
{
	return snprintf(to, size, "%" PRId64 " %s%s", n, span_units[unit].name,
	    n == 1 ? "" : "s");
}

void
span_text(int64_t seconds, char to[SPAN_SIZE])
{
	size_t first = 0;
	int64_t n, rest;
	int at;

	if (seconds < 0)
		seconds = 0;
	while (first < SPAN_UNITS - 1 && seconds < span_units[first].seconds)
		first++;
	n = seconds / span_units[first].seconds;
	at = print(to, SPAN_SIZE, first, n);
	if (first == SPAN_UNITS - 1)
		return;
	rest =
	    seconds % span_units[first].seconds / span_units[first + 1].seconds;
	if (rest == 0 || (first == SPAN_UNITS - 2 && n > 1))
		return;
	at += snprintf(to + at, SPAN_SIZE - (size_t)at, " ");
	print(to + at, SPAN_SIZE - (size_t)at, first + 1, rest);
}

int64_t
span_warning(int64_t told)
{
	for (unsigned i = 0; i < COUNT_OF(warnings); i++) {
		if (warnings[i] < told)
			return warnings[i];
	}
	return 0;
}
