/* log.c - one line on stderr, in one write(2). */
#include "gateway/base/log.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/log_bytes.h"
#include "gateway/base/log_journal.h"
#include "gateway/base/log_json.h"
#include "gateway/base/log_pairs.h"

#define FORMAT	 "ATOLL_LOG"
#define STREAM	 "JOURNAL_STREAM"
#define TEXT_MAX 2048 /* of text, with its newline */

/* The journal's numbers, see sd-daemon(3). */
static const int priority[LOG_LEVELS] = {
	[LOG_ERROR] = 3,
	[LOG_WARN] = 4,
	[LOG_INFO] = 6,
	[LOG_DEBUG] = 7,
};

const char *
log_value(char to[LOG_VALUE_SIZE], const char *text)
{
	size_t at = 0;

	to[at++] = '"';
	for (; *text != '\0' && at + 6 < LOG_VALUE_SIZE; text++) {
		if (*text == '"' || *text == '\\')
			at += (size_t)snprintf(to + at, 5, "\\x%02x", *text);
		else
			to[at++] = *text;
	}
	to[at++] = '"';
	to[at] = '\0';
	return to;
}

void
log_set_json(bool is_json)
{
	if (is_json)
		setenv(FORMAT, "json", 1);
	else
		unsetenv(FORMAT);
}

static bool
is_json(void)
{
	const char *format = getenv(FORMAT);

	return format != NULL && strcmp(format, "json") == 0;
}

void
log_environment_fill(struct log_environment *e)
{
	const char *stream = getenv(STREAM);
	size_t n = 0;

	if (is_json())
		e->list[n++] = (char *)(uintptr_t)FORMAT "=json";
	if (stream != NULL &&
	    strlen(stream) < sizeof(e->stream) - sizeof(STREAM)) {
		snprintf(e->stream, sizeof(e->stream), STREAM "=%s", stream);
		e->list[n++] = e->stream;
	}
	e->list[n] = NULL;
}

static void
put_prefix(struct log_bytes *line, enum log_level level)
{
	const char prefix[] = { '<', (char)('0' + priority[level]), '>' };

	log_bytes_raw(line, prefix, sizeof(prefix));
}

/* An object goes without the prefix, but for the journal, which takes it away. */
static void
put_json(struct log_bytes *line, enum log_level level,
    const struct log_pairs *pairs, const char *text)
{
	struct timespec now;

	log_bytes_init(line, LOG_BYTES_MAX);
	clock_gettime(CLOCK_REALTIME, &now);
	if (log_is_to_journal())
		put_prefix(line, level);
	log_json(line, &now, level, pairs, text);
}

static void
put_text(struct log_bytes *line, enum log_level level,
    const struct log_tag *tag, const char *text)
{
	log_bytes_init(line, TEXT_MAX);
	put_prefix(line, level);
	if (tag != NULL && tag->text[0] != '\0') {
		log_bytes_escape(line, tag->text, strlen(tag->text), false);
		log_bytes_say(line, " ");
	}
	log_bytes_escape(line, text, strlen(text), false);
}

void
log_line(enum log_level level, const struct log_tag *tag, const char *fmt, ...)
{
	struct log_bytes line;
	struct log_pairs pairs;
	char text[1024];
	size_t prefix;
	ssize_t n;
	va_list ap;

	if (level == LOG_DEBUG && getenv("ATOLL_DEBUG") == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_pairs_find(&pairs, tag == NULL ? NULL : tag->text, fmt, text);
	if (is_json())
		put_json(&line, level, &pairs, text);
	else
		put_text(&line, level, tag, text);
	prefix = line.at[0] == '<' ? 3 : 0;
	if (log_journal_send(priority[level], &pairs, line.at + prefix,
		line.count - prefix))
		return;
	log_bytes_say(&line, "\n");
	n = write(STDERR_FILENO, line.at, line.count);
	(void)n; /* there is nowhere to report it */
}
