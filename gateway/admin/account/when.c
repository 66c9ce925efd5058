/* when.c - reads a time: a date, a span from now, now or never. */
#include "gateway/admin/account/when.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/array.h"
#include "gateway/base/span.h"

#define YEARS_MAX 100
#define DAY	  86400

static bool
parse_duration(const char *word, int64_t *seconds)
{
	char *end;
	long long n = strtoll(word, &end, 10);

	if (end == word || n <= 0 || n > YEARS_MAX * 366L * 24 * 60)
		return false;
	for (size_t i = 0; i < SPAN_UNITS; i++) {
		if (strcmp(end, span_units[i].letter) == 0) {
			*seconds = n * span_units[i].seconds;
			return *seconds <= YEARS_MAX * 366L * DAY;
		}
	}
	return false;
}

static bool
parse_date(const char *word, int64_t *when)
{
	static const char *const forms[] = { "%Y-%m-%d", "%Y-%m-%d %H:%M",
		"%Y-%m-%dT%H:%M" };

	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		struct tm tm = { .tm_isdst = -1 }, same;
		const char *end = strptime(word, forms[i], &tm);

		if (end == NULL || *end != '\0')
			continue;
		/* A day alone is meant to its end: "expires 2026-12-31" must
		 * not lock a class out at midnight before. */
		if (i == 0) {
			tm.tm_hour = 23;
			tm.tm_min = tm.tm_sec = 59;
		}
		same = tm;
		*when = mktime(&tm);
		/* mktime(3) takes the 31st of February for a day in March. */
		return *when != -1 && tm.tm_mday == same.tm_mday;
	}
	return false;
}

int
when_parse_span(const char *word, int64_t *seconds, struct err *e)
{
	if (parse_duration(word, seconds))
		return 0;
	return err_set(e, 0,
	    "\"%.40s\" is no span of time: write 20m, 90s, 2h or 1d", word);
}

int
when_parse(const char *word, time_t now, int64_t *when, struct err *e)
{
	int64_t seconds;

	if (strcmp(word, "never") == 0) {
		*when = 0;
		return 0;
	}
	if (strcmp(word, "now") == 0) {
		*when = now;
		return 0;
	}
	if (parse_duration(word, &seconds)) {
		*when = now + seconds;
		return 0;
	}
	if (parse_date(word, when))
		return 0;
	return err_set(e, 0,
	    "\"%.40s\" is no time: write 2026-12-31, \"2026-12-31 18:00\","
	    " 30d, 12h, 45m, now or never",
	    word);
}
