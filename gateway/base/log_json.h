/*
 * log_json.h - a line of the log as one JSON object.
 *
 * {"time":"2026-11-29T15:10:50.123Z","level":"info","process":"atoll-monitor",
 * "conn":17,"account":"alice","message":"..."}: the pairs are members, and the
 * message has all of the text that came behind the tag.
 */
#ifndef ATOLL_BASE_LOG_JSON_H
#define ATOLL_BASE_LOG_JSON_H

#include <time.h>

#include "gateway/base/log_bytes.h"
#include "gateway/base/log_level.h"
#include "gateway/base/log_pairs.h"

/* Without a newline.  now is the wall clock's. */
void log_json(struct log_bytes *to, const struct timespec *now,
    enum log_level level, const struct log_pairs *pairs, const char *text);

#endif
