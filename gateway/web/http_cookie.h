/*
 * http_cookie.h - the cookies of walls and of terminals.	Process: web.
 */
#ifndef ATOLL_WEB_HTTP_COOKIE_H
#define ATOLL_WEB_HTTP_COOKIE_H

#include "gateway/web/http_client.h"

/* With TLS it is of this very name and no other's: no other host of the domain can set
 * it (RFC 6265bis). */
struct cookie_name {
	const char *plain, *secure; /* the second is __Host- and the first */
};

/* What the request brings of it, the secure one first; NULL: neither. */
const char *http_cookie_of(const struct http_client *c,
    const struct cookie_name *name);

/* c->answer, if there is one, has the browser keep it. */
void http_set_cookie(struct http_client *c, const struct cookie_name *name,
    const char *cookie, bool is_secure);

#endif
