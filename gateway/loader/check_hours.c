/* check_hours.c - is "available" a span of local time? */
#include <string.h>

#include "gateway/config/hours.h"
#include "gateway/loader/check_lab.h"

void
check_hours(const struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	int line = line_of(group, "available");

	for (size_t i = 0; i < lab->available.count; i++) {
		const char *pair = lab->available.at[i];
		const char *value = strchr(pair, '=') + 1;

		if (strncmp(pair, "from=", 5) != 0 &&
		    strncmp(pair, "until=", 6) != 0)
			diagnose(out, lab->file, line,
			    "unknown option available.%.*s: it has from and"
			    " until",
			    (int)(value - 1 - pair), pair);
		else if (hours_parse(value) == -1)
			diagnose(out, lab->file, line,
			    "available.%.*s = \"%s\" is no local time such as"
			    " \"2026-11-23T09:00\"",
			    (int)(value - 1 - pair), pair, value);
	}
	if (lab->until != 0 && lab->until <= lab->from)
		diagnose(out, lab->file, line,
		    "available.until must be later than available.from");
}
