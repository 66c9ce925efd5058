/*
 * plan.c - what the loader sent: one plan a lab, all or nothing.
 *
 * The loader runs as root and has read the configuration, so it is trusted; its
 * messages are checked all the same, since an id out of range or a path that is
 * not absolute would do harm much later, in the middle of a build.
 */
#include "sandbox/builder/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "gateway/base/array.h"
#include "gateway/base/lan.h"
#include "gateway/base/scope.h"
#include "gateway/base/tools.h"
#include "gateway/wire/msg_keep.h"
#include "sandbox/builder/fs/version.h"

#define IDS_INSIDE 65536 /* as many as a sandbox has, see idmap.h */

/* With less there would be no room for a journal. */
#define HOME_DISK_MIN (UINT64_C(16) << 20)

/* The least that works, and what is surely a mistake. */
static const struct {
	const char *name;
	size_t at;
	size_t size;
	uint64_t min, max;
} ranges[] = {
#define RANGE(f, min, max)                                                     \
	{                                                                      \
#f, offsetof(struct msg_lab_plan, f),                          \
		    sizeof(((struct msg_lab_plan *)0)->f), min, max            \
	}
	RANGE(memory, 4 << 20, UINT64_C(1) << 50),
	RANGE(cpus, 1, 100000),
	RANGE(swap, 0, UINT64_C(1) << 50),
	RANGE(cpu_weight, 1, 10000),
	RANGE(pids, 2, 4194304),
	RANGE(disk, 64 << 10, UINT64_C(1) << 50),
	RANGE(inodes, 32, UINT64_C(1) << 32),
	RANGE(storage, 0, STORAGE_DISK),
	RANGE(home, 0, HOME_KINDS - 1),
	RANGE(home_disk, 0, UINT64_C(1) << 50),
	RANGE(home_inodes, 0, UINT64_C(1) << 32),
	RANGE(open_files, 16, 1 << 20),
	RANGE(seccomp, 0, SECCOMP_DEBUG),
	RANGE(aslr, 0, 1),
	RANGE(capture, 0, 1),
	RANGE(procfs, 0, PROCFS_SANDBOX),
	RANGE(setuid, 0, 1),
	RANGE(tell_calls, 0, 1),
	RANGE(may_freeze, 0, 1),
	RANGE(network, 0, NETWORK_LAB),
	RANGE(egress_rate, 0, UINT32_MAX),
	RANGE(egress_connections, 0, 65535),
	RANGE(egress_new, 0, 10000),
	RANGE(apparmor, 0, APPARMOR_OFF),
	RANGE(reattach, 0, 1),
	RANGE(warm, 0, 4095),
	RANGE(sandboxes_max, 0, 4095),
	RANGE(capabilities, 0, (UINT64_C(1) << 41) - 1),
	RANGE(uid, 0, IDS_INSIDE - 1),
	RANGE(gid, 0, IDS_INSIDE - 1),
#undef RANGE
};

/* Absolute, and with no part that leads elsewhere. */
static bool
is_plain_path(const char *path)
{
	size_t n = strlen(path);

	return path[0] == '/' && strstr(path, "/../") == NULL &&
	       (n < 3 || strcmp(path + n - 3, "/..") != 0);
}

static int
check_path(const char *name, const char *path, struct err *e)
{
	if (!is_plain_path(path))
		return err_set(e, 0, "%s \"%s\" is not an absolute path", name,
		    path);
	return 0;
}

static int
check_ranges(const struct msg_lab_plan *lab, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(ranges); i++) {
		const char *field = (const char *)lab + ranges[i].at;
		uint32_t narrow;
		uint64_t v;

		if (ranges[i].size == sizeof(narrow)) {
			memcpy(&narrow, field, sizeof(narrow));
			v = narrow;
		} else {
			memcpy(&v, field, sizeof(v));
		}
		if (v < ranges[i].min || v > ranges[i].max)
			return err_set(e, 0,
			    "%s = %" PRIu64 " is outside %" PRIu64 "..%" PRIu64,
			    ranges[i].name, v, ranges[i].min, ranges[i].max);
	}
	for (uint32_t i = 0; i < lab->groups.count; i++) {
		if (lab->groups.id[i] >= IDS_INSIDE)
			return err_set(e, 0, "group %" PRIu32 " is too large",
			    lab->groups.id[i]);
	}
	return 0;
}

