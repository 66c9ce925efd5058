/*
 * egress_name.h - what a lab's sandboxes may reach by name: "deb.debian.org:443",
 * "*.debian.org:*"; and what became of names that they asked for.
 */
#ifndef ATOLL_BASE_EGRESS_NAME_H
#define ATOLL_BASE_EGRESS_NAME_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/err.h"

#define HOST_NAME_SIZE 254 /* with the terminating NUL */

struct egress_name {
	char name[HOST_NAME_SIZE]; /* in small letters; what follows "*." */
	bool is_wild;  /* any name that ends so, and not that itself */
	uint16_t port; /* of TCP and UDP; 0: any, and ping */
};

/* A name of a host in small letters: parts of letters, digits, - and _, of 63 bytes at
 * most, with dots between. */
bool is_host_name(const char *text);

/* Is the entry meant as a name, and not as an address? */
bool egress_is_name(const char *text);

/* -1 with what it should be. */
int egress_name_parse(struct egress_name *to, const char *text, struct err *e);

/* As it is written. */
#define EGRESS_NAME_TEXT (HOST_NAME_SIZE + 8)
void egress_name_text(const struct egress_name *from,
    char to[EGRESS_NAME_TEXT]);

/* Does it allow that name? */
bool egress_name_allows(const struct egress_name *entry, const char *name);

/* Why a sandbox got no address for a name.  The values are on the wire. */
enum name_trouble {
	NAME_NOT_ALLOWED,
	NAME_UNKNOWN,	 /* there is no such name, */
	NAME_NO_ADDRESS, /* or it has no IPv4 address; */
	NAME_UNANSWERED, /* the site's resolver said nothing of use; */
	NAME_NO_RESOLVER,
	NAME_BAD_ADDRESS, /* its addresses are such that no lab may reach */
	NAME_TOO_MANY,	  /* the lab has no room for more */
	NAME_TOO_FAST,
	NAME_TROUBLES
};
#define NAME_TROUBLES_TOLD 8 /* of a sandbox: the newest */

#endif
