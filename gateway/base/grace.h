/*
 * grace.h - the part of login_grace that programs have.
 *
 * A person reads the question about the host key and looks for a password; the
 * steps before and between need no person.  The time for those stays short,
 * however long login_grace is: a client that only keeps a place gains nothing
 * by a long one.
 */
#ifndef ATOLL_BASE_GRACE_H
#define ATOLL_BASE_GRACE_H

#include <stdint.h>

#define GRACE_PROGRAMS_MS 10000 /* at least, when login_grace is as much */

/* In milliseconds; login_grace is in seconds. */
static inline int64_t
grace_of_programs(int64_t login_grace)
{
	int64_t whole = login_grace * 1000;
	int64_t part = whole / 4;

	if (part < GRACE_PROGRAMS_MS)
		part = GRACE_PROGRAMS_MS;
	return part < whole ? part : whole;
}

#endif
