/* http_cookie.c - the cookies of walls and of terminals. */
#include "gateway/web/http_cookie.h"

#include <stdio.h>

#define TERMS	 "; Path=/; HttpOnly; SameSite=Strict"
#define LINE_MAX 256

static const char *
value_of(const struct http_client *c, const char *name)
{
	return MHD_lookup_connection_value(c->connection, MHD_COOKIE_KIND,
	    name);
}

const char *
http_cookie_of(const struct http_client *c, const struct cookie_name *name)
{
	const char *secure = value_of(c, name->secure);

	return secure != NULL ? secure : value_of(c, name->plain);
}

void
http_set_cookie(struct http_client *c, const struct cookie_name *name,
    const char *cookie, bool is_secure)
{
	char line[LINE_MAX];

	if (c->answer == NULL)
		return;
	snprintf(line, sizeof(line), "%s=%s" TERMS "%s",
	    is_secure ? name->secure : name->plain, cookie,
	    is_secure ? "; Secure" : "");
	MHD_add_response_header(c->answer, MHD_HTTP_HEADER_SET_COOKIE, line);
}
