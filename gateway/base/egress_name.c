/* egress_name.c - what a lab's sandboxes may reach by name. */
#include "gateway/base/egress_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PART_MAX 63

static bool
is_of_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '_';
}

bool
is_host_name(const char *text)
{
	size_t part = 0, all = 0;

	for (; text[all] != '\0'; all++) {
		if (text[all] == '.' && part == 0)
			return false;
		if (text[all] != '.' && !is_of_name(text[all]))
			return false;
		part = text[all] == '.' ? 0 : part + 1;
		if (part > PART_MAX || all + 2 > HOST_NAME_SIZE)
			return false;
	}
	return part > 0;
}

/* Up to its first colon: an address of IPv4 has digits, dots and a slash. */
bool
egress_is_name(const char *text)
{
	size_t length = strcspn(text, ":");
	bool has_letter = false;

	for (size_t i = 0; i < length; i++) {
		char c = text[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (!is_of_name(c) && c != '.' && c != '*')
			return false;
		has_letter |= (c >= 'a' && c <= 'z') || c == '*';
	}
	return has_letter;
}

/* "443" or "*"; false: it is neither. */
static bool
read_port(const char *text, uint16_t *to)
{
	char *end;
	long v;

	*to = 0;
	if (strcmp(text, "*") == 0)
		return true;
	if (text[0] < '0' || text[0] > '9')
		return false;
	v = strtol(text, &end, 10);
	*to = (uint16_t)v;
	return *end == '\0' && v >= 1 && v <= 65535;
}

int
egress_name_parse(struct egress_name *to, const char *text, struct err *e)
{
	const char *port = strchr(text, ':');
	size_t skip = strncmp(text, "*.", 2) == 0 ? 2 : 0, length = 0;

	to->is_wild = skip != 0;
	for (const char *at = text + skip; *at != '\0' && at != port; at++) {
		if (length + 1 == sizeof(to->name))
			return err_set(e, 0, "\"%.80s\" is too long", text);
		to->name[length++] =
		    (char)(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at);
	}
	to->name[length] = '\0';
	if (!is_host_name(to->name))
		return err_set(e, 0,
		    "\"%.80s\" does not begin with a host's name, such as"
		    " \"deb.debian.org:443\" or \"*.debian.org:443\"",
		    text);
	/* What anybody may register is no list. */
	if (to->is_wild && strchr(to->name, '.') == NULL)
		return err_set(e, 0,
		    "\"%.80s\" needs two parts at least after its *", text);
	if (port == NULL || !read_port(port + 1, &to->port))
		return err_set(e, 0,
		    "\"%.80s\" needs a port after its name, such as :443, or"
		    " :* for all",
		    text);
	return 0;
}

void
egress_name_text(const struct egress_name *from, char to[EGRESS_NAME_TEXT])
{
	int n = snprintf(to, EGRESS_NAME_TEXT,
	    "%s%s:", from->is_wild ? "*." : "", from->name);

	if (from->port == 0)
		snprintf(to + n, EGRESS_NAME_TEXT - (size_t)n, "*");
	else
		snprintf(to + n, EGRESS_NAME_TEXT - (size_t)n, "%u",
		    from->port);
}

bool
egress_name_allows(const struct egress_name *entry, const char *name)
{
	size_t all = strlen(name), end = strlen(entry->name);

	if (!entry->is_wild)
		return strcmp(name, entry->name) == 0;
	return all > end + 1 && name[all - end - 1] == '.' &&
	       strcmp(name + all - end, entry->name) == 0;
}
