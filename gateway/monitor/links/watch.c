/* watch.c - who watches which terminal, or has joined it. */
#include "gateway/monitor/links/watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "gateway/base/scope.h"
#include "gateway/monitor/seats/conn_terminals.h"
#include "gateway/monitor/links/answer.h"
#include "gateway/monitor/links/recorder.h"
#include "gateway/monitor/seats/hand.h"

#define AGAIN_MS 10000 /* so long a tap that does not come is waited for */

/*
 * Its terminal's tap is waited for; it is shown; its student's connection is lost, and it
 * waits for the next one.
 */
enum watch_state { WATCH_OPENING, WATCH_SHOWN, WATCH_WAITING, WATCH_STATES };

/* Of one client. */
struct watch {
	LIST_ENTRY(watch) next;
	struct client *client;
	uint32_t number;
	enum watch_state state; /* watch_step() alone writes it */
	bool is_join;
	bool is_tile; /* of a wall, see wall.h */
	uint32_t sandbox, terminal;
	uint32_t tap; /* that it is shown by */
	char account[NAME_SIZE], lab[NAME_SIZE];
	uint32_t rows, cols;
	uint64_t since_ms; /* uv_now() of its begin */
	uint64_t state_ms; /* and of its state */
};

#define TO(state) (1u << (state))
static const struct {
	const char *name;
	unsigned next;
} steps[WATCH_STATES] = {
	[WATCH_OPENING] = { "opening", TO(WATCH_SHOWN) },
	[WATCH_SHOWN] = { "shown", TO(WATCH_OPENING) | TO(WATCH_WAITING) },
	[WATCH_WAITING] = { "waiting", TO(WATCH_OPENING) },
};

static void
watch_step(struct watch *w, enum watch_state next)
{
	if (w->state == next)
		return;
	if ((steps[w->state].next & TO(next)) == 0)
		log_error(&w->client->tag,
		    "impossible step of watch from=%s to=%s",
		    steps[w->state].name, steps[next].name);
	w->state = next;
	w->state_ms = uv_now(&w->client->monitor->loop);
}

/* --- who and where ------------------------------------------------------------ */

static const char *
name_of(const struct client *c)
{
	return c->staff[0] == '\0' ? "the administrator" : c->staff;
}

static struct seat *
seat_of(const struct watch *w)
{
	struct seat *s =
	    seat_by_sandbox(&w->client->monitor->registry, w->sandbox);

	return s != NULL && seat_is_live(s) ? s : NULL;
}

static struct terminal *
terminal_of(const struct watch *w)
{
	const struct seat *s = seat_of(w);

	return s == NULL ? NULL : terminals_of_seat(s, w->terminal);
}

/* How many terminals somebody is at; their numbers as a text. */
static unsigned
list_terminals(const struct seat *s, uint32_t *number, char *to, size_t size)
{
	const struct terminal *t;
	const struct conn *c;
	unsigned count = 0;
	size_t n = 0;

	to[0] = '\0';
	TAILQ_FOREACH(c, &s->conns, seated) {
		LIST_FOREACH(t, &c->terminals, next) {
			if (t->number == 0)
				continue;
			*number = t->number;
			if (n < size)
				n += (size_t)snprintf(to + n, size - n, "%s#%u",
				    count == 0 ? "" : ", ", t->number);
			count++;
		}
	}
	return count;
}

static const struct watch *
who_joined(const struct monitor *m, uint32_t sandbox, uint32_t terminal)
{
	const struct watch *w;

	LIST_FOREACH(w, &m->watches, next) {
		if (w->is_join && w->sandbox == sandbox &&
		    w->terminal == terminal)
			return w;
	}
	return NULL;
}

/* --- the student is told ------------------------------------------------------ */

/* On the terminals of that connection, and in their recordings. */
static void
tell_student(const struct watch *w, struct conn *c, const char *what)
{
	char text[TEXT_SIZE];

	snprintf(text, sizeof(text), "%s %s", name_of(w->client), what);
	answer_notice(c, text);
}

/* --- its end -------------------------------------------------------------------- */

static bool
is_watched(const struct monitor *m, uint32_t tap)
{
	const struct watch *w;

	LIST_FOREACH(w, &m->watches, next) {
		if (w->state == WATCH_SHOWN && w->tap == tap)
			return true;
	}
	return false;
}

void
watch_release(struct terminal *t)
{
	if (t->tap == TAP_OPEN && !t->is_recorded && !t->is_staged &&
	    !is_watched(t->conn->monitor, t->tap_number))
		recorder_untap(t);
}

