/* serve.c - pass browsers on for as long as there is a monitor. */
#include "gateway/publish/serve.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"

#define EVENTS_MAX  64
#define ACCEPTS_MAX 16
#define ASKED_MAX   128 /* what the monitor answers at once, */
#define ASKS_MAX    500 /* and at most before it has a rest: then one each */
#define ASK_EACH_MS 2	/* such milliseconds, however fast they come */

static int
watch(const struct publisher *p, int fd, void *whose, struct err *e)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = whose };

	if (epoll_ctl(p->epoll, EPOLL_CTL_ADD, fd, &event) == -1)
		return err_set(e, errno, "epoll");
	return 0;
}

int
publisher_begin(struct publisher *p, int link, struct err *e)
{
	*p = (struct publisher){ .monitor = { link, PUBLISH, MONITOR } };
	TAILQ_INIT(&p->visits);
	bucket_fill(&p->asks, ASKS_MAX, ASK_EACH_MS);
	p->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (p->epoll == -1)
		return err_set(e, errno, "epoll");
	return watch(p, link, &p->monitor, e);
}

/* --- the monitor ------------------------------------------------------------ */

static int
add_listener(struct publisher *p, struct msg *m, struct err *e)
{
	int *fd = &p->listener[p->listeners];

	if (p->listeners == PUBLISH_LISTENERS)
		return err_set(e, E2BIG, "listeners");
	if (publish_url_parse(&p->url, m->publish_listener.url, e) == -1)
		return -1;
	*fd = take_fd(&m->fd[0]);
	p->listeners++;
	return watch(p, *fd, fd, e);
}

/* Whoever asked may have gone. */
static void
answer(struct publisher *p, struct msg *m)
{
	struct visit *v;

	TAILQ_FOREACH(v, &p->visits, next) {
		if (v->serial == m->serial && v->state == VISIT_ASKING)
			break;
	}
	if (v == NULL || m->serial == 0)
		return;
	if (m->type == MSG_PUBLISH_OPENED)
		visit_opened(v, take_fd(&m->fd[0]), &m->publish_opened);
	else if (m->type == MSG_PUBLISH_ENTERED)
		visit_entered(v, &m->publish_entered);
	else
		visit_refused(v, &m->publish_refused);
}

static void
end_sandbox(struct publisher *p, uint32_t sandbox)
{
	struct visit *v;

	TAILQ_FOREACH(v, &p->visits, next) {
		if (v->sandbox == sandbox)
			visit_end(v);
	}
}

static int
on_message(void *self, struct msg *m, struct err *e)
{
	struct publisher *p = self;

	switch (m->type) {
	case MSG_HELLO:
		return chan_check_hello(&p->monitor, m, e);
	case MSG_PUBLISH_LISTENER:
		return add_listener(p, m, e);
	case MSG_PUBLISH_OPENED:
	case MSG_PUBLISH_REFUSED:
	case MSG_PUBLISH_ENTERED:
		answer(p, m);
		return 0;
	case MSG_PUBLISH_OVER:
		end_sandbox(p, m->publish_over.sandbox);
		return 0;
	default:
		return 0;
	}
}

/* --- questions --------------------------------------------------------------- */

static int
ask(struct publisher *p, struct visit *v, struct err *e)
{
	struct msg m;

	if (v->is_enter) {
		MSG_NEW(&m, PUBLISH_ENTER, publish_enter);
		text_copy(m.publish_enter.host, TEXT_SIZE, v->request.host);
		text_copy(m.publish_enter.token, TEXT_SIZE, v->request.token);
	} else {
		MSG_NEW(&m, PUBLISH_OPEN, publish_open);
		text_copy(m.publish_open.host, TEXT_SIZE, v->request.host);
		text_copy(m.publish_open.cookie, TEXT_SIZE, v->request.cookie);
	}
	if (++p->last_serial == 0)
		p->last_serial = 1;
	m.serial = v->serial = p->last_serial;
	return chan_send(&p->monitor, &m, e);
}

/* However many are at one page, there is room for those at others: some are passed on at
 * once, some wait for that, and one more is turned away. */
enum turn { TURN_NOW, TURN_LATER, TURN_NEVER };

static enum turn
turn_of(const struct publisher *p, const struct visit *of)
{
	unsigned at = 0, before = 0;
	bool is_before = true;
	const struct visit *v;

	TAILQ_FOREACH(v, &p->visits, next) {
		if (v == of)
			is_before = false;
		else if (strcmp(v->request.host, of->request.host) == 0 &&
			 visit_is_begun(v))
			at++;
		else if (is_before && v->state == VISIT_ASKING &&
			 strcmp(v->request.host, of->request.host) == 0)
			before++;
	}
	if (at < VISITS_OF_HOST)
		return TURN_NOW;
	return before < WAITING_OF_HOST ? TURN_LATER : TURN_NEVER;
}

