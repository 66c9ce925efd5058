/* trap.c - calls that only probes make: the builder is asked, says no, and tells. */
#include "sandbox/builder/trap.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "gateway/base/trapped_calls.h"
#include "sandbox/builder/fdpass.h"

#define WAIT_MS 50 /* until who was too fast is heard again */

/* Should the kernel's structures grow, it writes no more than these have. */
union notice {
	struct seccomp_notif call;
	char room[512];
};
union reply {
	struct seccomp_notif_resp answer;
	char room[512];
};

/* --- the listener ------------------------------------------------------- */

int
trap_listen(struct builder *b, struct sandbox *s, struct err *e)
{
	if (s->trap.listener == -1 || s->trap.waits)
		return 0;
	return loop_add(b, s->trap.listener, EPOLLIN, SOURCE_TRAP, s->id, e);
}

void
trap_unlisten(struct builder *b, struct sandbox *s)
{
	loop_remove(b, s->trap.listener);
}

/* Without a listener the calls are refused all the same. */
void
trap_hear(struct builder *b, struct sandbox *s)
{
	struct err e;
	int fd;

	if (s->status == -1)
		return;
	loop_remove(b, s->status);
	fd = fdpass_take_listener(s->status);
	if (fd == -1)
		return;
	s->trap.listener = fd;
	if (trap_listen(b, s, &e) == 0)
		return;
	log_error(&s->tag, "cannot listen for calls: %s", e.text);
	scope_close(&s->trap.listener);
}

void
trap_close(struct builder *b, struct sandbox *s)
{
	trap_unlisten(b, s);
	scope_close(&s->trap.listener);
}

void
trap_forget(struct sandbox *s)
{
	s->trap.seen = s->trap.count = 0;
}

/* --- calls -------------------------------------------------------------- */

static void
note(struct trap *t, int number)
{
	int place = trapped_call_place(number);

	t->count++;
	if (place != -1)
		t->seen |= UINT64_C(1) << place;
}

/* ENOENT of either: the caller has been killed meanwhile. */
static void
refuse(struct trap *t)
{
	union notice n;
	union reply r;

	memset(&n, 0, sizeof(n)); /* the kernel insists on it */
	memset(&r, 0, sizeof(r));
	if (ioctl(t->listener, SECCOMP_IOCTL_NOTIF_RECV, &n) == -1)
		return;
	r.answer.id = n.call.id;
	r.answer.error = -EPERM;
	ioctl(t->listener, SECCOMP_IOCTL_NOTIF_SEND, &r);
	note(t, n.call.data.nr);
}

static bool
may_answer(struct builder *b, struct trap *t)
{
	int64_t now = clock_ms();

	bucket_refill(&b->traps.answers, now);
	return b->traps.answers.left > 0 && bucket_take(&t->answers, now) &&
	       bucket_take(&b->traps.answers, now);
}

static void
let_wait(struct builder *b, struct sandbox *s)
{
	trap_unlisten(b, s);
	s->trap.waits = true;
	timer_set(b->traps.timer, WAIT_MS);
}

/* RECV would wait where there is nothing: after the last process of the sandbox has
 * ended, the descriptor says so without end. */
void
on_trap(struct builder *b, struct sandbox *s)
{
	struct pollfd p = { .fd = s->trap.listener, .events = POLLIN };

	if (s->trap.listener == -1 || poll(&p, 1, 0) == 0)
		return;
	if ((p.revents & POLLIN) == 0)
		trap_close(b, s);
	else if (may_answer(b, &s->trap))
		refuse(&s->trap);
	else
		let_wait(b, s);
}

static void
go_on(struct sandbox *s, void *arg)
{
	struct builder *b = arg;
	struct err e;

	if (!s->trap.waits)
		return;
	s->trap.waits = false;
	if (trap_listen(b, s, &e) == -1) {
		log_error(&s->tag, "cannot listen for calls: %s", e.text);
		trap_close(b, s);
	}
}

void
on_trap_timer(struct builder *b)
{
	timer_set(b->traps.timer, 0);
	sandbox_each(&b->sandboxes, go_on, b);
}

void
trap_tell(struct builder *b, struct sandbox *s)
{
	const struct trapped_call *c;
	struct msg m;

	if (s->trap.count == 0 || !sandbox_has_owner(s))
		return;
	MSG_NEW(&m, TRAPPED, trapped);
	m.trapped.sandbox = s->seat;
	m.trapped.count = s->trap.count;
	for (size_t i = 0; (c = trapped_call_at(i)) != NULL; i++) {
		if ((s->trap.seen >> i & 1) != 0 &&
		    m.trapped.calls.count < IDS_MAX)
			m.trapped.calls.id[m.trapped.calls.count++] =
			    (uint32_t)c->number;
	}
	tell_monitor(b, &m);
	trap_forget(s);
}
