/* log_json.c - a line of the log as one JSON object. */
#include "gateway/base/log_json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/array.h"

#define DAY_S 86400

static const char *const levels[LOG_LEVELS] = {
	[LOG_ERROR] = "error",
	[LOG_WARN] = "warning",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

/* Members of every line; a pair of that name stands in the message alone. */
static const char *const reserved[] = { "time", "level", "process", "message" };

static bool
is_reserved(const struct log_pair *p)
{
	for (size_t i = 0; i < COUNT_OF(reserved); i++) {
		if (strlen(reserved[i]) == p->name_length &&
		    memcmp(reserved[i], p->name, p->name_length) == 0)
			return true;
	}
	return false;
}

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* gmtime_r(3) may read /etc/localtime, which a jailed process cannot. */
static void
put_time(struct log_bytes *to, const struct timespec *now)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	long days = (long)(now->tv_sec / DAY_S);
	int second = (int)(now->tv_sec % DAY_S), year = 1970, month = 0;
	char text[64];

	for (; days >= (is_leap(year) ? 366 : 365); year++)
		days -= is_leap(year) ? 366 : 365;
	for (;; month++) {
		int length = lengths[month] + (month == 1 && is_leap(year));

		if (days < length)
			break;
		days -= length;
	}
	snprintf(text, sizeof(text),
	    "{\"time\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\"", year,
	    month + 1, (int)days + 1, second / 3600, second / 60 % 60,
	    second % 60, (int)(now->tv_nsec / 1000000));
	log_bytes_say(to, text);
}

static void
put_text(struct log_bytes *to, const char *name, size_t name_length,
    const char *text, size_t length)
{
	log_bytes_say(to, ",\"");
	log_bytes_raw(to, name, name_length);
	log_bytes_say(to, "\":\"");
	log_bytes_escape(to, text, length, true);
	log_bytes_say(to, "\"");
}

static void
put_pair(struct log_bytes *to, const struct log_pair *p)
{
	if (is_reserved(p))
		return;
	if (!p->is_number) {
		put_text(to, p->name, p->name_length, p->value, p->length);
		return;
	}
	log_bytes_say(to, ",\"");
	log_bytes_raw(to, p->name, p->name_length);
	log_bytes_say(to, "\":");
	log_bytes_raw(to, p->value, p->length);
}

void
log_json(struct log_bytes *to, const struct timespec *now, enum log_level level,
    const struct log_pairs *pairs, const char *text)
{
	const char *process = program_invocation_short_name;

	put_time(to, now);
	put_text(to, "level", 5, levels[level], strlen(levels[level]));
	put_text(to, "process", 7, process, strlen(process));
	for (size_t i = 0; i < pairs->count; i++)
		put_pair(to, &pairs->at[i]);
	put_text(to, "message", 7, text, strlen(text));
	log_bytes_say(to, "}");
}