/* With nobody left who sees it, it is not copied any longer. */
static void
hide(struct watch *w)
{
	struct monitor *m = w->client->monitor;
	struct terminal *t = terminal_of(w);

	if (w->state != WATCH_SHOWN)
		return;
	recorder_unwatch(m, w->number);
	if (t == NULL || t->tap != TAP_OPEN || t->tap_number != w->tap)
		return;
	tell_student(w, t->conn,
	    w->is_join	 ? "has left your terminal"
	    : w->is_tile ? "does not see your terminal on a wall any more"
			 : "has stopped watching your terminal");
	w->tap = 0;
	watch_release(t);
}

static const char *
kind_of(const struct watch *w)
{
	return w->is_join ? "join" : w->is_tile ? "wall" : "watch";
}

static void
drop(struct watch *w, const char *why)
{
	struct client *c = w->client;

	hide(w);
	log_info(&c->tag, "%s ended account=%s lab=%s terminal=%u s=%u: %s",
	    kind_of(w), w->account, w->lab, w->terminal,
	    (unsigned)((uv_now(&c->monitor->loop) - w->since_ms) / 1000), why);
	LIST_REMOVE(w, next);
	free(w);
}

/* A wall goes on without that tile. */
static void
finish(struct watch *w, uint32_t status, const char *text)
{
	struct client *c = w->client;
	bool is_tile = w->is_tile;
	struct msg m;

	MSG_NEW(&m, WALL_TILE_OVER, wall_tile_over);
	m.wall_tile_over.tile = w->number;
	drop(w, text);
	if (is_tile)
		client_send(c, &m);
	else
		client_end(c, status, text);
}

void
watch_client_gone(struct client *c)
{
	struct watch *w, *after;

	for (w = LIST_FIRST(&c->monitor->watches); w != NULL; w = after) {
		after = LIST_NEXT(w, next);
		if (w->client == c)
			drop(w, "left");
	}
}

void
watch_end_all(struct monitor *m, const char *why)
{
	while (!LIST_EMPTY(&m->watches))
		finish(LIST_FIRST(&m->watches), 1, why);
}

/* --- it is shown ---------------------------------------------------------------- */

/* One end to the session, the other to the tool. */
static int
pass_keys(const struct watch *w, struct terminal *t, struct err *e)
{
	CLOSES int session = -1;
	CLOSES int tool = -1;
	struct msg m;

	if (chan_link(&session, &tool, e) == -1)
		return -1;
	MSG_NEW(&m, JOIN, join);
	m.serial = t->serial;
	m.fd[0] = session;
	if (link_pass(t->conn->link, &m, e) == -1)
		return -1;
	MSG_NEW(&m, JOINED, joined);
	m.fd[0] = tool;
	return link_pass(w->client->link, &m, e);
}

static int
tell_client(const struct watch *w, int fd, struct err *e)
{
	struct msg m;

	if (w->is_tile) {
		MSG_NEW(&m, WALL_TILE, wall_tile);
		m.wall_tile.tile = w->number;
		m.wall_tile.terminal = w->terminal;
		text_copy(m.wall_tile.account, NAME_SIZE, w->account);
	} else {
		MSG_NEW(&m, WATCHING, watching);
		m.watching.terminal = w->terminal;
		text_copy(m.watching.account, NAME_SIZE, w->account);
		text_copy(m.watching.lab, NAME_SIZE, w->lab);
	}
	m.fd[0] = fd;
	return link_pass(w->client->link, &m, e);
}

static int
pass_screen(const struct watch *w, struct terminal *t, struct err *e)
{
	CLOSES int recorder = -1;
	CLOSES int tool = -1;
	struct msg m;

	if (chan_link(&recorder, &tool, e) == -1)
		return -1;
	MSG_NEW(&m, WATCH_OPEN, watch_open);
	m.watch_open.tap = t->tap_number;
	m.watch_open.watch = w->number;
	m.watch_open.rows = w->rows;
	m.watch_open.cols = w->cols;
	m.watch_open.is_tile = w->is_tile;
	m.fd[0] = recorder;
	if (recorder_watch(t, &m, e) == -1)
		return -1;
	return tell_client(w, tool, e);
}

/* Who joins answers the hand that is up. */
static void
lower_hand(const struct watch *w, struct seat *s)
{
	char how[TEXT_SIZE];

	snprintf(how, sizeof(how), "%s joined the terminal",
	    name_of(w->client));
	hand_lower(s, "that answers your hand, which is down now", how);
}

