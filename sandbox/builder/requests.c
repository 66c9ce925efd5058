/*
 * requests.c - what the monitor asks.
 *
 * The monitor faces unauthenticated clients and may be taken over.  So it names
 * labs and numbers, and everything else comes from the plans: the worst that it
 * can do here is to have configured labs built and demolished, and the homes of
 * accounts opened, read as root of their sandboxes, and removed.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/vfs.h>

#include "gateway/base/array.h"
#include "gateway/base/log.h"
#include "sandbox/builder/builder.h"
#include "sandbox/builder/export/export.h"
#include "sandbox/builder/home/home.h"
#include "sandbox/builder/network.h"
#include "sandbox/builder/home/trash.h"
#include "sandbox/builder/host_load.h"
#include "sandbox/builder/lan_switch.h"
#include "sandbox/builder/restrain.h"
#include "sandbox/builder/upgrade/upgrade.h"
#include "sandbox/builder/spare.h"
#include "sandbox/builder/warm.h"
#include "sandbox/builder/zygote_start.h"

static int
on_hello(struct builder *b, struct msg *asked, struct err *e)
{
	b->has_greeted = true;
	return chan_check_hello(&b->monitor, asked, e);
}

static int
on_load(struct builder *b, struct msg *asked, struct err *e)
{
	(void)e;
	load_begin(b, asked->serial);
	return 0;
}

static int
on_zygote_start(struct builder *b, struct msg *asked, struct err *e)
{
	static int (*const starts[])(const struct msg_site_plan *site, int link,
	    struct err *e) = {
		[JAILED_ZYGOTE] = zygote_start,
		[JAILED_STAFF] = staff_start,
		[JAILED_RECORDER] = recorder_start,
		[JAILED_SIGNER] = signer_start,
		[JAILED_WEB] = web_start,
		[JAILED_COLLECTOR] = collector_start,
		[JAILED_PUBLISH] = publish_start,
		[JAILED_BROWSER] = browser_start,
	};
	uint32_t program = asked->zygote_start.program;

	if (b->table == NULL || program >= COUNT_OF(starts))
		return err_set(e, EPROTO, "ZYGOTE_START before LOAD");
	/* The monitor sees the link close when there is none at its end. */
	if (starts[program](&b->table->site, asked->fd[0], e) == -1)
		log_error(NULL, "%s", e->text);
	return 0;
}

static int
on_build(struct builder *b, struct msg *asked, struct err *e)
{
	(void)e;
	life_begin(b, &asked->build);
	return 0;
}

static int
on_demolish(struct builder *b, struct msg *asked, struct err *e)
{
	struct sandbox *s =
	    sandbox_find(&b->sandboxes, asked->demolish.sandbox);

	(void)e;
	if (s != NULL) /* else it has crossed our ENDED */
		life_end(b, s);
	return 0;
}

/* --- USAGE_GET ---------------------------------------------------------- */

struct usage_ask {
	struct builder *builder;
	uint32_t serial;
};

static uint64_t
taken_of(int root)
{
	struct statfs st;

	if (root == -1 || fstatfs(root, &st) == -1)
		return 0;
	return (uint64_t)(st.f_blocks - st.f_bfree) * (uint64_t)st.f_bsize;
}

static void
add_usage(struct builder *b, const struct sandbox *s, struct msg_usage *to)
{
	struct cgroup_usage u;

	cgroup_usage(&b->site.cgroups, &s->cgroup, &u);
	to->cpu_us += u.cpu_us - s->cpu_before_us;
	to->memory += u.memory;
	to->pids += u.pids;
	to->cpus += s->plan->spec.cpus;
	to->disk += taken_of(s->layer.root);
}

/* What all machines of a seat use is the seat's. */
static void
tell_usage(struct sandbox *s, void *arg)
{
	const struct usage_ask *ask = arg;
	struct builder *b = ask->builder;
	struct msg m;

	if (s->state != SANDBOX_LIVE || s->first != NULL)
		return;
	MSG_NEW(&m, USAGE, usage);
	m.serial = ask->serial;
	m.usage.sandbox = s->id;
	add_usage(b, s, &m.usage);
	for (const struct sandbox *o = s->others; o != NULL;
	     o = o->next_machine) {
		if (o->state == SANDBOX_LIVE)
			add_usage(b, o, &m.usage);
	}
	tell_monitor(b, &m);
}

static int
on_rebuild(struct builder *b, struct msg *asked, struct err *e)
{
	(void)e;
	life_rebuild(b, asked);
	return 0;
}

static int
on_lan_switch(struct builder *b, struct msg *asked, struct err *e)
{
	(void)e;
	lan_switch(b, asked);
	return 0;
}

static int
on_usage_get(struct builder *b, struct msg *asked, struct err *e)
{
	struct usage_ask ask = { b, asked->serial };
	struct sandbox *one =
	    sandbox_find(&b->sandboxes, asked->usage_get.sandbox);
	struct msg m;

	(void)e;
	if (asked->usage_get.sandbox == 0)
		sandbox_each(&b->sandboxes, tell_usage, &ask);
	else if (one != NULL)
		tell_usage(one, &ask);
	MSG_NEW(&m, USAGE_END, usage_end);
	m.serial = asked->serial;
	host_load(&m.usage_end);
	tell_monitor(b, &m);
	return 0;
}

/* All machines or none: those before the one that cannot be go back.  One that is
 * being made anew will be as the first is. */
