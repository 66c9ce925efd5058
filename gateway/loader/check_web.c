/* check_web.c - can metrics be served where the site wants them? */
#include <netinet/in.h>
#include <string.h>

#include "gateway/base/address.h"
#include "gateway/loader/check.h"
#include "gateway/loader/own_user.h"

/* 127.0.0.0/8 or ::1. */
static bool
is_loopback(const char *text)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const uint8_t v6[16] = { [15] = 1 };
	struct address a;

	if (address_parse(&a, text, 0) == -1)
		return false;
	return memcmp(a.ip, v6, sizeof(v6)) == 0 ||
	       (memcmp(a.ip, mapped, sizeof(mapped)) == 0 && a.ip[12] == 127);
}

/* As browsers write an origin (RFC 6454): what is after the name, upper case and the
 * scheme's own port are not in it. */
static bool
is_origin(const char *url)
{
	static const char legal[] = "abcdefghijklmnopqrstuvwxyz0123456789-.:[]";
	bool is_tls = strncmp(url, "https://", 8) == 0;
	size_t n = strlen(url);
	const char *host = url + (is_tls ? 8 : 7);
	const char *usual = is_tls ? ":443" : ":80";

	if (!is_tls && strncmp(url, "http://", 7) != 0)
		return false;
	return *host != '\0' && host[strspn(host, legal)] == '\0' &&
	       strcmp(url + n - strlen(usual), usual) != 0;
}

/* Without TLS its cookie would be anybody's who listens. */
static bool
is_safe(const char *url)
{
	static const char *const names[] = { "http://127.0.0.1",
		"http://localhost", "http://[::1]" };

	if (strncmp(url, "https://", 8) == 0)
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t n = strlen(names[i]);

		if (strncmp(url, names[i], n) == 0 &&
		    (url[n] == '\0' || url[n] == ':'))
			return true;
	}
	return false;
}

static void
check_url(const struct config *c, int line, struct diagnostics *out)
{
	const char *url = c->web[0].url;

	if (url[0] == '\0')
		return;
	if (!is_origin(url))
		diagnose(out, c->file, line,
		    "web: url = \"%s\" is not what a browser calls this"
		    " site: write https://NAME or https://NAME:PORT, in lower"
		    " case and with nothing after it",
		    url);
	else if (!is_safe(url))
		diagnose(out, c->file, line,
		    "web: url = \"%s\" has no TLS: write https://NAME, with"
		    " nginx or caddy in front, see atoll-wall(7); http:// is "
		    "for"
		    " 127.0.0.1, [::1] and localhost",
		    url);
}

void
check_loopback(const struct config *c, const char *option, const char *address,
    int line, struct diagnostics *out)
{
	if (!is_loopback(address))
		diagnose(out, c->file, line,
		    "%s: address = \"%s\" is not one of this host's loopback"
		    " (127.0.0.1 or ::1): others reach it when you put nginx or"
		    " caddy in front, see atoll-%s(7)",
		    option, address,
		    strcmp(option, "web") == 0 ? "metrics" : "publish");
}

/* Whose passwords these are would not know whom they are given to. */
static void
check_terminal(const struct config *c, int line, struct diagnostics *out)
{
	if (c->web[0].terminal == 0)
		return;
	if (c->web[0].url[0] == '\0')
		diagnose(out, c->file, line,
		    "web: terminal = true needs url: what browsers call this"
		    " site, see atoll-terminal(7)");
	own_user_check(c, c->browser_user,
	    &(struct own_user_need){ c->file, line, "web: terminal = true",
		"browser_user" },
	    out);
}

/* It speaks no TLS and asks nobody for a password. */
void
check_web(const struct config *c, config_setting_t *group,
    struct diagnostics *out)
{
	int line = line_of(group, "web");

	if (c->web_count == 0)
		return;
	if (c->web_count > 1)
		diagnose(out, c->file, line, "web is there twice");
	check_loopback(c, "web", c->web[0].address, line, out);
	check_url(c, line, out);
	check_terminal(c, line, out);
	own_user_check(c, c->web_user,
	    &(struct own_user_need){ c->file, line, "web", "web_user" }, out);
}