/* Triples; whether this host allows as much is found out by a probe. */
static int
check_ulimits(const struct numbers *u, struct err *e)
{
	if (u->count % 3 != 0)
		return err_set(e, EPROTO, "ulimits");
	for (uint32_t i = 0; i < u->count; i += 3) {
		if (u->at[i] >= RLIM_NLIMITS || u->at[i + 1] > u->at[i + 2])
			return err_set(e, 0, "ulimit %" PRIu64 " is no limit",
			    u->at[i]);
	}
	return 0;
}

static int
check_links(const struct msg_lab_plan *lab, struct err *e)
{
	uint32_t networks = 0;

	for (uint32_t i = 0; i < lab->links.count; i++) {
		struct lan_link l = lan_link_unpack(lab->links.at[i]);

		if (l.network >= LAN_NETWORKS_MAX || l.address == 0 ||
		    (networks & 1U << l.network) != 0)
			return err_set(e, EPROTO, "link %" PRIu32, i);
		networks |= 1U << l.network;
	}
	if (lab->link_names.count != 0 &&
	    lab->link_names.count != lab->links.count)
		return err_set(e, EPROTO, "names of links");
	return 0;
}

static int
check_routes(const struct msg_lab_plan *lab, struct err *e)
{
	if (lab->routes.count % 2 != 0)
		return err_set(e, EPROTO, "routes");
	for (uint32_t i = 0; i < lab->routes.count; i += 2) {
		struct lan_route r = lan_route_unpack(&lab->routes.at[i]);

		if (r.link >= lab->links.count || r.bits == 0 || r.bits > 32 ||
		    r.via == 0)
			return err_set(e, EPROTO, "route %" PRIu32, i / 2);
	}
	return 0;
}

static int
check_lab(const struct msg_lab_plan *lab, struct err *e)
{
	if (lab->hostname[0] == '\0' || lab->user[0] == '\0')
		return err_set(e, 0, "hostname and user must be named");
	if (lab->home != HOME_FRESH &&
	    (lab->home_disk < HOME_DISK_MIN || lab->home_inodes == 0))
		return err_set(e, 0, "no room in the home");
	if ((lab->network == NETWORK_LAB) != (lab->machine[0] != '\0') ||
	    (lab->network == NETWORK_LAB) != (lab->links.count != 0))
		return err_set(e, 0, "machines and no network, or the reverse");
	if (lab->network == NETWORK_INTERNET &&
	    (lab->egress_rate == 0 || lab->egress_connections == 0 ||
		lab->egress_new == 0))
		return err_set(e, 0, "a network for nothing");
	if (check_ranges(lab, e) == -1 ||
	    check_ulimits(&lab->ulimits, e) == -1 ||
	    check_links(lab, e) == -1 || check_routes(lab, e) == -1 ||
	    (lab->workdir[0] != '\0' &&
		check_path("workdir", lab->workdir, e) == -1) ||
	    check_path("rootfs", lab->rootfs, e) == -1 ||
	    check_path("home", lab->home_dir, e) == -1 ||
	    check_path("shell", lab->shell, e) == -1)
		return -1;
	return 0;
}

/* --- the table ---------------------------------------------------------- */

struct plan_table *
plan_table_new(void)
{
	struct plan_table *t = calloc(1, sizeof(*t));

	if (t != NULL)
		t->init = -1;
	return t;
}

void
plan_table_free(struct plan_table *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->count; i++)
		plan_unref(t->plan[i]);
	scope_close(&t->init);
	free(t->texts);
	free(t);
}

