/* cgroup.c - the limits of a sandbox, and what it uses of them. */
#include "sandbox/builder/cgroup/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "sandbox/builder/procfile.h"

#define NEEDED                                                                 \
	(1U << CONTROLLER_MEMORY | 1U << CONTROLLER_CPU | 1U << CONTROLLER_PIDS)

/* --- finding ------------------------------------------------------------ */

static void
free_lines(FILE **f)
{
	if (*f != NULL)
		fclose(*f);
}
#define CLOSES_FILE __attribute__((cleanup(free_lines)))

/* A v2 mount says in a file what it controls. */
static unsigned
v2_controllers(const struct hierarchy *h)
{
	CLOSES int dir = open(h->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	char text[512];
	CLOSES int fd = -1;
	ssize_t n;

	if (dir == -1)
		return 0;
	fd = openat(dir, "cgroup.controllers", O_RDONLY | O_CLOEXEC);
	n = fd == -1 ? -1 : read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	return controllers_parse(text);
}

static void
adopt(struct cgroups *g, const struct hierarchy *h)
{
	for (int c = 0; c < CONTROLLER_COUNT; c++) {
		if ((h->controllers >> c & 1) != 0)
			g->at[c] = (int)g->count;
	}
	g->hierarchy[g->count++] = *h;
}

/* Keep h when it has a controller that we have not found yet. */
static void
consider(struct cgroups *g, struct hierarchy *h)
{
	unsigned have = 0;

	for (unsigned i = 0; i < g->count; i++)
		have |= g->hierarchy[i].controllers;
	if (h->is_v2) {
		h->controllers = v2_controllers(h);
		if ((h->controllers & NEEDED) != NEEDED) {
			/* hybrid: the controllers are in v1 */
			memcpy(g->freezer.unified, h->path, sizeof(h->path));
			return;
		}
		g->kind = &cgroup_v2;
		g->count = 0;
	} else {
		h->controllers &= ~have;
		/* It is for some sandboxes, and not for each as the others. */
		if ((h->controllers >> CONTROLLER_CPUSET & 1) != 0)
			memcpy(g->cpuset.path, h->path, sizeof(h->path));
		if ((h->controllers >> CONTROLLER_FREEZER & 1) != 0)
			memcpy(g->freezer.v1, h->path, sizeof(h->path));
		h->controllers &=
		    ~(1U << CONTROLLER_CPUSET | 1U << CONTROLLER_FREEZER);
	}
	if (h->controllers != 0 && g->count < CONTROLLER_COUNT)
		adopt(g, h);
}

int
cgroups_find(struct cgroups *g, struct err *e)
{
	CLOSES_FILE FILE *f = fopen("/proc/self/mountinfo", "re");
	char line[2048];
	struct hierarchy h;

	*g = (struct cgroups){ .kind = &cgroup_v1,
		.cpuset.own = -1,
		.freezer.own = -1 };
	for (int c = 0; c < CONTROLLER_COUNT; c++)
		g->at[c] = g->own[c] = -1;
	if (f == NULL)
		return err_set(e, errno, "/proc/self/mountinfo");
	while (g->kind != &cgroup_v2 && fgets(line, sizeof(line), f) != NULL) {
		if (hierarchy_parse(line, &h))
			consider(g, &h);
	}
	for (int c = 0; c < CONTROLLER_COUNT; c++) {
		if ((NEEDED >> c & 1) != 0 && g->at[c] == -1)
			return err_set(e, 0,
			    "no cgroup controller \"%s\": mount cgroup2 with"
			    " memory, cpu and pids, or start the kernel"
			    " without cgroup_disable=%s",
			    controller_name((enum controller)c),
			    controller_name((enum controller)c));
	}
	return 0;
}

/* --- our own group ------------------------------------------------------ */

/* FNV-1a: two gateways on one host have two run_dirs. */
static uint32_t
hash(const char *text)
{
	uint32_t h = 2166136261U;

	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * 16777619U;
	return h;
}

int
cgroups_enter(struct cgroups *g, const char *run_dir, struct err *e)
{
	snprintf(g->name, sizeof(g->name), "atoll-%08" PRIx32, hash(run_dir));
	if (g->kind->enter(g, g->name, e) == -1)
		return err_wrap(e, "cgroup %s", g->name);
	freezer_sweep(g); /* what is frozen does not die */
	g->kind->sweep(g);
	cpuset_sweep(g);
	return 0;
}

void
cgroups_leave(struct cgroups *g)
{
	if (g->own[0] != -1)
		g->kind->leave(g);
	cpuset_leave(g);
	freezer_leave(g);
	for (unsigned i = 0; i < g->count; i++)
		scope_close(&g->own[i]);
}

/* --- one group ---------------------------------------------------------- */

static int
create(struct cgroups *g, struct cgroup *c, struct err *e)
{
	c->oom_event = c->pids_event = -1;
	for (int i = 0; i < CONTROLLER_COUNT; i++)
		c->tasks[i] = -1;
	c->cpuset_tasks = -1;
	c->oom_kills = c->forks_refused = 0;
	if (g->kind->create(g, c, e) == -1)
		return err_wrap(e, "cgroup %s", c->name);
	return 0;
}

int
cgroup_limit(struct cgroups *g, const struct limits *l, struct cgroup *c,
    struct err *e)
{
	if (g->kind->limit(g, l, c, e) == -1 ||
	    (l->has_cpuset && cpuset_take(g, c, l->cpu_percent, e) == -1))
		return err_wrap(e, "cgroup %s", c->name);
	return 0;
}

void
cgroup_name(uint32_t id, char to[CGROUP_NAME_SIZE])
{
	snprintf(to, CGROUP_NAME_SIZE, "s%" PRIu32, id);
}

int
cgroup_create(struct cgroups *g, uint32_t id, struct cgroup *c, struct err *e)
{
	cgroup_name(id, c->name);
	return create(g, c, e);
}

int
cgroups_probe(struct cgroups *g, const struct limits *l, struct err *e)
{
	struct cgroup c = { .name = "probe" };
	int rc = create(g, &c, e) == -1 ? -1 : cgroup_limit(g, l, &c, e);

	cgroup_remove(g, &c);
	return rc;
}

int
cgroup_clone_fd(struct cgroups *g, const struct cgroup *c)
{
	if (g->kind != &cgroup_v2)
		return -1; /* clone3 refuses the groups of v1 */
	return openat(g->own[0], c->name, O_DIRECTORY | O_CLOEXEC);
}

int
cgroup_join(struct cgroups *g, const struct cgroup *c, struct err *e)
{
	if (g->kind->join(g, c, e) == -1)
		return -1;
	return cpuset_join(c, e);
}

void
cgroup_joined(struct cgroup *c)
{
	for (int i = 0; i < CONTROLLER_COUNT; i++)
		scope_close(&c->tasks[i]);
	scope_close(&c->cpuset_tasks);
}

int
cgroup_add(struct cgroups *g, const struct cgroup *c, pid_t pid, struct err *e)
{
	for (unsigned i = 0; i < g->count; i++) {
		if (cgroup_write_u64(g->own[i], c->name, g->kind->add,
			(uint64_t)pid, e) == -1)
			return err_wrap(e, "the sandbox's group");
	}
	return 0;
}

void
cgroup_kill(struct cgroups *g, const struct cgroup *c)
{
	g->kind->kill(g, c->name);
}

int
cgroup_remove(struct cgroups *g, struct cgroup *c)
{
	scope_close(&c->oom_event);
	scope_close(&c->pids_event);
	cgroup_joined(c);
	if (c->name[0] == '\0')
		return 0;
	if (cpuset_drop(g, c->name) == -1 || freezer_drop(g, c->name) == -1 ||
	    g->kind->remove(g, c->name) == -1)
		return -1;
	c->name[0] = '\0';
	return 0;
}

void
cgroup_usage(struct cgroups *g, const struct cgroup *c, struct cgroup_usage *u)
{
	*u = (struct cgroup_usage){ 0 };
	if (c->name[0] != '\0')
		g->kind->usage(g, c, u);
}

uint64_t
cgroup_cpu_us(struct cgroups *g, const struct cgroup *c)
{
	return c->name[0] == '\0' ? 0 : g->kind->cpu_us(g, c);
}

uint64_t
cgroup_memory_peak(struct cgroups *g, const struct cgroup *c)
{
	return c->name[0] == '\0' ? 0 : g->kind->memory_peak(g, c);
}

uint64_t
cgroup_quota_get(struct cgroups *g, const struct cgroup *c)
{
	return c->name[0] == '\0' ? 0 : g->kind->quota(g, c);
}

int
cgroup_quota_set(struct cgroups *g, const struct cgroup *c, uint64_t quota,
    struct err *e)
{
	return g->kind->set_quota(g, c, quota, e);
}

char *
cgroup_tasks(const struct cgroups *g, const struct cgroup *c)
{
	char path[64];

	if (c->name[0] == '\0')
		return NULL;
	snprintf(path, sizeof(path), "/proc/self/fd/%d/%s/%s", g->own[0],
	    c->name, g->kind->tasks);
	return procfile_whole(path);
}

static uint64_t
growth(uint64_t *seen, uint64_t now)
{
	uint64_t more = now > *seen ? now - *seen : 0;

	*seen = now;
	return more;
}

uint64_t
cgroup_new_ooms(struct cgroups *g, struct cgroup *c)
{
	return growth(&c->oom_kills, g->kind->oom_kills(g, c));
}

uint64_t
cgroup_new_refused_forks(struct cgroups *g, struct cgroup *c)
{
	return growth(&c->forks_refused, g->kind->forks_refused(g, c));
}
