/*
 * ids.h - are the ids of sandboxes used by users of this host?
 *
 * Pure: reads the text of passwd(5), group(5), subuid(5) and subgid(5).
 */
#ifndef ATOLL_BUILDER_HOSTCHECK_IDS_H
#define ATOLL_BUILDER_HOSTCHECK_IDS_H

#include <stddef.h>
#include <stdint.h>

/* Where in a line "name:field:field" the ids are. */
enum ids_form {
	IDS_SINGLE, /* passwd, group: the third field is one id */
	IDS_RANGE,  /* subuid, subgid: the second is the first of them, the
		       third is how many */
};

/* How many lines name an id in first..last; the name of the first such line is
 * filled in.  What is not such a line is passed over. */
unsigned ids_overlap(const char *text, enum ids_form form, uint64_t first,
    uint64_t last, char *name, size_t size);

#endif