static int
tell_site(struct plan_table *t, struct msg *m, struct err *e)
{
	const struct msg_site_plan *site = &m->site_plan;

	if (t->has_site)
		return err_set(e, EPROTO, "a second SITE_PLAN");
	if (check_path("run_dir", site->run_dir, e) == -1 ||
	    check_path("state_dir", site->state_dir, e) == -1 ||
	    check_path("libexec_dir", site->libexec_dir, e) == -1 ||
	    (site->lxcfs[0] != '\0' &&
		check_path("lxcfs", site->lxcfs, e) == -1))
		return -1;
	if (site->session_uid == 0 || site->session_gid == 0)
		return err_set(e, 0, "sessions may not run as root");
	t->texts = msg_keep(m);
	if (t->texts == NULL)
		return err_set(e, ENOMEM, "SITE_PLAN");
	t->site = *site;
	t->has_site = true;
	return 0;
}

struct plan *
plan_new(void)
{
	struct plan *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->refs = 1;
	p->rootfs = p->blank = p->home_blank = -1;
	for (int i = 0; i < PROGRAMS; i++)
		p->program[i].fd = -1;
	return p;
}

/* The last of the lab that was told last, when this is one more machine of it; NULL:
 * it is another lab. */
static struct plan *
machine_before(const struct plan_table *t, const struct msg_lab_plan *lab)
{
	struct plan *last = t->count == 0 ? NULL : t->plan[t->count - 1];

	if (last == NULL || lab->machine[0] == '\0' ||
	    strcmp(last->spec.lab, lab->lab) != 0)
		return NULL;
	return last;
}

static int
tell_lab(struct plan_table *t, struct msg *m, struct err *e)
{
	const struct msg_lab_plan *lab = &m->lab_plan;
	struct plan *p, *before = machine_before(t, lab);

	if (!t->has_site || lab->lab[0] == '\0')
		return err_set(e, EPROTO, "LAB_PLAN");
	if (t->count == LABS_MAX)
		return err_set(e, 0, "more than %d labs", LABS_MAX);
	if (before == NULL && plan_find(t, lab->lab) != NULL)
		return err_set(e, 0, "lab %s: told twice", lab->lab);
	if (check_lab(lab, e) == -1)
		return err_wrap(e, "lab %s", lab->lab);
	p = plan_new();
	if (p != NULL)
		p->texts = msg_keep(m);
	if (p == NULL || p->texts == NULL) {
		plan_unref(p);
		return err_set(e, ENOMEM, "lab %s", lab->lab);
	}
	p->rootfs = take_fd(&m->fd[0]);
	p->spec = *lab;
	if (before != NULL)
		before->next_machine = p;
	else
		t->labs++;
	t->plan[t->count++] = p;
	return 0;
}

static int
tell_mount(struct plan_table *t, const struct msg_lab_mount *m, int *fd,
    struct err *e)
{
	struct plan *p = t->count == 0 ? NULL : t->plan[t->count - 1];
	struct plan_mount *grown, *new;

	if (p == NULL)
		return err_set(e, EPROTO, "LAB_MOUNT before LAB_PLAN");
	if (p->mount_count == MOUNTS_MAX)
		return err_set(e, 0, "lab %s: more than %d mounts", p->spec.lab,
		    MOUNTS_MAX);
	if (check_path("source", m->source, e) == -1 ||
	    check_path("target", m->target, e) == -1)
		return err_wrap(e, "lab %s: mount", p->spec.lab);
	if (strspn(m->target, "/") == strlen(m->target))
		return err_set(e, 0, "lab %s: mount over /", p->spec.lab);
	grown = reallocarray(p->mounts, p->mount_count + 1, sizeof(*grown));
	if (grown == NULL)
		return err_set(e, ENOMEM, "lab %s", p->spec.lab);
	p->mounts = grown;
	new = &p->mounts[p->mount_count++];
	*new = (struct plan_mount){ .is_writable = m->writable,
		.is_mapped = m->mapped,
		.is_optional = m->optional,
		.fd = take_fd(fd) };
	text_copy(new->source, sizeof(new->source), m->source);
	text_copy(new->target, sizeof(new->target), m->target);
	text_copy(new->own, sizeof(new->own), m->own);
	return 0;
}

/* The loader made the copy; what could change meanwhile is refused. */
static int
check_program(int fd, struct err *e)
{
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat st;

	if (seals == -1 || fstat(fd, &st) == -1)
		return err_set(e, errno, "no sealed memory");
	if ((seals & PROGRAM_SEALS) != PROGRAM_SEALS)
		return err_set(e, EPERM, "not sealed");
	if (st.st_size > PROGRAM_SIZE_MAX)
		return err_set(e, EFBIG, "the copy");
	return 0;
}

