/* check_greeting.c - banner, motd and help: from a text or from a file. */
#include "gateway/loader/check_greeting.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "gateway/config/greeting.h"
#include "gateway/loader/authored.h"

/* NULL, and why. */
static const char *
read_text(struct arena *a, const char *path, const struct author *by,
    struct err *e)
{
	CLOSES int fd = authored_open(by, path, e);
	char text[GREETING_MAX + 1];
	size_t n = 0;
	ssize_t got;

	if (fd == -1)
		return NULL;
	while (n < sizeof(text) &&
	       (got = read(fd, text + n, sizeof(text) - n)) != 0) {
		if (got == -1) {
			err_set(e, errno, "%s", path);
			return NULL;
		}
		n += (size_t)got;
	}
	if (n > GREETING_MAX)
		err_set(e, 0, "%s: longer than 4000 bytes", path);
	else if (memchr(text, '\0', n) != NULL)
		err_set(e, 0, "%s: not a text: it has NUL bytes", path);
	else
		return arena_print(a, "%.*s", (int)n, text);
	return NULL;
}

void
greeting_load(struct arena *a, const struct greeting *g,
    const char *config_file, const struct author *by, config_setting_t *group,
    struct diagnostics *out)
{
	const char *path = *g->file, *text;
	struct err e = { 0 };
	char member[32];

	if (path[0] == '\0')
		return;
	snprintf(member, sizeof(member), "%s_file", g->name);
	*g->file = ""; /* from here on the text is all there is */
	if (**g->text != '\0') {
		diagnose(out, config_file, line_of(group, member),
		    "%s and %s are both given: choose one", g->name, member);
		return;
	}
	text = read_text(a, path, by, &e);
	if (text == NULL)
		diagnose(out, config_file, line_of(group, member), "%s %s",
		    member, e.text);
	else
		*g->text = text;
}

void
greeting_check(const struct lab *lab, const struct greeting *g,
    config_setting_t *group, struct diagnostics *out)
{
	const struct greeting_facts f = { .lab = lab, .account = "" };
	const char *at = *g->text;
	char member[32], value[GREETING_VALUE_SIZE];

	snprintf(member, sizeof(member), "%s_file", g->name);
	if (config_setting_get_member(group, member) == NULL)
		snprintf(member, sizeof(member), "%s", g->name);
	while ((at = strchr(at, '%')) != NULL) {
		size_t n = greeting_name_length(at);

		if (at[1] == '%')
			n = 1;
		else if (n > 0 && !greeting_value(at + 1, n, &f, value))
			diagnose(out, lab->file, line_of(group, member),
			    "%s: %.*s is not a placeholder: there are"
			    " " GREETING_PLACEHOLDERS
			    ", and %%%% is a percent sign",
			    member, (int)n + 1, at);
		at += n + 1;
	}
}
