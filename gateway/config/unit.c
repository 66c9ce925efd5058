/* unit.c - sizes and times with their units, as people write them. */
#include "gateway/config/unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/array.h"
#include "gateway/base/span.h"

/* From large to small. */
static const struct {
	const char *unit;
	int64_t factor;
} sizes[] = {
	{ "T", 1LL << 40 },
	{ "G", 1LL << 30 },
	{ "M", 1LL << 20 },
	{ "K", 1LL << 10 },
};

static size_t
count_of(enum option_type type)
{
	return type == OPTION_SIZE   ? COUNT_OF(sizes)
	       : type == OPTION_TIME ? SPAN_UNITS
				     : 0;
}

/* One of the type's units, and what it multiplies the number before it with. */
static int64_t
unit_at(enum option_type type, size_t i, const char **unit)
{
	*unit = type == OPTION_SIZE ? sizes[i].unit : span_units[i].letter;
	return type == OPTION_SIZE ? sizes[i].factor : span_units[i].seconds;
}

int64_t
unit_factor(enum option_type type, const char *unit)
{
	size_t count = count_of(type);

	if (count > 0 && unit[0] == '\0')
		return 1;
	for (size_t i = 0; i < count; i++) {
		const char *known;
		int64_t factor = unit_at(type, i, &known);

		if (strcmp(known, unit) == 0)
			return factor;
	}
	return 0;
}

/* In the largest unit that leaves nothing over; bytes have none. */
void
unit_text(enum option_type type, int64_t v, char to[UNIT_SIZE])
{
	size_t count = count_of(type);

	for (size_t i = 0; v != 0 && i < count; i++) {
		const char *unit;
		int64_t factor = unit_at(type, i, &unit);

		if (v % factor == 0) {
			snprintf(to, UNIT_SIZE, "%" PRId64 "%s", v / factor,
			    unit);
			return;
		}
	}
	snprintf(to, UNIT_SIZE, "%" PRId64, v);
}
