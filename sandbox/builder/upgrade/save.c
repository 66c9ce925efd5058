/* save.c - all that the builder knows, as rows of a file. */
#include "sandbox/builder/upgrade/save.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "gateway/base/scope.h"
#include "gateway/wire/lasting.h"
#include "gateway/wire/state_file.h"
#include "sandbox/builder/forked.h"

/* --- may it be? --------------------------------------------------------- */

static void
look_for_transient(struct sandbox *s, void *arg)
{
	if (s->state != SANDBOX_LIVE && sandbox_has_owner(s))
		*(bool *)arg = true;
}

const char *
save_obstacle(struct builder *b)
{
	bool is_transient = false;

	if (b->loader.chan.fd != -1)
		return "the configuration is being read";
	if (b->trying.in != -1)
		return "the installed programs are being tried";
	for (size_t i = 0; i < EXPORTS_MAX; i++) {
		if (b->exports.job[i].number != 0)
			return "an export is under way";
	}
	for (const struct home *h = b->homes.first; h != NULL; h = h->next) {
		if (h->state != HOME_OPEN)
			return "a home is being opened or closed";
	}
	sandbox_each(&b->sandboxes, look_for_transient, &is_transient);
	return is_transient ? "a sandbox is being made or removed" : NULL;
}

/* --- rows --------------------------------------------------------------- */

/* What was written so far: the place of a plan is its name. */
struct save {
	struct builder *b;
	int fd;
	const struct plan **plans; /* owned */
	size_t count;
	bool has_failed;
	struct err *e;
};

static void
put(struct save *v, const struct msg *m)
{
	if (!v->has_failed && state_put(v->fd, m, v->e) == -1)
		v->has_failed = true;
}

static void
put_builder(struct save *v)
{
	const struct builder *b = v->b;
	const struct cgroups *g = &b->site.cgroups;
	const struct store *store = &b->site.staging.store;
	struct msg m;

	MSG_NEW(&m, STATE_BUILDER, state_builder);
	m.state_builder.oldest = LASTING_STATE_OLDEST;
	m.state_builder.start_dir = state_keep(b->start_dir);
	m.state_builder.devices = state_keep(b->site.staging.devices);
	m.state_builder.store = state_keep(store->dir);
	m.state_builder.store_usable = store->is_usable;
	m.state_builder.store_quota = store->has_quota;
	m.state_builder.homes = state_keep(b->homes.dir);
	m.state_builder.home_numbers = b->homes.numbers;
	m.state_builder.export_numbers = b->exports.numbers;
	m.state_builder.running = state_keep(b->loader.running);
	m.state_builder.cgroups.count = g->count;
	for (unsigned i = 0; i < g->count; i++)
		m.state_builder.cgroups.id[i] = state_keep(g->own[i]);
	text_copy(m.state_builder.cgroup_name, NAME_SIZE, g->name);
	m.state_builder.cgroup_delegated = g->is_delegated;
	m.state_builder.supervisor = state_keep(b->supervisor.fd);
	m.state_builder.last_sandbox = b->sandboxes.last;
	m.state_builder.loaded = b->loaded;
	m.state_builder.audit = state_keep(b->audit);
	m.state_builder.router = state_keep(b->network.router);
	m.state_builder.networks = b->network.numbers;
	m.state_builder.network_range = b->site.network_range;
	put(v, &m);
}

static void
put_plan(struct save *v, const struct plan *p)
{
	struct msg m;

	MSG_NEW(&m, STATE_PLAN, state_plan);
	text_copy(m.state_plan.lab, NAME_SIZE, p->spec.lab);
	m.state_plan.rootfs = p->spec.rootfs;
	m.state_plan.rootfs_fd = state_keep(p->rootfs);
	m.state_plan.home_blank = state_keep(p->home_blank);
	m.state_plan.memory = p->spec.memory;
	m.state_plan.disk = p->spec.disk;
	m.state_plan.home = p->spec.home;
	m.state_plan.home_disk = p->spec.home_disk;
	m.state_plan.home_dir = p->spec.home_dir;
	m.state_plan.uid = p->spec.uid;
	m.state_plan.gid = p->spec.gid;
	text_copy(m.state_plan.image, NAME_SIZE, p->spec.image);
	text_copy(m.state_plan.sha256, TEXT_SIZE, p->spec.sha256);
	m.state_plan.cpus = p->spec.cpus;
	m.state_plan.network = p->spec.network;
	m.state_plan.egress = p->spec.egress;
	m.state_plan.egress_names = p->spec.egress_names;
	m.state_plan.egress_rate = p->spec.egress_rate;
	m.state_plan.egress_connections = p->spec.egress_connections;
	m.state_plan.egress_new = p->spec.egress_new;
	text_copy(m.state_plan.machine, NAME_SIZE, p->spec.machine);
	m.state_plan.address = plan_addresses(p).id[0];
	m.state_plan.links = p->spec.links;
	m.state_plan.routes = p->spec.routes;
	m.state_plan.link_names = p->spec.link_names;
	put(v, &m);
}