static int
tell_program(struct plan_table *t, const struct msg_lab_program *m, int *fd,
    struct err *e)
{
	struct plan *p = t->count == 0 ? NULL : t->plan[t->count - 1];

	if (p == NULL)
		return err_set(e, EPROTO, "LAB_PROGRAM before LAB_PLAN");
	if (m->which >= PROGRAMS || m->seconds == 0 ||
	    m->seconds > PROGRAM_SECONDS_MAX ||
	    p->program[m->which].seconds != 0)
		return err_set(e, EPROTO, "LAB_PROGRAM of lab %s", p->spec.lab);
	if (check_program(*fd, e) == -1)
		return err_wrap(e, "lab %s: %s", p->spec.lab,
		    program_names[m->which]);
	p->program[m->which].fd = take_fd(fd);
	p->program[m->which].seconds = m->seconds;
	return 0;
}

int
plan_table_tell(struct plan_table *t, struct msg *m, struct err *e)
{
	switch (m->type) {
	case MSG_SITE_PLAN:
		return tell_site(t, m, e);
	case MSG_LAB_PLAN:
		return tell_lab(t, m, e);
	case MSG_LAB_MOUNT:
		return tell_mount(t, &m->lab_mount, &m->fd[0], e);
	case MSG_LAB_PROGRAM:
		return tell_program(t, &m->lab_program, &m->fd[0], e);
	default:
		return err_set(e, EPROTO, "%s in a plan", msg_name(m->type));
	}
}

int
plan_table_end(const struct plan_table *t, uint32_t labs, struct err *e)
{
	if (!t->has_site)
		return err_set(e, EPROTO, "no SITE_PLAN");
	if (t->labs != labs)
		return err_set(e, EPROTO, "%zu labs told, %" PRIu32 " counted",
		    t->labs, labs);
	return 0;
}

/* --- one plan ----------------------------------------------------------- */

struct plan *
plan_find(const struct plan_table *t, const char *lab)
{
	for (size_t i = 0; i < t->count; i++) {
		if (strcmp(t->plan[i]->spec.lab, lab) == 0)
			return t->plan[i];
	}
	return NULL;
}

struct ids
plan_addresses(const struct plan *p)
{
	const struct numbers *links = &p->spec.links;
	struct ids to = { 0 };

	for (; to.count < links->count && to.count < IDS_MAX; to.count++)
		to.id[to.count] = lan_link_unpack(links->at[to.count]).address;
	return to;
}

static int
only_link(const struct msg_lab_plan *m, struct err *e)
{
	const char *one = strings_next(&m->link_names, NULL);

	if (m->links.count == 1)
		return 0;
	return err_set(e, 0,
	    "%s is on %" PRIu32 " networks: say which one is meant, as in"
	    " %s:%s",
	    m->machine, m->links.count, m->machine, one == NULL ? "" : one);
}

int
plan_link(const struct plan *p, const char *network, struct err *e)
{
	const struct msg_lab_plan *m = &p->spec;
	const char *name = NULL;

	if (network[0] == '\0')
		return only_link(m, e);
	for (int i = 0; (name = strings_next(&m->link_names, name)) != NULL;
	     i++) {
		if (strcmp(name, network) == 0)
			return i;
	}
	return err_set(e, 0, "%s is on no network %s", m->machine, network);
}

struct plan *
plan_ref(struct plan *p)
{
	p->refs++;
	return p;
}

void
plan_unref(struct plan *p)
{
	if (p == NULL || --p->refs > 0)
		return;
	for (size_t i = 0; i < p->mount_count; i++)
		scope_close(&p->mounts[i].fd);
	free(p->mounts);
	for (int i = 0; i < PROGRAMS; i++)
		scope_close(&p->program[i].fd);
	version_release(&p->rootfs, p->spec.rootfs);
	scope_close(&p->blank);
	scope_close(&p->home_blank);
	filter_free(&p->allow);
	filter_free(&p->deny);
	free(p->texts);
	free(p);
}
