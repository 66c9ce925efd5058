/* life.c - what happens to a sandbox, from BUILD to ENDED. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/epoll.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/name.h"
#include "gateway/base/scope.h"
#include "gateway/wire/lasting.h"
#include "sandbox/builder/apparmor/denials.h"
#include "sandbox/builder/builder.h"
#include "sandbox/builder/demolish.h"
#include "sandbox/builder/export/export.h"
#include "sandbox/builder/fdpass.h"
#include "sandbox/builder/home/home.h"
#include "sandbox/builder/home/home_placing.h"
#include "sandbox/builder/lan.h"
#include "sandbox/builder/machines.h"
#include "sandbox/builder/network.h"
#include "sandbox/builder/restrain.h"
#include "sandbox/builder/rounds.h"
#include "sandbox/builder/spare.h"
#include "sandbox/builder/trap.h"
#include "sandbox/builder/warm.h"
#include "sandbox/builder/watch.h"

#define SWEEP_MS 2 /* between two tries to remove a cgroup */

/* --- the end ------------------------------------------------------------ */

/* Another follows one that is gone.  Without it the seat is not whole. */
static void
replace(struct builder *b, struct sandbox *first,
    const struct machine_place *place)
{
	struct sandbox *s = machines_replace(b, first, place);

	if (s != NULL)
		life_build(b, s);
	else
		life_end(b, first);
}

/* The last step; true when s is gone.  The first of several goes last. */
static bool
try_finish(struct builder *b, struct sandbox *s)
{
	struct machine_place place = { .asked = s->asked,
		.links_off = s->links_off };
	struct sandbox *first = s->first;

	if (s->others != NULL || !demolish_sweep(&b->site, s))
		return false;
	tell_ended(b, s);
	machines_forget(s);
	home_leave(b, s);
	warm_forget(b, s);
	place.plan = s->again;
	s->again = NULL;
	sandbox_remove(&b->sandboxes, s);
	if (place.plan != NULL) {
		replace(b, first, &place);
		plan_unref(place.plan);
	}
	if (b->sandboxes.count == 0)
		rounds_end(b);
	return true;
}

static void
after_death(struct builder *b, struct sandbox *s)
{
	if (s->state == SANDBOX_SWEEPING || !demolish_reap(&b->site, s))
		return;
	loop_remove(b, s->pidfd);
	denials_tell(b);
	if (!try_finish(b, s))
		timer_set(b->sweep_timer, SWEEP_MS);
}

/* What it does from here on is nobody's business; what it did is told, also by one
 * that lived for less than a turn of the watch timer. */
static void
stop_listening(struct builder *b, struct sandbox *s)
{
	if (s->state == SANDBOX_LIVE)
		trap_tell(b, s);
	loop_remove(b, s->link);
	loop_remove(b, s->cgroup.oom_event);
	loop_remove(b, s->cgroup.pids_event);
	loop_remove(b, s->placing.pidfd);
	loop_remove(b, s->status);
	trap_close(b, s);
	network_leave(b, s);
	scope_close(&s->lan);
	export_stop(b, s);
}

/* Another of the seat goes with one that ends.  It stays in the table until it is
 * swept: whoever walks that may be about to come to it. */
static void
end_other(struct builder *b, struct sandbox *s)
{
	machines_tell_reset(b, &s->asked, "the sandbox ends");
	plan_unref(s->again);
	s->again = NULL;
	stop_listening(b, s);
	demolish(&b->site, s);
	if (s->pidfd == -1 && s->state == SANDBOX_ENDING &&
	    demolish_reap(&b->site, s))
		timer_set(b->sweep_timer, SWEEP_MS);
}

static void
end_others(struct builder *b, struct sandbox *s)
{
	struct sandbox *first = sandbox_first(s);

	if (first != s)
		end_other(b, first);
	for (struct sandbox *o = first->others; o != NULL; o = o->next_machine)
		if (o != s)
			end_other(b, o);
}

void
life_end(struct builder *b, struct sandbox *s)
{
	end_others(b, s);
	stop_listening(b, s);
	demolish(&b->site, s);
	if (s->pidfd == -1)
		after_death(b, s);
}

