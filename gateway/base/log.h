/*
 * log.h - one line on stderr, with the <N> prefix that journald reads.
 *
 * "<6>conn=17 account=alice sandbox ready lab=web101 ms=9": a tag from the
 * object, a fixed lower-case phrase, then key=value; errno words last.  Bytes
 * that are not printable ASCII come out as \xNN: callers never escape.  A value
 * that a client or a student chose, and that may hold blanks, goes through
 * log_value().  info: what an operator counts.  warn: refused.  error: someone
 * must act.
 *
 * With log = "json" the line is an object, see log_json.h, and the pairs of tag and
 * format are its members; where stderr is the journal they are fields as well, in
 * processes that have called log_journal_open().
 */
#ifndef ATOLL_BASE_LOG_H
#define ATOLL_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/base/log_level.h"

/* Who is spoken of: "conn=17 account=alice", or empty. */
struct log_tag {
	char text[192];
};

void log_line(enum log_level level, const struct log_tag *tag, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

#define LOG_VALUE_SIZE 512

/* A text in quotation marks, so that nothing in it looks like a key=value of
 * ours: quotation marks and backslashes in it come out as \x22 and \x5c.  What
 * does not fit is cut; returns to. */
const char *log_value(char to[LOG_VALUE_SIZE], const char *text);

/* How lines look from now on, here and in programs that this process starts: a
 * variable of the environment says so, ATOLL_LOG.  Before there are threads. */
void log_set_json(bool is_json);

/* That variable, and whether stderr is the journal, for a program that gets no other
 * environment: list, which ends with NULL. */
struct log_environment {
	char *list[3];
	char stream[64];
};
void log_environment_fill(struct log_environment *e);

#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
#define log_warn(...)  log_line(LOG_WARN, __VA_ARGS__)
#define log_info(...)  log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)

#endif
