/* check_publish.c - can browsers reach what seats publish? */
#include <stdlib.h>
#include <string.h>

#include "gateway/base/publish_url.h"
#include "gateway/loader/check.h"
#include "gateway/loader/check_lab.h"
#include "gateway/loader/own_user.h"

#define SERVICES_MAX	 8
#define SERVICE_NAME_MAX 16

/* A wall there would be one of the names that students' pages have, or share a domain
 * with them whose cookies those can set. */
static bool
is_apart(const char *wall, const struct publish_url *u)
{
	const char *host = strstr(wall, "://");
	size_t n, end = strlen(u->suffix);

	if (host == NULL)
		return true;
	host += 3;
	n = strcspn(host, ":");
	return n < end - 1 ||
	       (strncmp(host + n - end + 1, u->suffix + 1, end - 1) != 0 ||
		   (n >= end && host[n - end] != '.'));
}

static void
check_url(const struct config *c, int line, struct diagnostics *out)
{
	const char *url = c->publishing[0].url;
	struct publish_url u;
	struct err e;

	if (publish_url_parse(&u, url, &e) == -1)
		diagnose(out, c->file, line,
		    "publishing: url = \"%s\": write it as"
		    " https://*.labs.example.org: %s",
		    url, e.text);
	else if (c->web_count > 0 && !is_apart(c->web[0].url, &u))
		diagnose(out, c->file, line,
		    "publishing: url = \"%s\" holds url = \"%s\" of web:"
		    " students' pages need a domain that the wall is not in",
		    url, c->web[0].url);
}

void
check_publishing(const struct config *c, config_setting_t *group,
    struct diagnostics *out)
{
	int line = line_of(group, "publishing");

	if (c->publishing_count == 0)
		return;
	if (c->publishing_count > 1)
		diagnose(out, c->file, line, "publishing is there twice");
	check_loopback(c, "publishing", c->publishing[0].address, line, out);
	check_url(c, line, out);
	own_user_check(c, c->publish_user,
	    &(struct own_user_need){ c->file, line, "publishing",
		"publish_user" },
	    out);
}

/* --- of a lab ----------------------------------------------------------------- */

static bool
is_service(const char *pair)
{
	size_t n = strspn(pair, "abcdefghijklmnopqrstuvwxyz0123456789");

	return n > 0 && n <= SERVICE_NAME_MAX && pair[n] == '=' &&
	       pair[0] > '9';
}

/* What is before a colon in its value, and how long that is. */
static const char *
machine_of(const char *pair, size_t *size)
{
	const char *text = strchr(pair, '=') + 1;
	size_t n = strcspn(text, ":");

	*size = text[n] == ':' ? n : 0;
	return text;
}

static bool
has_machine(const struct lab *lab, const char *pair)
{
	size_t n;
	const char *name = machine_of(pair, &n);

	for (size_t i = 0; i < lab->machine_count; i++) {
		if (strlen(lab->machines[i].name) == n &&
		    memcmp(lab->machines[i].name, name, n) == 0)
			return true;
	}
	return name[n] != ':';
}

static bool
is_port(const char *pair)
{
	size_t before;
	const char *value = machine_of(pair, &before);
	const char *text = value + before + (value[before] == ':');
	size_t n = strspn(text, "0123456789");
	long port = n > 5 ? 0 : strtol(text, NULL, 10);

	return n > 0 && text[n] == '\0' && port > 0 && port <= 65535;
}

static bool
is_twice(const struct texts *all, size_t i)
{
	size_t n = strcspn(all->at[i], "=") + 1;

	for (size_t k = 0; k < i; k++) {
		if (strncmp(all->at[k], all->at[i], n) == 0)
			return true;
	}
	return false;
}

static void
check_pair(const struct lab *lab, size_t i, int line, struct diagnostics *out)
{
	const struct texts *all = &lab->publish;
	const char *pair = all->at[i];

	if (!is_service(pair) || is_twice(all, i))
		diagnose(out, lab->file, line,
		    "publish: \"%s\": a name is up to %d lower-case letters and"
		    " digits, first a letter, and is there once",
		    pair, SERVICE_NAME_MAX);
	else if (!is_port(pair))
		diagnose(out, lab->file, line,
		    "publish: \"%s\" is no port from 1 to 65535, or"
		    " MACHINE:PORT",
		    pair);
	else if (!has_machine(lab, pair))
		diagnose(out, lab->file, line,
		    "publish: \"%s\": the lab has no machine of that name",
		    pair);
}

void
check_publish(const struct config *c, const struct lab *lab,
    config_setting_t *group, struct diagnostics *out)
{
	const struct texts *all = &lab->publish;
	int line = line_of(group, "publish");

	if (all->count > 0 && c->publishing_count == 0)
		diagnose(out, lab->file, line,
		    "publish needs the option publishing of the site, which"
		    " says at what address browsers find it");
	if (all->count > SERVICES_MAX)
		diagnose(out, lab->file, line, "publish has more than %d names",
		    SERVICES_MAX);
	for (size_t i = 0; i < all->count; i++)
		check_pair(lab, i, line, out);
}
