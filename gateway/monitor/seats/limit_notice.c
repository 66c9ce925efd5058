/* limit_notice.c - what a student reads when the sandbox has met a limit. */
#include "gateway/monitor/seats/limit_notice.h"

#include <stdio.h>
#include <string.h>

#include "gateway/config/unit.h"

static const struct {
	const char *name, *option;
	enum option_type type;
} limits[LIMIT_COUNT] = {
	[LIMIT_MEMORY] = { "out of memory", "memory", OPTION_SIZE },
	[LIMIT_PIDS] = { "too many processes", "pids", OPTION_INT },
	[LIMIT_DISK] = { "disk full", "disk", OPTION_SIZE },
	[LIMIT_INODES] = { "too many files", "inodes", OPTION_INT },
	[LIMIT_HOME_DISK] = { "home full", "home_disk", OPTION_SIZE },
	[LIMIT_HOME_INODES] = { "too many files in the home", "home_inodes",
	    OPTION_INT },
};

const char *
limit_notice_name(enum limit limit)
{
	return limits[limit].name;
}

static int64_t
bound_of_machine(const struct lab *lab, const char *name, enum limit limit)
{
	const struct machine *m = NULL;

	for (size_t i = 0; lab != NULL && i < lab->machine_count; i++) {
		if (strcmp(lab->machines[i].name, name) == 0)
			m = &lab->machines[i];
	}
	if (m == NULL)
		return -1;
	switch (limit) {
	case LIMIT_MEMORY:
		return m->memory;
	case LIMIT_PIDS:
		return m->pids;
	case LIMIT_DISK:
		return m->disk;
	case LIMIT_INODES:
		return m->inodes;
	case LIMIT_HOME_DISK:
		return lab->home_disk;
	case LIMIT_HOME_INODES:
		return lab->home_inodes;
	default:
		return -1;
	}
}

/* What the sandbox was started with, where its seat remembers that; else what
 * the lab says today, which a reload may have changed.  -1 for unknown. */
static int64_t
bound_of(const struct seat *s, const struct lab *lab, const char *machine,
    enum limit limit)
{
	if (machine[0] != '\0')
		return bound_of_machine(lab, machine, limit);
	if (limit == LIMIT_MEMORY)
		return s->memory_max;
	if (limit == LIMIT_PIDS)
		return s->pids_max;
	if (lab == NULL)
		return -1;
	switch (limit) {
	case LIMIT_DISK:
		return lab->disk;
	case LIMIT_INODES:
		return lab->inodes;
	case LIMIT_HOME_DISK:
		return lab->home_disk;
	case LIMIT_HOME_INODES:
		return lab->home_inodes;
	default:
		return -1;
	}
}

void
limit_notice_text(const struct seat *s, const struct lab *lab,
    const char *machine, enum limit limit, char to[TEXT_SIZE])
{
	int64_t bound = bound_of(s, lab, machine, limit);
	char value[UNIT_SIZE];

	if (bound == -1) {
		snprintf(to, TEXT_SIZE, "%s", limits[limit].name);
		return;
	}
	unit_text(limits[limit].type, bound, value);
	snprintf(to, TEXT_SIZE, "%s: the limit of %s%s is %s = %s%s",
	    limits[limit].name,
	    machine[0] == '\0' ? "this sandbox" : "machine ", machine,
	    limits[limit].option, value,
	    limit == LIMIT_MEMORY ? "; a process was ended" : "");
}
