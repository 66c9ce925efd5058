/* hash.h - the bucket of a hash table that a name belongs into. */
#ifndef ATOLL_BASE_HASH_H
#define ATOLL_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* FNV-1a.  It has no secret: whoever may choose names could choose such that all
 * come into one bucket.  Where a client does, see address_table.h. */
static inline uint64_t
hash_name(const char *name)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *name != '\0'; name++)
		h = (h ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
	return h;
}

#endif
