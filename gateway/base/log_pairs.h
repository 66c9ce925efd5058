/*
 * log_pairs.h - the key=value pairs of a line, and nothing that looks like one.
 *
 * Pure.  What a pair is, the tag and the line's own format say: a key that only
 * stands in what was formatted into it, such as the text of an error or of a
 * session, is none.
 */
#ifndef ATOLL_BASE_LOG_PAIRS_H
#define ATOLL_BASE_LOG_PAIRS_H

#include <stdbool.h>
#include <stddef.h>

#define LOG_PAIRS_MAX 24

struct log_pair {
	const char *name;
	size_t name_length;
	const char
	    *value; /* as it was given: not escaped; without its quotes */
	size_t length;
	bool is_number;
};

struct log_pairs {
	struct log_pair at[LOG_PAIRS_MAX];
	size_t count;
};

/* Those of a tag (NULL: none), then those of text, which fmt became.  Of two with
 * one name the first counts.  They point into all three. */
void log_pairs_find(struct log_pairs *to, const char *tag, const char *fmt,
    const char *text);

/* NULL: there is none of this name. */
const struct log_pair *log_pairs_get(const struct log_pairs *p,
    const char *name);

#endif
