/* publish_url.c - url of the option publishing. */
#include "gateway/base/publish_url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyz0123456789-"
#define LOCAL	".localhost" /* of this host alone, RFC 6761 */

static bool
is_suffix(const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++) {
		if (text[i] == '.' && (text[i + 1] == '.' || i + 1 == n))
			return false;
	}
	return n > 1 && text[0] == '.' &&
	       text[strspn(text, LETTERS ".")] == '\0';
}

static bool
is_port(const char *text, bool is_secure)
{
	size_t n = strspn(text + 1, "0123456789");
	long port = strtol(text + 1, NULL, 10);

	return n > 0 && n <= 5 && text[1] != '0' && text[1 + n] == '\0' &&
	       port <= 65535 && port != (is_secure ? 443 : 80);
}

static bool
is_local(const char *suffix)
{
	size_t n = strlen(suffix), end = strlen(LOCAL);

	return n >= end && strcmp(suffix + n - end, LOCAL) == 0;
}

int
publish_url_parse(struct publish_url *u, const char *text, struct err *e)
{
	bool is_secure = strncmp(text, "https://*.", 10) == 0;
	const char *rest = text + (is_secure ? 9 : 8);
	size_t n;

	*u = (struct publish_url){ .is_secure = is_secure };
	if (!is_secure && strncmp(text, "http://*.", 9) != 0)
		return err_set(e, 0, "it begins with https://*.");
	n = strcspn(rest, ":");
	if (n >= sizeof(u->suffix))
		return err_set(e, 0, "it is too long");
	memcpy(u->suffix, rest, n);
	if (!is_suffix(u->suffix))
		return err_set(e, 0,
		    "after the * is a domain, in lower case, and nothing after"
		    " that but perhaps a port");
	if (rest[n] != '\0') {
		if (!is_port(rest + n, is_secure))
			return err_set(e, 0,
			    "its port is a number, and not the usual one");
		snprintf(u->port, sizeof(u->port), "%s", rest + n);
	}
	if (!is_secure && !is_local(u->suffix))
		return err_set(e, 0,
		    "without TLS its cookies would be anybody's who listens:"
		    " http:// is for *.localhost");
	return 0;
}

bool
publish_url_has(const struct publish_url *u, const char *host)
{
	size_t label = strspn(host, LETTERS);

	return label > 0 && label < PUBLISH_LABEL_SIZE &&
	       strcmp(host + label, u->suffix) == 0;
}

void
publish_url_origin(const struct publish_url *u, const char *host,
    char to[PUBLISH_ORIGIN_SIZE])
{
	snprintf(to, PUBLISH_ORIGIN_SIZE, "%s://%s%s",
	    u->is_secure ? "https" : "http", host, u->port);
}
