/* serve.c - answer for as long as there is a monitor. */
#include "gateway/web/serve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"
#include "gateway/web/http_order.h"
#include "gateway/web/http_terminal.h"
#include "gateway/web/http_wall.h"

#define EVENTS_MAX  16
#define ASK_EACH_MS 1000
#define PATIENCE_MS 5000 /* with the monitor; then who waits is told so */

static int
watch(const struct web *w, int fd, void *whose, struct err *e)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = whose };

	if (epoll_ctl(w->epoll, EPOLL_CTL_ADD, fd, &event) == -1)
		return err_set(e, errno, "epoll");
	return 0;
}

int
web_begin(struct web *w, int link, struct err *e)
{
	*w = (struct web){ .monitor = { link, WEB, MONITOR } };
	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (w->epoll == -1)
		return err_set(e, errno, "epoll");
	if (cookie_begin(e) == -1 ||
	    walls_begin(&w->walls, http_order_told, &w->http, e) == -1 ||
	    terminals_begin(&w->terminals, e) == -1 ||
	    http_begin(&w->http, &w->walls, &w->terminals, e) == -1 ||
	    watch(w, link, &w->monitor, e) == -1 ||
	    watch(w, w->terminals.epoll, &w->terminals, e) == -1 ||
	    watch(w, w->walls.epoll, &w->walls, e) == -1)
		return -1;
	return watch(w, w->http.epoll, &w->http, e);
}

/* --- the monitor ------------------------------------------------------------ */

static int
add_listener(struct web *w, struct msg *m, struct err *e)
{
	int *fd = &w->listener[w->listeners];

	if (w->listeners == WEB_LISTENERS)
		return err_set(e, E2BIG, "listeners");
	*fd = take_fd(&m->fd[0]);
	w->listeners++;
	w->http.has_terminal = m->web_listener.has_terminal != 0;
	return watch(w, *fd, fd, e);
}

static void
give_metrics(struct web *w)
{
	size_t size;
	char *text = exposition_text(&w->rows, &size);

	exposition_clear(&w->rows);
	w->serial = 0;
	w->answered_ms = clock_ms();
	http_metrics(&w->http, text, size);
}

/* Whoever brought the link may have gone: then nobody has the cookie. */
static void
open_wall(struct web *w, struct msg *m)
{
	const char *origin = http_origin_of(&w->http, m->serial);
	char cookie[COOKIE_SIZE];

	if (origin == NULL)
		return;
	if (walls_add(&w->walls, take_fd(&m->fd[0]), &m->wall_entered, origin,
		cookie) == NULL)
		http_wall_refused(&w->http, m->serial,
		    "too many walls are open: close one");
	else
		http_wall_opened(&w->http, m->serial, cookie,
		    m->wall_entered.is_secure != 0);
	cookie_forget(cookie);
}

/* What answers a question that was given up is late, and of no use. */
static int
on_message(void *self, struct msg *m, struct err *e)
{
	struct web *w = self;

	switch (m->type) {
	case MSG_HELLO:
		return chan_check_hello(&w->monitor, m, e);
	case MSG_WEB_LISTENER:
		return add_listener(w, m, e);
	case MSG_METRIC:
		return m->serial == w->serial
			   ? exposition_add(&w->rows, &m->metric, e)
			   : 0;
	case MSG_METRICS_END:
		if (m->serial == w->serial)
			give_metrics(w);
		return 0;
	case MSG_WALL_ENTERED:
		open_wall(w, m);
		return 0;
	case MSG_WALL_REFUSED:
		http_wall_refused(&w->http, m->serial, m->wall_refused.reason);
		return 0;
	case MSG_TERMINAL_OPENED:
		http_terminal_opened(&w->http, m);
		return 0;
	case MSG_TERMINAL_REFUSED:
		http_terminal_refused(&w->http, m->serial,
		    m->terminal_refused.reason);
		return 0;
	default:
		return 0;
	}
}

/* --- what is wanted of it --------------------------------------------------- */

