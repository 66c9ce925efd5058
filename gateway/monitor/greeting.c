/* greeting.c - banner and motd: from a text or a file, with placeholders. */
#include "gateway/monitor/greeting.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/monitor/hours.h"
#include "gateway/shared/scope.h"
#include "gateway/shared/span.h"

#define VALUE_SIZE 512
/* For a format. */
#define PLACEHOLDERS                                                           \
	"%%account %%lab %%title %%user %%hostname %%memory %%cpus %%disk "    \
	"%%inodes"                                                             \
	" %%pids %%time_limit %%idle_limit %%time_left %%until"

/* --- where it comes from -------------------------------------------------- */

/* NULL, and why.  We are root, and who wrote the lab's file may be less: their
 * students are shown what is theirs, or everybody's. */
static FILE *
open_text(const char *path, const char *config_file, const char **why)
{
	CLOSES int fd =
	    open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st, by;
	FILE *f;

	if (fd == -1 || fstat(fd, &st) == -1 || stat(config_file, &by) == -1) {
		*why = strerror(errno);
		return NULL;
	}
	if (!S_ISREG(st.st_mode)) {
		*why = "not a file";
		return NULL;
	}
	if (st.st_uid != by.st_uid && (st.st_mode & S_IROTH) == 0) {
		*why = "not everybody may read it, and it is not of the owner"
		       " of this file: chmod o+r, or chown";
		return NULL;
	}
	f = fdopen(fd, "r");
	if (f == NULL)
		*why = strerror(errno);
	else
		take_fd(&fd);
	return f;
}

/* NULL, and why. */
static const char *
read_text(struct arena *a, const char *path, const char *config_file,
    const char **why)
{
	FILE *f = open_text(path, config_file, why);
	char text[GREETING_MAX + 1];
	bool is_read;
	size_t n;

	if (f == NULL)
		return NULL;
	n = fread(text, 1, sizeof(text), f);
	is_read = !ferror(f);
	*why = strerror(errno);
	fclose(f);
	if (!is_read)
		return NULL;
	if (n > GREETING_MAX) {
		*why = "longer than 4000 bytes";
		return NULL;
	}
	if (memchr(text, '\0', n) != NULL) {
		*why = "not a text: it has NUL bytes";
		return NULL;
	}
	text[n] = '\0';
	return arena_text(a, text);
}

void
greeting_load(struct arena *a, const struct greeting *g,
    const char *config_file, config_setting_t *group, struct complaints *out)
{
	const char *path = *g->file, *why = "", *text;
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
	text = read_text(a, path, config_file, &why);
	if (text == NULL)
		complain(out, config_file, line_of(group, member), "%s %s: %s",
		    member, path, why);
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