void
life_rebuild(struct builder *b, const struct msg *asked)
{
	const char *name = asked->rebuild.machine;
	struct sandbox *first =
	    sandbox_find(&b->sandboxes, asked->rebuild.sandbox);
	uint32_t serial = asked->serial;
	struct sandbox *s = NULL;
	struct err e;

	if (first == NULL || first->first != NULL ||
	    first->state != SANDBOX_LIVE)
		err_set(&e, 0, "there is no such sandbox any more");
	else
		s = machines_begin_reset(b, first, name, &e);
	if (s == NULL) {
		machines_tell_reset(b, &serial, e.text);
		return;
	}
	s->asked = serial;
	stop_listening(b, s);
	demolish(&b->site, s);
}

/* --- the beginning ------------------------------------------------------ */

static int
listen_to(struct builder *b, struct sandbox *s, struct err *e)
{
	const struct cgroup *c = &s->cgroup;
	uint32_t oom = b->site.cgroups.kind->oom_poll;
	uint32_t pids = b->site.cgroups.kind->pids_poll;

	if (loop_add(b, s->pidfd, EPOLLIN, SOURCE_PIDFD, s->id, e) == -1 ||
	    (s->state == SANDBOX_BUILDING &&
		loop_add(b, s->link, EPOLLIN, SOURCE_LINK, s->id, e) == -1) ||
	    (s->status != -1 && loop_add(b, s->status, EPOLLIN, SOURCE_STATUS,
				    s->id, e) == -1) ||
	    trap_listen(b, s, e) == -1 ||
	    loop_add(b, c->oom_event, oom, SOURCE_OOM, s->id, e) == -1)
		return -1;
	if (pids == 0)
		return 0; /* the watch timer reads it */
	return loop_add(b, c->pids_event, pids, SOURCE_PIDS, s->id, e);
}

int
life_take_over(struct builder *b, struct sandbox *s, struct err *e)
{
	sandbox_step(s, SANDBOX_LIVE);
	rounds_begin(b);
	return listen_to(b, s, e);
}

void
life_refuse(struct builder *b, struct sandbox *s, const char *reason)
{
	struct err e;

	tell_refused(b, s, reason);
	/* Its death is to be noticed even when listen_to() failed. */
	if (s->pidfd != -1)
		loop_add(b, s->pidfd, EPOLLIN, SOURCE_PIDFD, s->id, &e);
	life_end(b, s);
}

static void
come_alive(struct builder *b, struct sandbox *s)
{
	sandbox_step(s, SANDBOX_LIVE);
	s->built_ms = clock_ms();
	if (s->first == NULL)
		tell_built(b, s);
	log_debug(&s->tag, "built lab=%s ms=%" PRId64, s->plan->spec.lab,
	    clock_ms() - s->since_ms);
}

/* It was made anew, and the others have gone on meanwhile. */
static void
rejoin(struct builder *b, struct sandbox *s)
{
	enum restraint now = s->first->restraint;
	struct err e;

	if ((now != RESTRAINT_NONE && restrain(&b->site, s, now, &e) == -1) ||
	    machines_introduce(s, &e) == -1) {
		life_refuse(b, s, e.text);
		return;
	}
	log_info(&s->tag, "machine made anew ms=%" PRId64,
	    clock_ms() - s->since_ms);
	machines_tell_reset(b, &s->asked, "");
}

/* It is ready, and so its seat may be: the first is live after all others. */
static void
finish(struct builder *b, struct sandbox *s)
{
	struct sandbox *first = sandbox_first(s);
	struct err e;

	s->is_ready = true;
	loop_remove(b, s->link);
	trap_hear(b, s);
	trap_forget(s); /* it was the setup's */
	scope_close(&s->status);
	if (s != first)
		come_alive(b, s);
	if (first->state == SANDBOX_LIVE) {
		rejoin(b, s);
		return;
	}
	if (!machines_are_ready(first))
		return;
	if (machines_introduce_all(first, &e) == -1)
		life_refuse(b, first, e.text);
	else
		come_alive(b, first);
}

