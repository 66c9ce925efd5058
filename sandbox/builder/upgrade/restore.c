/* restore.c - what the builder before us knew. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "gateway/base/lan.h"
#include "gateway/base/scope.h"
#include "gateway/wire/lasting.h"
#include "gateway/wire/msg_keep.h"
#include "gateway/wire/state_file.h"
#include "sandbox/builder/machines.h"
#include "sandbox/builder/upgrade/upgrade.h"

struct restore {
	struct builder *b;
	struct plan **plans; /* each with a reference of ours; owned */
	size_t count;
};

static int
take_builder(struct restore *r, const struct msg_state_builder *m,
    struct err *e)
{
	struct builder *b = r->b;
	struct cgroups *g = &b->site.cgroups;
	struct store *store = &b->site.staging.store;

	if (m->oldest > LASTING_STATE)
		return err_set(e, EPROTO,
		    "the state is that of a newer build (it can be read from"
		    " number %" PRIu32 " on, ours is %d)",
		    m->oldest, LASTING_STATE);
	if (m->cgroups.count != g->count)
		return err_set(e, EPROTO,
		    "this host's cgroup hierarchies are not those of before");
	for (unsigned i = 0; i < g->count; i++) {
		if (state_take(m->cgroups.id[i], &g->own[i], e) == -1)
			return -1;
	}
	text_copy(g->name, sizeof(g->name), m->cgroup_name);
	g->is_delegated = m->cgroup_delegated != 0;
	cpuset_restore(g);
	freezer_restore(g);
	scope_close(&b->start_dir);
	if (state_take(m->start_dir, &b->start_dir, e) == -1 ||
	    state_take(m->devices, &b->site.staging.devices, e) == -1 ||
	    state_take(m->store, &store->dir, e) == -1 ||
	    state_take(m->homes, &b->homes.dir, e) == -1 ||
	    state_take(m->running, &b->loader.running, e) == -1 ||
	    state_take(m->supervisor, &b->supervisor.fd, e) == -1 ||
	    state_take(m->audit, &b->audit, e) == -1 ||
	    state_take(m->router, &b->network.router, e) == -1)
		return -1;
	b->site.staging.is_open = true;
	store->is_usable = m->store_usable != 0;
	store->has_quota = m->store_quota != 0;
	b->homes.numbers = m->home_numbers;
	b->exports.numbers = m->export_numbers;
	b->sandboxes.last = m->last_sandbox;
	b->loaded = m->loaded;
	b->network.numbers = m->networks;
	b->site.network_range = m->network_range;
	if (!b->is_trial)
		load_begin_early(b);
	return 0;
}

/* Of a builder that knew of one network only, a machine has an address. */
static void
restore_links(struct msg_lab_plan *to, const struct msg_state_plan *m)
{
	const struct lan_link only = { .address = m->address };

	to->links = m->links;
	to->routes = m->routes;
	to->link_names = m->link_names;
	if (m->links.count == 0 && m->address != 0)
		to->links = (struct numbers){ 1, { lan_link_pack(&only) } };
}

static int
take_plan(struct restore *r, struct msg *whole, struct err *e)
{
	const struct msg_state_plan *m = &whole->state_plan;
	struct plan *p = plan_new();
	struct plan **grown;

	if (p == NULL)
		return err_set(e, ENOMEM, "the state");
	grown = reallocarray(r->plans, r->count + 1, sizeof(void *));
	if (grown == NULL) {
		plan_unref(p);
		return err_set(e, ENOMEM, "the state");
	}
	r->plans = grown;
	r->plans[r->count++] = p;
	p->texts = msg_keep(whole);
	if (p->texts == NULL)
		return err_set(e, ENOMEM, "the state");
	text_copy(p->spec.lab, NAME_SIZE, m->lab);
	p->spec.rootfs = m->rootfs;
	p->spec.memory = m->memory;
	p->spec.disk = m->disk;
	p->spec.home = m->home;
	p->spec.home_disk = m->home_disk;
	p->spec.home_dir = m->home_dir;
	p->spec.uid = m->uid;
	p->spec.gid = m->gid;
	text_copy(p->spec.image, NAME_SIZE, m->image);
	text_copy(p->spec.sha256, TEXT_SIZE, m->sha256);
	p->spec.cpus = m->cpus;
	p->spec.network = m->network;
	p->spec.egress = m->egress;
	p->spec.egress_names = m->egress_names;
	p->spec.egress_rate = m->egress_rate;
	p->spec.egress_connections = m->egress_connections;
	p->spec.egress_new = m->egress_new;
	text_copy(p->spec.machine, NAME_SIZE, m->machine);
	restore_links(&p->spec, m);
	p->is_restored = true;
	if (state_take(m->rootfs_fd, &p->rootfs, e) == -1)
		return -1;
	return state_take(m->home_blank, &p->home_blank, e);
}

static struct plan *
plan_at(const struct restore *r, uint32_t place, struct err *e)
{
	if (place < r->count)
		return r->plans[place];
	err_set(e, EBADMSG, "the state has no lab %" PRIu32, place);
	return NULL;
}

static int
take_home(struct restore *r, const struct msg_state_home *m, struct err *e)
{
	struct plan *p = plan_at(r, m->plan, e);
	struct home *h;

	if (p == NULL)
		return -1;
	h = homes_add(&r->b->homes, m->file, p);
	if (h == NULL)
		return err_set(e, ENOMEM, "home %s", m->file);
	h->number = m->number;
	if (!home_step(h, HOME_OPENING) || !home_step(h, HOME_OPEN))
		return err_set(e, EPROTO, "home %s", m->file);
	return state_take(m->mount, &h->mount, e);
}

