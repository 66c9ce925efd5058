/*
 * denial.h - what AppArmor refused, as the kernel's audit tells it.
 *
 * Pure.  The text is the kernel's own; names of files and programs in it, which a
 * student chooses, are in quotation marks, or in hexadecimal digits where they hold
 * a blank, a quotation mark or what is not printable ASCII.
 */
#ifndef ATOLL_BUILDER_APPARMOR_DENIAL_H
#define ATOLL_BUILDER_APPARMOR_DENIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/base/bucket.h"

/* Texts are cut where they do not fit, and "" where the record has none. */
struct denial {
	char operation[32]; /* "open", "mount", "ptrace" */
	char what[256];	    /* a file, a capability or whom it was done to */
	char wanted[32];    /* "w" */
	char program[32];
	bool has_uid;
	uint32_t uid; /* of the host: whom file systems took it for */
	uint32_t pid; /* of the host, 0: it is not told */
};

/* How many lines of the log they may take, see denials.c. */
struct denial_lines {
	struct bucket lines;
	uint32_t untold; /* since the last line */
};

/* Read a record of size bytes.  False: it tells of no refusal by that profile. */
bool denial_parse(const char *text, size_t size, const char *profile,
    struct denial *d);

#endif
