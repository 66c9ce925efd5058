/* cluster.c - characters that are more than one code point, as one of them. */
#include "gateway/screen/cluster.h"

#include <string.h>

/* The end of plane 16, for private use, takes one column; the end of plane 3,
 * which has no characters, two. */
#define NARROW UINT32_C(0x10e000)
#define WIDE   UINT32_C(0x3e000)

_Static_assert((CLUSTERS_MAX & (CLUSTERS_MAX - 1)) == 0 &&
		   CLUSTERS_MAX <= 0x1fff,
    "they end before the last two code points of a plane");

static bool
is_in(uint32_t code, uint32_t first)
{
	return code >= first && code < first + CLUSTERS_MAX;
}

bool
cluster_is_alias(uint32_t code)
{
	return is_in(code, NARROW) || is_in(code, WIDE);
}

/* FNV-1a */
static uint32_t
hash(const char *text)
{
	uint32_t h = UINT32_C(2166136261);

	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * UINT32_C(16777619);
	return h;
}

uint32_t
cluster_alias(struct clusters *all, const char *text, bool is_wide)
{
	uint32_t at = hash(text) % CLUSTERS_MAX;

	while (all->text[at][0] != '\0' && strcmp(all->text[at], text) != 0)
		at = (at + 1) % CLUSTERS_MAX;
	if (all->text[at][0] == '\0') {
		/* One place stays free, or a search would not end. */
		if (all->count == CLUSTERS_MAX - 1 ||
		    strlen(text) >= CLUSTER_BYTES)
			return 0;
		all->count++;
		strcpy(all->text[at], text);
	}
	return (is_wide ? WIDE : NARROW) + at;
}

const char *
cluster_text(const struct clusters *all, uint32_t code)
{
	uint32_t at;

	if (!cluster_is_alias(code))
		return NULL;
	at = code - (is_in(code, NARROW) ? NARROW : WIDE);
	return all->text[at][0] == '\0' ? NULL : all->text[at];
}