/* False: it is over. */
static bool
show(struct watch *w, struct terminal *t)
{
	struct err e = { 0 };

	if (t->conn->link == NULL)
		return true;
	if ((w->is_join && pass_keys(w, t, &e) == -1) ||
	    pass_screen(w, t, &e) == -1) {
		log_error(&w->client->tag, "cannot show a terminal: %s",
		    e.text);
		finish(w, 1,
		    "this host is out of resources; try again in a minute");
		return false;
	}
	w->tap = t->tap_number;
	watch_step(w, WATCH_SHOWN);
	tell_student(w, t->conn,
	    w->is_join	 ? "has joined your terminal: you both type"
	    : w->is_tile ? "sees your terminal on a wall"
			 : "is watching your terminal");
	if (w->is_join && t->conn->seat != NULL)
		lower_hand(w, t->conn->seat);
	return true;
}

static void
wait_for_student(struct watch *w)
{
	struct msg m;

	watch_step(w, WATCH_WAITING);
	MSG_NEW(&m, ADMIN_LINE, admin_line);
	snprintf(m.admin_line.text, TEXT_SIZE,
	    "%s is not at the terminal: it is shown again when they are back",
	    w->account);
	client_send(w->client, &m);
}

/* A terminal that is there: by its tap. */
static void
look_at_terminal(struct watch *w, struct terminal *t)
{
	bool is_same = t->tap == TAP_OPEN && t->tap_number == w->tap;

	if (w->state == WATCH_SHOWN && is_same)
		return;
	if (w->state != WATCH_OPENING)
		watch_step(w, WATCH_OPENING);
	if (t->tap == TAP_NONE)
		recorder_open(t, true);
	if (t->tap == TAP_OPEN)
		show(w, t);
	else if (t->tap == TAP_FAILED)
		finish(w, 1,
		    "what this terminal shows cannot be had: the"
		    " gateway's log says why");
	else if (uv_now(&w->client->monitor->loop) - w->state_ms > AGAIN_MS)
		finish(w, 1,
		    "the gateway's program for this does not run: tell the"
		    " administrator");
}

static void
look(struct watch *w)
{
	struct terminal *t = terminal_of(w);

	if (!client_may(w->client, w->lab))
		finish(w, 1, "you are not staff of this lab any more");
	else if (seat_of(w) == NULL)
		finish(w, 0, "the sandbox has ended");
	else if (t != NULL)
		look_at_terminal(w, t);
	else if (w->is_tile)
		finish(w, 0, "nobody is at it");
	else if (w->state != WATCH_WAITING) {
		if (w->state == WATCH_OPENING)
			watch_step(w, WATCH_SHOWN);
		wait_for_student(w);
	}
}

void
watch_look(struct monitor *m)
{
	struct watch *w, *after;

	if (m->is_looking_at_watches) /* by what it did itself */
		return;
	m->is_looking_at_watches = true;
	for (w = LIST_FIRST(&m->watches); w != NULL; w = after) {
		after = LIST_NEXT(w, next);
		look(w);
	}
	m->is_looking_at_watches = false;
}

void
watch_terminal_gone(struct terminal *t, bool has_ended)
{
	const struct seat *s = t->conn->seat;
	struct monitor *m = t->conn->monitor;
	struct watch *w, *after;

	for (w = LIST_FIRST(&m->watches); w != NULL; w = after) {
		after = LIST_NEXT(w, next);
		if (w->terminal != t->number || s == NULL ||
		    w->sandbox != s->sandbox)
			continue;
		w->tap = 0; /* there is nobody to be told of its end */
		if (has_ended || !s->reattach)
			finish(w, 0, "the terminal has ended");
	}
}

static struct watch *
watch_of(const struct client *c)
{
	struct watch *w;

	LIST_FOREACH(w, &c->monitor->watches, next) {
		if (w->client == c)
			return w;
	}
	return NULL;
}

/* What ended meanwhile has been answered. */
void
watch_stop(struct client *c, struct msg *msg)
{
	struct watch *w = watch_of(c);

	(void)msg;
	if (w != NULL)
		finish(w, 0, "");
}

/* --- it begins ------------------------------------------------------------------ */