/* One that stood ready is built as far as it can be without its owner. */
static int
finish_warm(struct builder *b, struct sandbox *s, struct err *e)
{
	if (s->home != NULL && !s->placing.is_done)
		return home_placing_begin(b, s, e);
	if (warm_tell_owner(s, e) == -1)
		return -1;
	if (s->plan->program[PROGRAM_SETUP].seconds == 0)
		finish(b, s); /* init has nothing left to say */
	return 0;
}

/* Its events are known by its number. */
static int
listen_again(struct builder *b, struct sandbox *s, struct err *e)
{
	loop_remove(b, s->pidfd);
	loop_remove(b, s->cgroup.oom_event);
	loop_remove(b, s->cgroup.pids_event);
	trap_unlisten(b, s);
	return listen_to(b, s, e);
}

/* What was made ahead and is dead by now is no reason to refuse a student. */
static int
start_anew(struct builder *b, struct sandbox *s, struct err *e)
{
	log_info(&s->tag, "begun anew: %s", e->text);
	return spare_give_up(b, s) ? assemble(&b->site, s, e) : -1;
}

static int
start(struct builder *b, struct sandbox *s, struct err *e)
{
	spare_take(b, s);
	if (assemble(&b->site, s, e) == 0)
		return 0;
	return s->is_spare ? start_anew(b, s, e) : -1;
}

void
life_go_on(struct builder *b, struct sandbox *s)
{
	struct err e;
	int rc;

	if (s->was_warm)
		rc = finish_warm(b, s, &e);
	else
		rc = start(b, s, &e) == -1 ? -1 : listen_to(b, s, &e);
	if (rc == -1)
		life_refuse(b, s, e.text);
}

static void
take_note(struct seat_note *n, const struct msg_build *ask)
{
	n->since = ask->since;
	n->linger = ask->linger;
	n->reattach = ask->reattach != 0;
	n->time_limit = ask->time_limit;
	n->memory_max = ask->memory_max;
	n->pids_max = ask->pids_max;
	text_copy(n->address, TEXT_SIZE, ask->address);
	n->port = ask->port;
}

void
on_placed(struct builder *b, struct sandbox *s)
{
	struct err e;

	if (s->state != SANDBOX_BUILDING)
		return;
	if (home_placing_end(b, s, &e) == -1)
		life_refuse(b, s, e.text);
	else
		life_go_on(b, s);
}

void
life_build(struct builder *b, struct sandbox *s)
{
	struct err e;

	s->since_ms = clock_ms();
	rounds_begin(b);
	if (s->was_warm && listen_again(b, s, &e) == -1) {
		life_refuse(b, s, e.text);
		return;
	}
	switch (sandbox_has_owner(s) ? home_enter(b, s, &e) : 1) {
	case 0: /* it waits */
		break;
	case 1:
		life_go_on(b, s);
		break;
	default:
		life_refuse(b, s, e.text);
	}
}

/* Each as far as it comes: one that fails ends all. */
static void
build_others(struct builder *b, struct sandbox *first)
{
	struct sandbox *next;

	for (struct sandbox *s = first->others; s != NULL; s = next) {
		next = s->next_machine;
		if (s->state == SANDBOX_BUILDING)
			life_build(b, s);
	}
}

static void
build_seat(struct builder *b, struct sandbox *s)
{
	bool has_others = s->plan->next_machine != NULL;
	struct err e;

	if (s->plan->spec.network == NETWORK_LAB &&
	    machines_add(b, s, &e) == -1) {
		s->since_ms = clock_ms();
		life_refuse(b, s, e.text);
		return;
	}
	life_build(b, s); /* it may be gone after that, if it is alone */
	if (has_others)
		build_others(b, s);
}

void
life_begin(struct builder *b, const struct msg_build *ask)
{
	struct plan *plan =
	    b->table == NULL ? NULL : plan_find(b->table, ask->lab);
	uint32_t id = ask->sandbox;
	struct sandbox *s;

	if (plan == NULL) {
		tell_none(b, id, "there is no such lab");
		return;
	}
	/* A field of the wire may be empty; what is kept for an account is
	 * filed under its name. */
	if (!is_name(ask->account)) {
		tell_none(b, id, "the seat has no account");
		return;
	}
	/* A setup would make the same flag for everybody. */
	if (ask->secret[0] == '\0') {
		tell_none(b, id, "the seat has no secret");
		return;
	}
	s = warm_take(b, plan, ask);
	if (s == NULL) {
		warm_make_room(b);
		s = sandbox_add(&b->sandboxes, id, plan);
	}
	if (s == NULL) {
		tell_none(b, id, "this sandbox exists, or no memory");
		return;
	}
	sandbox_own(s, ask->account);
	text_copy(s->secret, TEXT_SIZE, ask->secret);
	s->progress = ask->progress;
	take_note(&s->note, ask);
	build_seat(b, s);
	spare_asked(b);
	warm_tell_count(b); /* after BUILT: a student waits for that */
}

