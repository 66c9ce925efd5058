/*
 * candidate.h - a program that a lab wants to have run inside: is it one?
 *							Process: loader.
 */
#ifndef ATOLL_LOADER_CANDIDATE_H
#define ATOLL_LOADER_CANDIDATE_H

#include "gateway/config/config.h"

struct candidate {
	const struct lab *lab;
	const char *member; /* of the lab file, for diagnostics */
	const char *file;
	int line;
	struct diagnostics *out;
};

/* Its bytes as they are now, sealed: from here on nobody changes it.  -1 when
 * it is none or cannot be read, which was reported. */
int candidate_copy(const struct candidate *p);

#endif