static int
restrain_seat(struct site *site, struct sandbox *first, enum restraint next,
    struct err *e)
{
	enum restraint before = first->restraint;
	struct sandbox *s = first;
	struct err ignored;

	while (s != NULL &&
	       (s->state != SANDBOX_LIVE || restrain(site, s, next, e) == 0))
		s = s == first ? first->others : s->next_machine;
	if (s == NULL)
		return 0;
	for (struct sandbox *o = first; o != s;
	     o = o == first ? first->others : o->next_machine) {
		if (o->state == SANDBOX_LIVE)
			restrain(site, o, before, &ignored);
	}
	return -1;
}

static int
on_refusals_get(struct builder *b, struct msg *asked, struct err *e)
{
	(void)e;
	network_refusals(b, asked);
	return 0;
}

static int
on_restrain(struct builder *b, struct msg *asked, struct err *e)
{
	struct sandbox *s =
	    sandbox_find(&b->sandboxes, asked->restrain.sandbox);
	enum restraint next = (enum restraint)asked->restrain.restraint;
	struct err why = { 0 };
	struct msg m;

	if (asked->restrain.restraint >= RESTRAINTS)
		return err_set(e, EPROTO, "RESTRAIN");
	if (s == NULL || s->state != SANDBOX_LIVE)
		err_set(&why, 0, "there is no such sandbox any more");
	else if (restrain_seat(&b->site, s, next, &why) == -1)
		log_error(&s->tag, "cannot restrain: %s", why.text);
	MSG_NEW(&m, RESTRAINED, restrained);
	m.serial = asked->serial;
	m.restrained.failed = why.text[0] != '\0';
	text_copy(m.restrained.reason, TEXT_SIZE, why.text);
	tell_monitor(b, &m);
	return 0;
}

static int
on_export_ask(struct builder *b, struct msg *asked, struct err *e)
{
	(void)e;
	export_begin(b, asked);
	return 0;
}

static int
on_export_stop(struct builder *b, struct msg *asked, struct err *e)
{
	(void)e;
	export_stop_student(b, asked->export_stop.sandbox);
	return 0;
}

static int
on_homes_get(struct builder *b, struct msg *asked, struct err *e)
{
	(void)e;
	homes_tell(b, asked->serial);
	return 0;
}

static int
on_home_remove(struct builder *b, struct msg *asked, struct err *e)
{
	(void)e;
	homes_remove(b, asked);
	return 0;
}

static int
on_home_restore(struct builder *b, struct msg *asked, struct err *e)
{
	(void)e;
	trash_restore(b, asked);
	return 0;
}

static int
on_trash_empty(struct builder *b, struct msg *asked, struct err *e)
{
	(void)e;
	trash_empty(b, &asked->trash_empty);
	return 0;
}

static int
on_upgrade_try(struct builder *b, struct msg *asked, struct err *e)
{
	(void)e;
	upgrade_begin_trying(b, asked->serial);
	return 0;
}

static int
on_upgrade_prepare(struct builder *b, struct msg *asked, struct err *e)
{
	(void)e;
	upgrade_prepare(b, asked->serial);
	return 0;
}

static int
on_upgrade(struct builder *b, struct msg *asked, struct err *e)
{
	(void)asked;
	(void)e;
	upgrade_begin(b);
	return 0;
}

static int
on_draining(struct builder *b, struct msg *asked, struct err *e)
{
	(void)e;
	b->draining = asked->draining;
	warm_drain_changed(b);
	if (b->draining.is_on != 0)
		spare_end_all(b);
	return 0;
}

static int
on_lives_get(struct builder *b, struct msg *asked, struct err *e)
{
	(void)asked;
	(void)e;
	heir_tell(b);
	return 0;
}

/* The messages that may come, each with its handler.  messages.def lets the
 * monitor send no others. */
static int (*const handlers[MSG_COUNT])(struct builder *b, struct msg *asked,
    struct err *e) = {
	[MSG_HELLO] = on_hello,
	[MSG_LOAD] = on_load,
	[MSG_ZYGOTE_START] = on_zygote_start,
	[MSG_BUILD] = on_build,
	[MSG_DEMOLISH] = on_demolish,
	[MSG_REBUILD] = on_rebuild,
	[MSG_LAN_SWITCH] = on_lan_switch,
	[MSG_USAGE_GET] = on_usage_get,
	[MSG_REFUSALS_GET] = on_refusals_get,
	[MSG_RESTRAIN] = on_restrain,
	[MSG_EXPORT] = on_export_ask,
	[MSG_EXPORT_STOP] = on_export_stop,
	[MSG_HOMES_GET] = on_homes_get,
	[MSG_HOME_REMOVE] = on_home_remove,
	[MSG_HOME_RESTORE] = on_home_restore,
	[MSG_TRASH_EMPTY] = on_trash_empty,
	[MSG_UPGRADE_TRY] = on_upgrade_try,
	[MSG_UPGRADE_PREPARE] = on_upgrade_prepare,
	[MSG_UPGRADE] = on_upgrade,
	[MSG_DRAINING] = on_draining,
	[MSG_LIVES_GET] = on_lives_get,
};

int
on_request(struct builder *b, struct msg *asked, struct err *e)
{
	enum msg_type type = asked->type;

	if (handlers[type] == NULL || (!b->has_greeted && type != MSG_HELLO))
		return err_set(e, EPROTO, "%s from the monitor",
		    msg_name(type));
	return handlers[type](b, asked, e);
}