/* Init's message, which must be READY. */
void
on_link(struct builder *b, struct sandbox *s)
{
	struct chan c = { s->link, BUILDER, INIT };
	struct err e;
	struct msg m;

	if (s->state != SANDBOX_BUILDING)
		return;
	switch (chan_recv(&c, &m, &e)) {
	case CHAN_EMPTY:
		return;
	case CHAN_UNKNOWN:
		log_info(&s->tag, "init: %s: ignored", e.text);
		return;
	case CHAN_CLOSED: /* its pidfd will say more */
		loop_remove(b, s->link);
		return;
	case CHAN_BROKEN:
		tell_refused(b, s, e.text);
		life_end(b, s);
		return;
	case CHAN_MESSAGE:
		break;
	}
	if (m.type == MSG_SETUP_FAILED) {
		tell_setup_failed(b, s, m.setup_failed.reason);
		life_end(b, s);
		return;
	}
	if (m.type != MSG_READY ||
	    link_check_number(BUILDER, INIT, m.ready.protocol, &e) == -1) {
		tell_refused(b, s, "atoll-init is of another build");
		life_end(b, s);
		return;
	}
	if (sandbox_has_owner(s)) {
		finish(b, s);
		return;
	}
	loop_remove(b, s->link); /* it may not speak again */
	trap_hear(b, s);
	scope_close(&s->status);
	warm_is_ready(b, s);
}

void
on_status(struct builder *b, struct sandbox *s)
{
	if (!network_hear(b, s) && !lan_hear(b, s))
		trap_hear(b, s);
}

/* Its process has died; false: without a word. */
static bool
says_why(struct sandbox *s, struct err *e)
{
	char reason[ERR_TEXT_SIZE];
	bool is_said;

	network_drop(s);
	is_said = fdpass_heard(s->status, reason) == HANDOVER_FAILURE;
	err_set(e, 0, "%s",
	    is_said ? reason : "atoll-init ended before it was ready");
	return is_said;
}

static void
replace_spare(struct builder *b, struct sandbox *s, struct err *e)
{
	stop_listening(b, s);
	loop_remove(b, s->pidfd);
	if (start_anew(b, s, e) == -1 || listen_to(b, s, e) == -1)
		life_refuse(b, s, e->text);
}

void
on_pidfd(struct builder *b, struct sandbox *s)
{
	struct err e;

	if ((s->state == SANDBOX_BUILDING || s->state == SANDBOX_WARM) &&
	    !s->was_refused) {
		if (!says_why(s, &e) && s->is_spare) {
			replace_spare(b, s, &e);
			return;
		}
		tell_refused(b, s, e.text);
	}
	if (s->again == NULL)
		end_others(b, s);
	stop_listening(b, s);
	after_death(b, s);
}

/* --- limits, and what is left ------------------------------------------------ */

void
on_oom(struct builder *b, struct sandbox *s)
{
	tell_limits(b, s, watch_memory(&b->site, s, clock_ms()));
}

void
on_refused_fork(struct builder *b, struct sandbox *s)
{
	tell_limits(b, s, watch_pids(&b->site, s, clock_ms()));
}

struct sweep {
	struct builder *b;
	size_t left;
};

static void
sweep_one(struct sandbox *s, void *arg)
{
	struct sweep *w = arg;

	if (s->state == SANDBOX_SWEEPING && !try_finish(w->b, s))
		w->left++;
}

void
on_sweep_timer(struct builder *b)
{
	struct sweep w = { b, 0 };

	sandbox_each(&b->sandboxes, sweep_one, &w);
	if (w.left == 0)
		timer_set(b->sweep_timer, 0);
}
