/*
 * heir.c - the monitor crashed, and another comes.
 *
 * The new one starts with nothing but what is told here.  It is trusted as the one
 * before: with numbers and names.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "sandbox/builder/builder.h"
#include "sandbox/builder/export/export.h"
#include "sandbox/builder/forked.h"
#include "sandbox/builder/machines.h"
#include "sandbox/builder/upgrade/try.h"
#include "sandbox/builder/warm.h"

/* --- a crash ------------------------------------------------------------ */

/* Nobody waits for it any more, and who comes back asks anew. */
static void
end_build(struct sandbox *s, void *arg)
{
	if (s->state == SANDBOX_BUILDING && sandbox_has_owner(s) &&
	    s->first == NULL)
		life_end(arg, s);
}

void
heir_wait(struct builder *b)
{
	if (b->supervisor.fd == -1) {
		b->is_over = true; /* nobody would bring another */
		return;
	}
	loop_remove(b, b->monitor.fd);
	b->has_monitor = b->has_greeted = false;
	b->is_upgrading = false;
	load_end(b);
	export_abandon(b);
	machines_abandon(b);
	try_abandon(b);
	sandbox_each(&b->sandboxes, end_build, b);
	log_debug(NULL, "the monitor is gone sandboxes=%zu",
	    b->sandboxes.count);
}

/* --- another ------------------------------------------------------------ */

/* Its link has the number of the one before: forked_begin() closes it, and an
 * upgrade keeps it. */
static int
take_monitor(struct builder *b, int fd, struct err *e)
{
	struct err ignored; /* it may have crashed already */

	if (b->has_monitor)
		heir_wait(b); /* its end is still to be read */
	if (dup3(fd, MONITOR_FD, O_CLOEXEC) == -1)
		return err_set(e, errno, "link to the next monitor");
	b->has_monitor = true;
	if (loop_add(b, MONITOR_FD, EPOLLIN, SOURCE_MONITOR, 0, e) == -1)
		return -1;
	chan_hello(&b->monitor, &ignored);
	return 0;
}

int
on_supervisor(struct builder *b, struct err *e)
{
	struct msg m;
	int rc = 0;

	switch (chan_recv(&b->supervisor, &m, e)) {
	case CHAN_EMPTY:
	case CHAN_UNKNOWN: /* of a newer build */
		return 0;
	case CHAN_CLOSED:
		b->is_over = true;
		return 0;
	case CHAN_BROKEN:
		return err_wrap(e, "supervisor");
	case CHAN_MESSAGE:
		break;
	}
	if (m.type == MSG_NEXT_MONITOR)
		rc = take_monitor(b, m.fd[0], e);
	msg_close(&m);
	return rc;
}

/* --- what there is ------------------------------------------------------ */

static void
tell_head(struct builder *b)
{
	struct msg m;

	MSG_NEW(&m, LIVES, lives);
	m.lives.has_plans = b->table != NULL;
	text_copy(m.lives.cgroup, TEXT_SIZE, b->site.cgroups.kind->name);
	m.lives.loaded = b->loaded;
	m.lives.last_sandbox = b->sandboxes.last;
	m.lives.draining = b->draining.is_on;
	m.lives.drain_ends_ms = b->draining.ends_ms;
	tell_monitor(b, &m);
	if (b->loader.running == -1)
		return;
	MSG_NEW(&m, RUNNING, running);
	m.fd[0] = b->loader.running;
	tell_monitor(b, &m);
}

static void
tell_live(struct builder *b, const struct sandbox *s)
{
	const struct msg_lab_plan *lab = &s->plan->spec;
	const struct seat_note *n = &s->note;
	struct msg m;

	MSG_NEW(&m, LIVE, live);
	m.live.sandbox = s->id;
	text_copy(m.live.account, NAME_SIZE, s->account);
	text_copy(m.live.lab, NAME_SIZE, lab->lab);
	text_copy(m.live.image, NAME_SIZE, lab->image);
	text_copy(m.live.sha256, TEXT_SIZE, lab->sha256);
	m.live.asked_ms = (uint64_t)s->since_ms;
	m.live.built_ms = (uint64_t)s->built_ms;
	m.live.since = n->since;
	m.live.linger = n->linger;
	m.live.reattach = n->reattach;
	m.live.time_limit = n->time_limit;
	m.live.memory_max = n->memory_max;
	m.live.pids_max = n->pids_max;
	text_copy(m.live.address, TEXT_SIZE, n->address);
	m.live.port = n->port;
	m.live.restraint = s->restraint;
	m.live.machines = machines_count(s);
	m.fd[0] = s->link;
	tell_monitor(b, &m);
}

static void
tell_going(struct builder *b, const struct sandbox *s)
{
	struct msg m;

	MSG_NEW(&m, GOING, going);
	m.going.sandbox = s->id;
	text_copy(m.going.account, NAME_SIZE, s->account);
	text_copy(m.going.lab, NAME_SIZE, s->plan->spec.lab);
	m.going.since = s->note.since;
	m.going.machines = machines_count(s);
	tell_monitor(b, &m);
}

/* Of one that was refused nothing more is said, see refuse() in life.c. */
static void
tell_one(struct sandbox *s, void *arg)
{
	if (!sandbox_has_owner(s) || s->first != NULL)
		return;
	if (s->state == SANDBOX_LIVE)
		tell_live(arg, s);
	else if (!s->was_refused)
		tell_going(arg, s);
}

void
heir_tell(struct builder *b)
{
	struct msg m;

	tell_head(b);
	sandbox_each(&b->sandboxes, tell_one, b);
	MSG_NEW(&m, LIVES_END, lives_end);
	tell_monitor(b, &m);
	warm_tell_heir(b);
}