static int
ask(struct web *w, int64_t now, struct err *e)
{
	struct msg m;

	if (++w->last_serial == 0)
		w->last_serial = 1;
	MSG_NEW(&m, METRICS_GET, metrics_get);
	m.serial = w->serial = w->last_serial;
	w->asked_ms = now;
	exposition_clear(&w->rows);
	return chan_send(&w->monitor, &m, e);
}

static void
shorten(int *ms, int64_t to)
{
	if (*ms == -1 || to < *ms)
		*ms = to < 0 ? 0 : (int)to;
}

/* Once a second at most, however many wait, and nothing while an answer is out.  *ms
 * is when to look again. */
static int
look(struct web *w, int *ms, struct err *e)
{
	int64_t now = clock_ms();
	int64_t next = w->answered_ms + ASK_EACH_MS;

	if (!http_wants_metrics(&w->http))
		return 0;
	if (w->serial != 0 && now - w->asked_ms >= PATIENCE_MS) {
		http_metrics(&w->http, NULL, 0);
		*ms = 0;
	} else if (w->serial != 0) {
		shorten(ms, w->asked_ms + PATIENCE_MS - now);
	} else if (w->answered_ms != 0 && now < next) {
		shorten(ms, next - now);
	} else {
		shorten(ms, PATIENCE_MS);
		return ask(w, now, e);
	}
	return 0;
}

/* Eight at once are let wait, see http.c. */
static int
ask_walls(struct web *w, struct err *e)
{
	const char *token, *origin;
	uint32_t number;
	struct msg m;

	while ((number = http_wants_wall(&w->http, &token, &origin)) != 0) {
		MSG_NEW(&m, WALL_ENTER, wall_enter);
		m.serial = number;
		text_copy(m.wall_enter.token, TEXT_SIZE, token);
		text_copy(m.wall_enter.origin, TEXT_SIZE, origin);
		if (chan_send(&w->monitor, &m, e) == -1)
			return -1;
	}
	return 0;
}

static int
ask_terminals(struct web *w, struct err *e)
{
	const char *address, *origin;
	uint32_t number;
	struct msg m;

	while (
	    (number = http_wants_terminal(&w->http, &address, &origin)) != 0) {
		MSG_NEW(&m, TERMINAL_OPEN, terminal_open);
		m.serial = number;
		text_copy(m.terminal_open.address, TEXT_SIZE, address);
		text_copy(m.terminal_open.origin, TEXT_SIZE, origin);
		if (chan_send(&w->monitor, &m, e) == -1)
			return -1;
	}
	return 0;
}

/* --- the loop --------------------------------------------------------------- */

static int
turn(struct web *w, struct err *e)
{
	struct epoll_event events[EVENTS_MAX];
	int next = walls_turn(&w->walls), ms = http_turn(&w->http), rc = 0, n;

	if (next != -1)
		shorten(&ms, next);
	next = terminals_turn(&w->terminals);
	if (next != -1)
		shorten(&ms, next);
	if (look(w, &ms, e) == -1 || ask_walls(w, e) == -1 ||
	    ask_terminals(w, e) == -1)
		return -1;
	n = epoll_wait(w->epoll, events, EVENTS_MAX, ms);
	if (n == -1 && errno != EINTR)
		return err_set(e, errno, "epoll");
	for (int i = 0; i < n && rc == 0; i++) {
		void *whose = events[i].data.ptr;

		if (whose == &w->monitor)
			rc = chan_hear(&w->monitor, on_message, w, e);
		else if (whose == &w->walls)
			walls_serve(&w->walls);
		else if (whose == &w->terminals)
			terminals_serve(&w->terminals);
		else if (whose != &w->http)
			http_accept(&w->http, *(int *)whose);
	}
	return rc;
}

int
web_serve(struct web *w, struct err *e)
{
	int rc;

	if (chan_hello(&w->monitor, e) == -1)
		return -1;
	do
		rc = turn(w, e);
	while (rc == 0);
	return rc == 1 ? 0 : -1;
}
