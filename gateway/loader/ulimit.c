/* ulimit.c - a lab's ulimits: names and values of setrlimit(2). */
#include "gateway/loader/ulimit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "gateway/base/array.h"

enum unit { COUNTED, BYTES, SECONDS };

/* Not here: core is 0, since the host's core_pattern decides what would be
 * done with one; nice and rtprio need a capability that no sandbox has; locks and
 * rss do nothing since Linux 2.4. */
static const struct {
	const char *name;
	int resource;
	enum unit unit;
} known[] = {
	{ "as", RLIMIT_AS, BYTES },
	{ "cpu", RLIMIT_CPU, SECONDS },
	{ "data", RLIMIT_DATA, BYTES },
	{ "fsize", RLIMIT_FSIZE, BYTES },
	{ "memlock", RLIMIT_MEMLOCK, BYTES },
	{ "msgqueue", RLIMIT_MSGQUEUE, BYTES },
	{ "nofile", RLIMIT_NOFILE, COUNTED },
	{ "nproc", RLIMIT_NPROC, COUNTED },
	{ "sigpending", RLIMIT_SIGPENDING, COUNTED },
	{ "stack", RLIMIT_STACK, BYTES },
};
#define NAMES                                                                  \
	"as cpu data fsize memlock msgqueue nofile nproc"                      \
	" sigpending stack"

static uint64_t
factor(enum unit unit, const char *suffix, size_t length)
{
	static const struct {
		enum unit unit;
		char suffix;
		uint64_t factor;
	} units[] = {
		{ BYTES, 'K', 1 << 10 },
		{ BYTES, 'M', 1 << 20 },
		{ BYTES, 'G', 1 << 30 },
		{ SECONDS, 's', 1 },
		{ SECONDS, 'm', 60 },
		{ SECONDS, 'h', 3600 },
	};

	if (length == 0)
		return 1;
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		if (length == 1 && units[i].unit == unit &&
		    units[i].suffix == suffix[0])
			return units[i].factor;
	}
	return 0;
}

/* One value of that length; false when it is no value. */
static bool
parse_value(const char *text, size_t length, enum unit unit, uint64_t *to)
{
	size_t digits = strspn(text, "0123456789");
	uint64_t times;

	if (length == strlen("unlimited") &&
	    strncmp(text, "unlimited", length) == 0) {
		*to = RLIM_INFINITY;
		return true;
	}
	if (digits == 0 || digits > 15 || digits > length)
		return false;
	times = factor(unit, text + digits, length - digits);
	*to = strtoull(text, NULL, 10) * times;
	return times != 0;
}

int
ulimit_parse(const char *pair, struct ulimit *to, struct err *e)
{
	size_t name = strcspn(pair, "="), soft, i = 0;
	const char *value = pair + name + 1;

	while (
	    i < COUNT_OF(known) && (strlen(known[i].name) != name ||
				       strncmp(known[i].name, pair, name) != 0))
		i++;
	if (i == COUNT_OF(known))
		return err_set(e, 0,
		    "ulimits.%.*s is not one that a lab may set: " NAMES,
		    (int)name, pair);
	*to = (struct ulimit){ .resource = known[i].resource };
	soft = strcspn(value, ":");
	if (!parse_value(value, soft, known[i].unit, &to->soft) ||
	    (value[soft] == ':' &&
		!parse_value(value + soft + 1, strlen(value + soft + 1),
		    known[i].unit, &to->hard)))
		return err_set(e, 0,
		    "ulimits.%s = \"%s\" is not %s: give one, or two as"
		    " \"soft:hard\"; unlimited is one, too",
		    known[i].name, value,
		    known[i].unit == BYTES     ? "a size such as 64M"
		    : known[i].unit == SECONDS ? "a time such as 10s"
					       : "a number");
	if (value[soft] != ':')
		to->hard = to->soft;
	if (to->soft > to->hard)
		return err_set(e, 0,
		    "ulimits.%s = \"%s\": soft is more than hard",
		    known[i].name, value);
	return 0;
}

void
ulimits_list(const struct texts *pairs, struct numbers *to)
{
	for (size_t i = 0; i < pairs->count; i++) {
		struct ulimit u;
		struct err ignored;

		if (to->count + 3 > NUMBERS_MAX ||
		    ulimit_parse(pairs->at[i], &u, &ignored) == -1)
			continue;
		to->at[to->count++] = (uint64_t)u.resource;
		to->at[to->count++] = u.soft;
		to->at[to->count++] = u.hard;
	}
}
