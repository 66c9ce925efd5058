/* greeting.c - banner and motd: from a text or a file, with placeholders. */
#include "gateway/config/greeting.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "gateway/base/span.h"
#include "gateway/config/hours.h"

#define VALUE_SIZE 512
/* For a format. */
#define PLACEHOLDERS                                                           \
	"%%account %%lab %%title %%user %%hostname %%memory %%cpus %%disk "    \
	"%%inodes"                                                             \
	" %%pids %%time_limit %%idle_limit %%time_left %%until"

/* --- where it comes from -------------------------------------------------- */

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
    struct complaints *out)
{
	const char *path = *g->file, *text;
	struct err e = { 0 };
	char member[32];

	if (path[0] == '\0')
		return;
	snprintf(member, sizeof(member), "%s_file", g->name);
	*g->file = ""; /* from here on the text is all there is */
	if (**g->text != '\0') {
		complain(out, config_file, line_of(group, member),
		    "%s and %s are both given: choose one", g->name, member);
		return;
	}
	text = read_text(a, path, by, &e);
	if (text == NULL)
		complain(out, config_file, line_of(group, member), "%s %s",
		    member, e.text);
	else
		*g->text = text;
}

/* --- placeholders --------------------------------------------------------- */

static void
write_size(int64_t bytes, char to[VALUE_SIZE])
{
	static const char units[] = "KMG";
	int unit = -1;

	while (bytes >= 1024 && bytes % 1024 == 0 && unit < 2) {
		bytes /= 1024;
		unit++;
	}
	snprintf(to, VALUE_SIZE, "%" PRId64 "%.*s", bytes, unit >= 0,
	    unit >= 0 ? units + unit : "");
}

static void
write_span(int64_t seconds, char to[VALUE_SIZE])
{
	char span[SPAN_SIZE];

	span_text(seconds, span);
	snprintf(to, VALUE_SIZE, "%s",
	    seconds == 0 || seconds == INT64_MAX ? "no limit" : span);
}

static void
write_until(int64_t until, char to[VALUE_SIZE])
{
	char when[HOURS_TEXT_SIZE];

	hours_text(until, when);
	snprintf(to, VALUE_SIZE, "%s", until == 0 ? "no end" : when);
}

static bool
is(const char *name, size_t length, const char *other)
{
	return strlen(other) == length && strncmp(name, other, length) == 0;
}

/* The value of a placeholder; false when there is none of that name. */
static bool
find_value(const char *name, size_t n, const struct greeting_facts *f,
    char to[VALUE_SIZE])
{
	const struct lab *lab = f->lab;

	if (is(name, n, "account"))
		snprintf(to, VALUE_SIZE, "%s", f->account);
	else if (is(name, n, "lab"))
		snprintf(to, VALUE_SIZE, "%s", lab->name);
	else if (is(name, n, "title"))
		snprintf(to, VALUE_SIZE, "%s", lab->title);
	else if (is(name, n, "user"))
		snprintf(to, VALUE_SIZE, "%s", lab->user);
	else if (is(name, n, "hostname"))
		snprintf(to, VALUE_SIZE, "%s", lab->hostname);
	else if (is(name, n, "memory"))
		write_size(lab->memory, to);
	else if (is(name, n, "cpus"))
		snprintf(to, VALUE_SIZE, "%g", (double)lab->cpu_percent / 100);
	else if (is(name, n, "disk"))
		write_size(lab->disk, to);
	else if (is(name, n, "inodes"))
		snprintf(to, VALUE_SIZE, "%" PRId64, lab->inodes);
	else if (is(name, n, "pids"))
		snprintf(to, VALUE_SIZE, "%" PRId64, lab->pids);
	else if (is(name, n, "time_limit"))
		write_span(lab->time_limit, to);
	else if (is(name, n, "idle_limit"))
		write_span(lab->idle_limit, to);
	else if (is(name, n, "time_left"))
		write_span(f->seconds_left, to);
	else if (is(name, n, "until"))
		write_until(lab->until, to);
	else
		return false;
	return true;
}

/* How long the placeholder's name at this percent sign is; 0 for none: "5 %"
 * needs no care. */
static size_t
name_length(const char *percent)
{
	return strspn(percent + 1, "abcdefghijklmnopqrstuvwxyz_");
}

void
greeting_check(const struct lab *lab, const struct greeting *g,
    config_setting_t *group, struct complaints *out)
{
	const struct greeting_facts f = { .lab = lab, .account = "" };
	const char *at = *g->text;
	char member[32], value[VALUE_SIZE];

	snprintf(member, sizeof(member), "%s_file", g->name);
	if (config_setting_get_member(group, member) == NULL)
		snprintf(member, sizeof(member), "%s", g->name);
	while ((at = strchr(at, '%')) != NULL) {
		size_t n = name_length(at);

		if (at[1] == '%')
			n = 1;
		else if (n > 0 && !find_value(at + 1, n, &f, value))
			complain(out, lab->file, line_of(group, member),
			    "%s: %.*s is not a placeholder: there are"
			    " " PLACEHOLDERS ", and %%%% is a percent sign",
			    member, (int)n + 1, at);
		at += n + 1;
	}
}

void
greeting_write(const char *text, const struct greeting_facts *f,
    char to[LINE_SIZE])
{
	char value[VALUE_SIZE];
	size_t at = 0;

	while (*text != '\0' && at < LINE_SIZE - 1) {
		size_t n = *text == '%' ? name_length(text) : 0;

		if (text[0] == '%' && text[1] == '%') {
			to[at++] = '%';
			text += 2;
		} else if (n > 0 && find_value(text + 1, n, f, value)) {
			at += (size_t)snprintf(to + at, LINE_SIZE - at, "%s",
			    value);
			text += n + 1;
		} else {
			to[at++] = *text++;
		}
	}
	to[at < LINE_SIZE ? at : LINE_SIZE - 1] = '\0';
}