static int
take_cgroup(struct cgroup *c, const struct msg_state_sandbox *m, struct err *e)
{
	text_copy(c->name, sizeof(c->name), m->cgroup);
	c->oom_kills = m->oom_kills;
	c->forks_refused = m->forks_refused;
	if (state_take(m->oom_event, &c->oom_event, e) == -1)
		return -1;
	return state_take(m->pids_event, &c->pids_event, e);
}

static void
take_limits(struct sandbox *s, const struct msg_state_sandbox *m)
{
	for (uint32_t i = 0; i < LIMIT_COUNT; i++) {
		s->is_full[i] = (m->full >> i & 1) != 0;
		if (i < m->told_ms.count)
			s->told_ms[i] = (int64_t)m->told_ms.at[i];
	}
	s->locks = m->locks;
	s->before = s->now = (struct holding){ .uncounted = m->uncounted,
		.counted = m->counted };
}

static void
take_note(struct seat_note *n, const struct msg_state_sandbox *m)
{
	n->since = m->since;
	n->linger = m->linger;
	n->reattach = m->reattach != 0;
	n->time_limit = m->time_limit;
	n->memory_max = m->memory_max;
	n->pids_max = m->pids_max;
	text_copy(n->address, TEXT_SIZE, m->address);
	n->port = m->port;
}

static int
take_home_of(struct restore *r, struct sandbox *s, uint32_t number,
    struct err *e)
{
	if (number == 0)
		return 0;
	s->home = homes_find_number(&r->b->homes, number);
	if (s->home == NULL)
		return err_set(e, EBADMSG, "the state has no home %" PRIu32,
		    number);
	s->home->users++;
	return 0;
}

/* What follows a machine that is gone must not have its number: the kernel may be yet to
 * remove interfaces that are called by it, see lan.c. */
static void
take_number(struct sandboxes *all, uint32_t number)
{
	if (number >= SANDBOX_OWN_NUMBERS && number > all->own_numbers)
		all->own_numbers = number;
}

static int
take_sandbox(struct restore *r, const struct msg_state_sandbox *m,
    struct err *e)
{
	struct plan *p = plan_at(r, m->plan, e);
	struct sandbox *s;

	if (p == NULL)
		return -1;
	s = sandbox_add(&r->b->sandboxes, m->sandbox, p);
	if (s == NULL)
		return err_set(e, EBADMSG, "sandbox %" PRIu32 " twice",
		    m->sandbox);
	take_number(&r->b->sandboxes, m->sandbox);
	if (m->first != 0)
		s->seat = m->first;
	if (m->account[0] != '\0')
		sandbox_own(s, m->account);
	s->base = m->base;
	s->pid = (pid_t)m->pid;
	s->layer.kind = (enum layer_kind)m->layer_kind;
	s->layer.id = m->layer_id;
	s->since_ms = (int64_t)m->since_ms;
	s->built_ms = (int64_t)m->built_ms;
	s->cpu_before_us = m->cpu_before_us;
	if (m->restraint < RESTRAINTS)
		s->restraint = (enum restraint)m->restraint;
	s->quota = m->quota;
	s->network = m->network;
	s->links_off = m->links_off;
	s->is_ready = true;
	take_limits(s, m);
	take_note(&s->note, m);
	if (!idmap_claim(&r->b->site.ids, m->base))
		return err_set(e, EBADMSG, "ids from %" PRIu32 " twice",
		    m->base);
	if (take_cgroup(&s->cgroup, m, e) == -1 ||
	    state_take(m->pidfd, &s->pidfd, e) == -1 ||
	    state_take(m->link, &s->link, e) == -1 ||
	    state_take(m->lan, &s->lan, e) == -1 ||
	    state_take(m->userns, &s->userns, e) == -1 ||
	    state_take(m->layer_root, &s->layer.root, e) == -1 ||
	    state_take(m->listener, &s->trap.listener, e) == -1 ||
	    take_home_of(r, s, m->home, e) == -1)
		return -1;
	return life_take_over(r->b, s, e);
}

static int
take_row(struct restore *r, struct msg *m, bool is_first, struct err *e)
{
	if (is_first != (m->type == MSG_STATE_BUILDER))
		return err_set(e, EBADMSG, "%s in the state",
		    msg_name(m->type));
	switch (m->type) {
	case MSG_STATE_BUILDER:
		return take_builder(r, &m->state_builder, e);
	case MSG_STATE_PLAN:
		return take_plan(r, m, e);
	case MSG_STATE_HOME:
		return take_home(r, &m->state_home, e);
	case MSG_STATE_SANDBOX:
		return take_sandbox(r, &m->state_sandbox, e);
	default:
		return err_set(e, EBADMSG, "%s in the state",
		    msg_name(m->type));
	}
}

int
upgrade_restore(struct builder *b, int state, struct err *e)
{
	struct restore r = { .b = b };
	struct state_rows rows;
	bool is_first = true;
	struct msg m;
	int rc = state_open(&rows, state, BUILDER, e);

	while (rc == 0 && (rc = state_next(&rows, &m, e)) == 1) {
		rc = take_row(&r, &m, is_first, e);
		is_first = false;
	}
	if (rc == 0 && is_first)
		rc = err_set(e, EBADMSG, "the state is empty");
	if (rc == 0)
		rc = machines_restore(b, e);
	if (rc == -1)
		return -1; /* nothing is let go: somebody else still has it */
	state_close(&rows);
	for (size_t i = 0; i < r.count; i++)
		plan_unref(r.plans[i]);
	free(r.plans);
	return 0;
}
