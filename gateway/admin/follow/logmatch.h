/*
 * logmatch.h - which lines of a log are of an account, or of a seat.  Pure.
 *
 * A connection that has not logged in has the name that was tried, name=, instead.
 * Of both looks that atolld's lines can have, see gateway/base/log.h.  In text an
 * account is only told by the first account= of a line, outside of quotation marks
 * and before what a session says.
 */
#ifndef ATOLL_ADMIN_FOLLOW_LOGMATCH_H
#define ATOLL_ADMIN_FOLLOW_LOGMATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/name.h"

struct logmatch {
	char account[NAME_SIZE];
	char lab[NAME_SIZE]; /* "": of any */
	int64_t since;	     /* seconds since the epoch; 0: of any time */
};

enum logmatched {
	LOGMATCH_NO,
	LOGMATCH_YES,
	LOGMATCH_NO_TIME, /* it would, but does not tell when it was */
};

enum logmatched logmatch_line(const struct logmatch *m, const char *line);

#endif
