/* nftlist.c - sets of nftables, as nft(8) prints them. */
#include "gateway/net/nftlist.h"

#include <stdlib.h>
#include <string.h>

/* Digits alone, up to max; false: there are none, or too many. */
static bool
number(const char **at, uint64_t max, uint64_t *to)
{
	uint64_t v = 0;
	const char *p = *at;

	for (; *p >= '0' && *p <= '9'; p++) {
		v = v * 10 + (uint64_t)(*p - '0');
		if (v > max)
			return false;
	}
	if (p == *at)
		return false;
	*at = p;
	*to = v;
	return true;
}

static bool
word(const char **at, const char *expected)
{
	size_t n = strlen(expected);

	if (strncmp(*at, expected, n) != 0)
		return false;
	*at += n;
	return true;
}

static bool
name(const char **at, uint32_t *to)
{
	uint64_t v;

	if (!word(at, "\"s") || !number(at, UINT32_MAX, &v) || !word(at, "\""))
		return false;
	*to = (uint32_t)v;
	return true;
}

static bool
address(const char **at, uint32_t *to)
{
	uint64_t byte;

	*to = 0;
	for (int i = 0; i < 4; i++) {
		if ((i > 0 && !word(at, ".")) || !number(at, 255, &byte))
			return false;
		*to = *to << 8 | (uint32_t)byte;
	}
	return true;
}

/* What follows the name, as far as it goes. */
static bool
key(const char **at, struct nftlisted *to)
{
	uint64_t v;

	if (!word(at, " . "))
		return true;
	if (!address(at, &to->address) || !word(at, " . ") ||
	    !number(at, 255, &v))
		return false;
	to->protocol = (uint32_t)v;
	if (!word(at, " . "))
		return true;
	if (!number(at, UINT16_MAX, &v))
		return false;
	to->port = (uint32_t)v;
	return true;
}

/* The number that follows those words, before end; 0: they are not there. */
static uint64_t
value(const char *at, const char *end, const char *words)
{
	const char *found = strstr(at, words);
	uint64_t v;

	if (found == NULL || found >= end)
		return 0;
	found += strlen(words);
	return number(&found, UINT64_MAX / 10 - 1, &v) ? v : 0;
}

const char *
nftlist_next(const char *text, struct nftlisted *to)
{
	const char *at, *end;

	for (at = strstr(text, "\"s"); at != NULL; at = strstr(end, "\"s")) {
		end = at + 1 + strcspn(at + 1, ",}");
		*to = (struct nftlisted){ .number = 0 };
		if (!name(&at, &to->number) || !key(&at, to))
			continue;
		to->packets = value(at, end, "counter packets ");
		to->expires = value(at, end, "expires ");
		return end;
	}
	return NULL;
}
