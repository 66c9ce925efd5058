/* greeting.c - the placeholders of banner, motd and help. */
#include "gateway/config/greeting.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/span.h"
#include "gateway/config/hours.h"

static void
write_size(int64_t bytes, char to[GREETING_VALUE_SIZE])
{
	static const char units[] = "KMG";
	int unit = -1;

	while (bytes >= 1024 && bytes % 1024 == 0 && unit < 2) {
		bytes /= 1024;
		unit++;
	}
	snprintf(to, GREETING_VALUE_SIZE, "%" PRId64 "%.*s", bytes, unit >= 0,
	    unit >= 0 ? units + unit : "");
}

static void
write_span(int64_t seconds, char to[GREETING_VALUE_SIZE])
{
	char span[SPAN_SIZE];

	span_text(seconds, span);
	snprintf(to, GREETING_VALUE_SIZE, "%s",
	    seconds == 0 || seconds == INT64_MAX ? "no limit" : span);
}

static void
write_until(int64_t until, char to[GREETING_VALUE_SIZE])
{
	char when[HOURS_TEXT_SIZE];

	hours_text(until, when);
	snprintf(to, GREETING_VALUE_SIZE, "%s", until == 0 ? "no end" : when);
}

static bool
is(const char *name, size_t length, const char *other)
{
	return strlen(other) == length && strncmp(name, other, length) == 0;
}

bool
greeting_value(const char *name, size_t n, const struct greeting_facts *f,
    char to[GREETING_VALUE_SIZE])
{
	const struct lab *lab = f->lab;

	if (is(name, n, "account"))
		snprintf(to, GREETING_VALUE_SIZE, "%s", f->account);
	else if (is(name, n, "lab"))
		snprintf(to, GREETING_VALUE_SIZE, "%s", lab->name);
	else if (is(name, n, "title"))
		snprintf(to, GREETING_VALUE_SIZE, "%s", lab->title);
	else if (is(name, n, "user"))
		snprintf(to, GREETING_VALUE_SIZE, "%s", lab->user);
	else if (is(name, n, "hostname"))
		snprintf(to, GREETING_VALUE_SIZE, "%s", lab->hostname);
	else if (is(name, n, "memory"))
		write_size(lab->memory, to);
	else if (is(name, n, "cpus"))
		snprintf(to, GREETING_VALUE_SIZE, "%g",
		    (double)lab->cpus / 100);
	else if (is(name, n, "disk"))
		write_size(lab->disk, to);
	else if (is(name, n, "inodes"))
		snprintf(to, GREETING_VALUE_SIZE, "%" PRId64, lab->inodes);
	else if (is(name, n, "pids"))
		snprintf(to, GREETING_VALUE_SIZE, "%" PRId64, lab->pids);
	else if (is(name, n, "time_limit"))
		write_span(lab->time_limit, to);
	else if (is(name, n, "idle_limit"))
		write_span(lab->idle_limit, to);
	else if (is(name, n, "time_left"))
		write_span(f->seconds_left, to);
	else if (is(name, n, "until"))
		write_until(lab->until, to);
	else
		return false;
	return true;
}

size_t
greeting_name_length(const char *percent)
{
	return strspn(percent + 1, "abcdefghijklmnopqrstuvwxyz_");
}

void
greeting_write(const char *text, const struct greeting_facts *f,
    char to[LINE_SIZE])
{
	char value[GREETING_VALUE_SIZE];
	size_t at = 0;

	while (*text != '\0' && at < LINE_SIZE - 1) {
		size_t n = *text == '%' ? greeting_name_length(text) : 0;

		if (text[0] == '%' && text[1] == '%') {
			to[at++] = '%';
			text += 2;
		} else if (n > 0 && greeting_value(text + 1, n, f, value)) {
			at += (size_t)snprintf(to + at, LINE_SIZE - at, "%s",
			    value);
			text += n + 1;
		} else {
			to[at++] = *text++;
		}
	}
	to[at < LINE_SIZE ? at : LINE_SIZE - 1] = '\0';
}
