/*
 * publish_url.h - url of the option publishing: https, and *.labs.example.org.
 *
 * Each service of each seat has a host name of its own, and so an origin of its own
 * (RFC 6454): no page of a student's may read what another one, or the wall, shows.
 */
#ifndef ATOLL_BASE_PUBLISH_URL_H
#define ATOLL_BASE_PUBLISH_URL_H

#include <stdbool.h>

#include "gateway/base/err.h"

#define PUBLISH_LABEL_SIZE  64	/* of what stands for the *, with its NUL */
#define PUBLISH_HOST_SIZE   256 /* of a whole host name, likewise */
#define PUBLISH_ORIGIN_SIZE (PUBLISH_HOST_SIZE + 16)

struct publish_url {
	bool is_secure;
	char suffix[PUBLISH_HOST_SIZE -
		    PUBLISH_LABEL_SIZE]; /* ".labs.example.org" */
	char port[8];			 /* ":8443", or "" */
};

/* -1: e says how it is to be written. */
int publish_url_parse(struct publish_url *u, const char *text, struct err *e);

/* Can a host name, of lower case, be one of these?  Then it is a label and suffix. */
bool publish_url_has(const struct publish_url *u, const char *host);

/* What browsers call that host's site. */
void publish_url_origin(const struct publish_url *u, const char *host,
    char to[PUBLISH_ORIGIN_SIZE]);

#endif
