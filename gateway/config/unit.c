/* unit.c - sizes and times with their units, as people write them. */
#include "gateway/config/unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/array.h"

/* Each type's from small to large. */
static const struct {
	enum option_type type;
	const char *unit;
	int64_t factor;
} units[] = {
	{ OPTION_SIZE, "", 1 },
	{ OPTION_SIZE, "K", 1LL << 10 },
	{ OPTION_SIZE, "M", 1LL << 20 },
	{ OPTION_SIZE, "G", 1LL << 30 },
	{ OPTION_SIZE, "T", 1LL << 40 },
	{ OPTION_TIME, "", 1 },
	{ OPTION_TIME, "s", 1 },
	{ OPTION_TIME, "m", 60 },
	{ OPTION_TIME, "h", 3600 },
	{ OPTION_TIME, "d", 86400 },
};

int64_t
unit_factor(enum option_type type, const char *unit)
{
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		if (units[i].type == type && strcmp(units[i].unit, unit) == 0)
			return units[i].factor;
	}
	return 0;
}

void
unit_text(enum option_type type, int64_t v, char to[UNIT_SIZE])
{
	const char *unit = "";
	int64_t factor = 1;

	for (size_t i = 0; v != 0 && i < COUNT_OF(units); i++) {
		if (units[i].type == type && v % units[i].factor == 0) {
			unit = units[i].unit;
			factor = units[i].factor;
		}
	}
	snprintf(to, UNIT_SIZE, "%" PRId64 "%s", v / factor, unit);
}