/* Some may never be answered: a sandbox may stand still. */
static unsigned
count_asked(const struct publisher *p)
{
	const struct visit *v;
	unsigned n = 0;

	TAILQ_FOREACH(v, &p->visits, next)
		n += v->state == VISIT_ASKING && v->serial != 0;
	return n;
}

static int
ask_for_all(struct publisher *p, struct err *e)
{
	unsigned asked = count_asked(p);
	struct visit *v;

	TAILQ_FOREACH(v, &p->visits, next) {
		if (v->state != VISIT_ASKING || v->serial != 0)
			continue;
		switch (turn_of(p, v)) {
		case TURN_NOW:
			if (asked < ASKED_MAX &&
			    bucket_take(&p->asks, clock_ms())) {
				asked++;
				if (ask(p, v, e) == -1)
					return -1;
			}
			break;
		case TURN_LATER:
			break;
		case TURN_NEVER:
			visit_turn_away(v);
		}
	}
	return 0;
}

/* --- who comes and goes ------------------------------------------------------ */

/* Who has asked for nothing yet makes place for who comes. */
static bool
make_place(struct publisher *p)
{
	struct visit *v;

	TAILQ_FOREACH(v, &p->visits, next) {
		if (v->state == VISIT_HEAD) {
			visit_end(v);
			return true;
		}
	}
	return false;
}

static void
free_those_over(struct publisher *p)
{
	struct visit *v, *after;

	for (v = TAILQ_FIRST(&p->visits); v != NULL; v = after) {
		after = TAILQ_NEXT(v, next);
		if (v->state != VISIT_OVER)
			continue;
		TAILQ_REMOVE(&p->visits, v, next);
		p->count--;
		visit_free(v);
	}
}

static void
accept_some(struct publisher *p, int listener)
{
	for (int i = 0; i < ACCEPTS_MAX; i++) {
		CLOSES int fd =
		    accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		struct visit *v;

		if (fd == -1)
			return;
		if (p->count >= VISITS_MAX && !make_place(p))
			continue;
		v = visit_new(p->epoll, take_fd(&fd), &p->url);
		if (v == NULL)
			continue;
		TAILQ_INSERT_TAIL(&p->visits, v, next);
		p->count++;
	}
}

/* Milliseconds until the next is overdue; -1: none will be. */
static int
end_overdue(struct publisher *p)
{
	int64_t now = clock_ms(), next = -1;
	struct visit *v;

	TAILQ_FOREACH(v, &p->visits, next) {
		if (v->state != VISIT_OVER && v->due_ms <= now)
			visit_overdue(v);
		if (v->state != VISIT_OVER &&
		    (next == -1 || v->due_ms - now < next))
			next = v->due_ms - now;
	}
	return (int)next;
}

/* --- the loop ---------------------------------------------------------------- */

static bool
is_listener(const struct publisher *p, const void *whose)
{
	return (const int *)whose >= p->listener &&
	       (const int *)whose < p->listener + PUBLISH_LISTENERS;
}

static int
turn(struct publisher *p, struct err *e)
{
	struct epoll_event events[EVENTS_MAX];
	int ms, n, rc = 0;

	if (ask_for_all(p, e) == -1)
		return -1;
	ms = end_overdue(p);
	if (ms != -1 && bucket_wait_ms(&p->asks, clock_ms()) > 0)
		ms = ASK_EACH_MS;
	free_those_over(p);
	n = epoll_wait(p->epoll, events, EVENTS_MAX, ms);
	if (n == -1 && errno != EINTR)
		return err_set(e, errno, "epoll");
	for (int i = 0; i < n && rc == 0; i++) {
		void *whose = events[i].data.ptr;

		if (whose == &p->monitor)
			rc = chan_hear(&p->monitor, on_message, p, e);
		else if (is_listener(p, whose))
			accept_some(p, *(int *)whose);
		else
			visit_ready(whose, events[i].events);
	}
	return rc;
}

int
publisher_serve(struct publisher *p, struct err *e)
{
	int rc;

	if (chan_hello(&p->monitor, e) == -1)
		return -1;
	do
		rc = turn(p, e);
	while (rc == 0);
	return rc == 1 ? 0 : -1;
}