/* The terminal's number; 0: there is none to be shown, and c is told. */
static uint32_t
choose(struct client *c, const struct seat *s,
    const struct msg_admin_watch *ask)
{
	char text[TEXT_SIZE], list[256];
	uint32_t number = 0;
	unsigned count = list_terminals(s, &number, list, sizeof(list));

	if (ask->terminal != 0 && terminals_of_seat(s, ask->terminal) != NULL)
		return ask->terminal;
	if (ask->terminal == 0 && count == 1)
		return number;
	if (count == 0)
		snprintf(text, sizeof(text),
		    "nobody is at a terminal of this seat now, or it was begun"
		    " before the gateway could show it: 'atoll terminals"
		    " %s+%s' lists them",
		    ask->account, ask->lab);
	else
		snprintf(text, sizeof(text),
		    "%s of this seat: say which, as %s+%s#N; somebody is at"
		    " %s",
		    ask->terminal == 0 ? "there are several terminals"
				       : "nobody is at that terminal",
		    ask->account, ask->lab, list);
	client_end(c, 1, text);
	return 0;
}

static bool
may_join(struct client *c, const struct seat *s, uint32_t terminal)
{
	const struct watch *other =
	    who_joined(c->monitor, s->sandbox, terminal);
	char text[TEXT_SIZE];

	if (other == NULL)
		return true;
	snprintf(text, sizeof(text),
	    "%s has joined this terminal already, and one at a time may:"
	    " 'atoll watch' shows it",
	    name_of(other->client));
	client_end(c, 1, text);
	return false;
}

/* NULL without memory. */
static struct watch *
add(struct client *c, const struct seat *s, const struct msg_admin_watch *ask,
    uint32_t terminal)
{
	struct monitor *m = c->monitor;
	struct watch *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->client = c;
	w->number = ++m->last_watch;
	w->is_join = ask->join != 0;
	w->is_tile = c->wall[0] != '\0';
	w->sandbox = s->sandbox;
	w->terminal = terminal;
	w->rows = ask->rows;
	w->cols = ask->cols;
	w->since_ms = w->state_ms = uv_now(&m->loop);
	text_copy(w->account, NAME_SIZE, s->account);
	text_copy(w->lab, NAME_SIZE, s->lab);
	LIST_INSERT_HEAD(&m->watches, w, next);
	c->is_watching = true;
	log_info(&c->tag, "%s account=%s lab=%s terminal=%u", kind_of(w),
	    w->account, w->lab, terminal);
	return w;
}

void
watch_begin(struct client *c, struct msg *msg)
{
	const struct msg_admin_watch *ask = &msg->admin_watch;
	struct monitor *m = c->monitor;
	struct seat *s = seat_find(&m->registry, ask->account, ask->lab);
	uint32_t terminal;

	if (watch_of(c) != NULL) {
		client_drop(c, "watches already");
		return;
	}
	if (!client_check(c, ask->lab))
		return;
	if (s == NULL || !seat_is_live(s)) {
		client_end(c, 1,
		    "this seat has no sandbox: 'atoll ls' shows all");
		return;
	}
	if (handover_is_on(m)) {
		client_end(c, 1,
		    "the gateway is being upgraded: try again in a"
		    " moment");
		return;
	}
	terminal = choose(c, s, ask);
	if (terminal == 0 || (ask->join != 0 && !may_join(c, s, terminal)))
		return;
	if (add(c, s, ask, terminal) == NULL)
		client_end(c, 1, "the gateway is out of memory");
	watch_look(m);
}

/* --- walls ---------------------------------------------------------------------- */

unsigned
watch_tiles(const struct monitor *m)
{
	const struct watch *w;
	unsigned n = 0;

	LIST_FOREACH(w, &m->watches, next)
		n += w->is_tile;
	return n;
}

bool
watch_has_tile(const struct client *c, uint32_t sandbox, uint32_t terminal)
{
	const struct watch *w;

	LIST_FOREACH(w, &c->monitor->watches, next) {
		if (w->client == c && w->sandbox == sandbox &&
		    w->terminal == terminal)
			return true;
	}
	return false;
}

void
watch_add_tile(struct client *c, const struct seat *s, uint32_t terminal)
{
	static const struct msg_admin_watch ask; /* a window of no size */

	add(c, s, &ask, terminal); /* without memory: at the next look */
}

void
watch_end_tiles(struct client *c)
{
	struct watch *w, *after;

	for (w = LIST_FIRST(&c->monitor->watches); w != NULL; w = after) {
		after = LIST_NEXT(w, next);
		if (w->client == c)
			finish(w, 0, "nobody looks at the wall");
	}
}