/* The place of a plan, whose row is written when it is new. */
static uint32_t
place_of(struct save *v, const struct plan *p)
{
	const struct plan **grown;

	for (size_t i = 0; i < v->count; i++) {
		if (v->plans[i] == p)
			return (uint32_t)i;
	}
	grown = reallocarray(v->plans, v->count + 1, sizeof(void *));
	if (grown == NULL) {
		v->has_failed = true;
		err_set(v->e, ENOMEM, "the state");
		return 0;
	}
	v->plans = grown;
	v->plans[v->count] = p;
	put_plan(v, p);
	return (uint32_t)v->count++;
}

static void
put_home(struct save *v, const struct home *h)
{
	uint32_t plan = place_of(v, h->plan);
	struct msg m;

	MSG_NEW(&m, STATE_HOME, state_home);
	m.state_home.number = h->number;
	text_copy(m.state_home.file, TEXT_SIZE, h->name);
	m.state_home.plan = plan;
	m.state_home.mount = state_keep(h->mount);
	put(v, &m);
}

static void
put_limits(struct msg_state_sandbox *to, const struct sandbox *s)
{
	to->told_ms.count = LIMIT_COUNT;
	for (unsigned i = 0; i < LIMIT_COUNT; i++) {
		to->told_ms.at[i] = (uint64_t)s->told_ms[i];
		to->full |= (uint32_t)s->is_full[i] << i;
	}
	to->locks = s->locks;
	to->uncounted = s->now.uncounted;
	to->counted = s->now.counted;
}

static void
put_cgroup(struct msg_state_sandbox *to, const struct cgroup *c)
{
	text_copy(to->cgroup, NAME_SIZE, c->name);
	to->oom_event = state_keep(c->oom_event);
	to->pids_event = state_keep(c->pids_event);
	to->oom_kills = c->oom_kills;
	to->forks_refused = c->forks_refused;
}

static void
put_note(struct msg_state_sandbox *to, const struct seat_note *n)
{
	to->since = n->since;
	to->linger = n->linger;
	to->reattach = n->reattach;
	to->time_limit = n->time_limit;
	to->memory_max = n->memory_max;
	to->pids_max = n->pids_max;
	text_copy(to->address, TEXT_SIZE, n->address);
	to->port = n->port;
}

static void
put_sandbox(struct sandbox *s, void *arg)
{
	struct save *v = arg;
	struct msg m;
	uint32_t plan;

	if (!sandbox_has_owner(s))
		return; /* a trial: at the exec there are none, see warm.h */
	plan = place_of(v, s->plan);
	MSG_NEW(&m, STATE_SANDBOX, state_sandbox);
	m.state_sandbox.sandbox = s->id;
	text_copy(m.state_sandbox.account, NAME_SIZE, s->account);
	m.state_sandbox.plan = plan;
	m.state_sandbox.home = s->home == NULL ? 0 : s->home->number;
	m.state_sandbox.base = s->base;
	m.state_sandbox.pid = (uint32_t)s->pid;
	m.state_sandbox.pidfd = state_keep(s->pidfd);
	m.state_sandbox.userns = state_keep(s->userns);
	put_cgroup(&m.state_sandbox, &s->cgroup);
	m.state_sandbox.layer_kind = s->layer.kind;
	m.state_sandbox.layer_root = state_keep(s->layer.root);
	m.state_sandbox.layer_id = s->layer.id;
	m.state_sandbox.since_ms = (uint64_t)s->since_ms;
	m.state_sandbox.cpu_before_us = s->cpu_before_us;
	m.state_sandbox.listener = state_keep(s->trap.listener);
	m.state_sandbox.restraint = s->restraint;
	m.state_sandbox.quota = s->quota;
	m.state_sandbox.network = s->network;
	m.state_sandbox.first = s->seat == s->id ? 0 : s->seat;
	m.state_sandbox.lan = state_keep(s->lan);
	m.state_sandbox.links_off = s->links_off;
	put_limits(&m.state_sandbox, s);
	m.state_sandbox.link = state_keep(s->link);
	m.state_sandbox.built_ms = (uint64_t)s->built_ms;
	put_note(&m.state_sandbox, &s->note);
	put(v, &m);
}

int
save_state(struct builder *b, struct err *e)
{
	CLOSES int fd = state_create(e);
	struct save v = { .b = b, .fd = fd, .e = e };

	if (fd == -1)
		return -1;
	state_keep(MONITOR_FD);
	state_keep(LOCK_FD);
	put_builder(&v);
	for (const struct home *h = b->homes.first; h != NULL; h = h->next)
		put_home(&v, h);
	sandbox_each(&b->sandboxes, put_sandbox, &v);
	free(v.plans);
	return v.has_failed ? -1 : take_fd(&fd);
}
