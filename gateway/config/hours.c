/* hours.c - from when until when a lab is open. */
#include "gateway/config/hours.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gateway/base/array.h"

/* The formats of a time; %S would take 60. */
static const char *const formats[] = { "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M",
	"%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M" };

int64_t
hours_parse(const char *text)
{
	for (size_t i = 0; i < COUNT_OF(formats); i++) {
		struct tm t = { .tm_isdst = -1 }, same;
		const char *end = strptime(text, formats[i], &t);
		time_t when;

		if (end == NULL || *end != '\0')
			continue;
		same = t;
		same.tm_isdst = -1;
		when = mktime(&same); /* makes 1 March of 30 February */
		if (same.tm_mday != t.tm_mday || same.tm_hour != t.tm_hour ||
		    same.tm_min != t.tm_min || same.tm_sec != t.tm_sec)
			return -1;
		return when < 0 ? -1 : (int64_t)when;
	}
	return -1;
}

/* The value of "NAME=value", or NULL. */
static const char *
find(const struct texts *pairs, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < pairs->count; i++) {
		if (strncmp(pairs->at[i], name, n) == 0 &&
		    pairs->at[i][n] == '=')
			return pairs->at[i] + n + 1;
	}
	return NULL;
}

static int64_t
time_of(const struct lab *lab, const char *name)
{
	const char *text = find(&lab->available, name);
	int64_t when = text == NULL ? 0 : hours_parse(text);

	return when == -1 ? 0 : when;
}

void
hours_derive(struct lab *lab)
{
	lab->from = time_of(lab, "from");
	lab->until = lab->until_configured = time_of(lab, "until");
}

void
hours_text(int64_t when, char text[HOURS_TEXT_SIZE])
{
	time_t t = (time_t)when;
	struct tm local;

	if (localtime_r(&t, &local) == NULL) /* a year with too many digits */
		strcpy(text, "a far day");
	else
		strftime(text, HOURS_TEXT_SIZE,
		    local.tm_sec == 0 ? "%Y-%m-%d %H:%M %Z"
				      : "%Y-%m-%d %H:%M:%S %Z",
		    &local);
}

bool
hours_are_closed(const struct lab *lab, int64_t now, char text[HOURS_TEXT_SIZE])
{
	bool is_early = now < lab->from;
	char when[HOURS_TEXT_SIZE];

	if (!is_early && (lab->until == 0 || now < lab->until))
		return false;
	hours_text(is_early ? lab->from : lab->until, when);
	snprintf(text, HOURS_TEXT_SIZE, "closed %s %.40s",
	    is_early ? "until" : "since", when);
	return true;
}
