/*
 * log_bytes.h - a line of the log as it is put together.  Pure.
 *
 * Whatever bytes a text has, printable ASCII comes out: others as \xNN.
 */
#ifndef ATOLL_BASE_LOG_BYTES_H
#define ATOLL_BASE_LOG_BYTES_H

#include <stdbool.h>
#include <stddef.h>

/* Five bytes for each that log_line() formats, and their names. */
#define LOG_BYTES_MAX 16384

struct log_bytes {
	char at[LOG_BYTES_MAX];
	size_t count;
	size_t most; /* at which escaped text is cut, LOG_BYTES_MAX at most */
};

void log_bytes_init(struct log_bytes *b, size_t most);

/* Text of ours, as it is. */
void log_bytes_raw(struct log_bytes *b, const char *text, size_t length);
void log_bytes_say(struct log_bytes *b, const char *text);

/* Of whomever.  in_json: within its quotation marks. */
void log_bytes_escape(struct log_bytes *b, const char *text, size_t length,
    bool in_json);

#endif
