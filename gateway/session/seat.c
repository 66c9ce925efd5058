/*
 * seat.c - a seat for this connection: which lab, and is there room?
 *
 * The lab is the one named in the login, the only one, or what the student
 * picks from the menu.  Whatever comes of it holds for all channels that wait.
 */
#include "gateway/session/seat.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"
#include "gateway/session/forward/agent.h"
#include "gateway/session/others.h"
#include "gateway/session/seat_state.h"
#include "gateway/session/senders.h"
#include "gateway/session/session.h"
#include "gateway/session/terminal/channel.h"
#include "gateway/session/terminal/menu.h"
#include "gateway/session/terminal/pump.h"
#include "gateway/session/terminal/responses.h"
#include "gateway/session/terminal/spawn.h"
#include "gateway/session/terminal/staff.h"
#include "gateway/session/transport/alive.h"

#define STATUS_REFUSED 1
#define RECORDED       "atoll: this lab records what your terminals show"
#define SEAT_MS	       10000 /* a host that builds hundreds takes its time */

/* Of those that are for a sandbox. */
static struct channel *
first_in(struct session *s, enum channel_state state)
{
	struct channel *c;

	TAILQ_FOREACH(c, &s->channels, next) {
		if (c->state == state && !c->request.is_staff)
			return c;
	}
	return NULL;
}

static void
drop_menu(struct session *s)
{
	free(s->seat.menu);
	s->seat.menu = NULL;
}

/* A student who chose from the menu may choose again. */
static void
ask_again(struct session *s, struct channel *c, const char *text)
{
	channel_say(c, text);
	channel_print(c, menu_prompt, strlen(menu_prompt));
	channel_step(c, CHANNEL_MENU);
	seat_step(s, SEAT_CHOOSING);
}

/* There is no seat: the channels that waited for it are told why. */
static void
refuse(struct session *s, const char *text)
{
	struct channel *c = first_in(s, CHANNEL_ASKED);

	if (s->seat.menu != NULL && c != NULL && c->request.pty &&
	    c->request.kind == SPAWN_SHELL) {
		ask_again(s, c, text);
		return;
	}
	seat_step(s, SEAT_NONE);
	drop_menu(s);
	while ((c = first_in(s, CHANNEL_ASKED)) != NULL)
		channel_fail(c, STATUS_REFUSED, text);
}

static void
open_seat(struct session *s, const char lab[NAME_SIZE])
{
	struct msg m;

	MSG_NEW(&m, SEAT_OPEN, seat_open);
	memcpy(m.seat_open.lab, lab, NAME_SIZE);
	seat_step(s, SEAT_OPENING);
	responses_seat_asked(s);
	link_tell_monitor(s, &m);
}

static void
list_labs(struct session *s)
{
	struct msg m;

	seat_step(s, SEAT_LISTING);
	s->seat.menu = calloc(1, sizeof(*s->seat.menu));
	if (s->seat.menu == NULL) {
		refuse(s, "this host is out of memory; try again in a minute");
		return;
	}
	MSG_NEW(&m, LABS_GET, labs_get);
	link_tell_monitor(s, &m);
}

/* --- the menu ----------------------------------------------------------- */

/* Without a terminal there can be no menu: say which labs could have been
 * named. */
static void
explain(struct session *s, struct channel *c)
{
	const struct menu *menu = s->seat.menu;
	char text[TEXT_SIZE];
	int n = snprintf(text, sizeof(text),
	    "several labs are open to %s: name one, as in"
	    " ssh %s+%s@host\n",
	    s->login.account, s->login.account, menu->labs[0].name);

	for (unsigned i = 0; i < menu->visible; i++) {
		const char *name = menu->labs[i].name;

		if ((size_t)n + NAME_SIZE + 2 >= sizeof(text)) {
			snprintf(text + n, sizeof(text) - (size_t)n, " ...");
			break;
		}
		n += snprintf(text + n, sizeof(text) - (size_t)n, " %s", name);
	}
	channel_fail(c, STATUS_REFUSED, text);
}

/* What the monitor said at login, once, on a terminal, where a person reads
 * it. */
static void
print_notice(struct channel *c)
{
	char *text = c->session->login.notice;

	if (text[0] == '\0' || !c->request.pty ||
	    c->request.kind != SPAWN_SHELL)
		return;
	channel_print(c, text, strlen(text));
	channel_print(c, "\r\n", 2);
	text[0] = '\0';
}

static void
show_menu(struct session *s, struct channel *c)
{
	char row[MENU_ROW_SIZE];

	channel_step(c, CHANNEL_MENU);
	seat_step(s, SEAT_CHOOSING);
	print_notice(c);
	for (unsigned i = 0; i < menu_rows(s->seat.menu); i++)
		channel_print(c, row,
		    menu_row(s->seat.menu, i, row, sizeof(row)));
}

/* Staff of one lab have a menu, too, for their commands. */
static bool
is_staffs_shell(struct session *s)
{
	const struct channel *c = first_in(s, CHANNEL_ASKED);

	return s->seat.menu->staff_count > 0 && c != NULL && c->request.pty &&
	       c->request.kind == SPAWN_SHELL;
}

static void
on_labs_end(struct session *s)
{
	struct channel *c;
	char text[TEXT_SIZE], lab[NAME_SIZE];

	if (s->seat.menu->visible == 0) {
		snprintf(text, sizeof(text),
		    "no lab is open to %s; ask your instructor or the"
		    " administrator",
		    s->login.account);
		drop_menu(s);
		refuse(s, text);
		return;
	}
	if (s->seat.menu->visible == 1 && !is_staffs_shell(s)) {
		memcpy(lab, s->seat.menu->labs[0].name, NAME_SIZE);
		drop_menu(s);
		open_seat(s, lab);
		return;
	}
	while ((c = first_in(s, CHANNEL_ASKED)) != NULL) {
		if (c->request.pty && c->request.kind == SPAWN_SHELL) {
			show_menu(s, c);
			return;
		}
		explain(s, c);
	}
	seat_step(s, SEAT_NONE); /* those who asked have left */
	drop_menu(s);
}

/* The menu's channel ended, or its student chose to leave. */
static void
leave_menu(struct session *s, struct channel *c)
{
	seat_step(s, SEAT_NONE);
	drop_menu(s);
	if (c != NULL)
		channel_fail(c, 0, NULL);
}

/* Of staff, typed at the prompt: when it has ended they are there again. */
static void
run_typed(struct session *s, struct channel *c)
{
	c->request.command = strdup(s->seat.menu->line);
	if (c->request.command == NULL) {
		channel_print(c, menu_prompt, strlen(menu_prompt));
		return;
	}
	c->request.is_staff = c->request.is_typed = true;
	channel_step(c, CHANNEL_ASKED);
}

static void
end_typed(struct channel *c)
{
	channel_let_go(c);
	free(c->request.command);
	c->request.command = NULL;
	c->request.is_staff = c->request.is_typed = false;
	c->ending = (struct ending){ 0 };
	channel_print(c, menu_prompt, strlen(menu_prompt));
	channel_step(c, CHANNEL_MENU);
}

/* The one whose student is at a typed command instead of the menu; NULL: none. */
static struct channel *
find_typed(struct session *s)
{
	struct channel *c;

	TAILQ_FOREACH(c, &s->channels, next) {
		if (c->request.is_typed && c->state < CHANNEL_ENDING)
			return c;
	}
	return NULL;
}

static void
type_key(struct session *s, struct channel *c, unsigned char key)
{
	char echo[MENU_ECHO_SIZE], lab[NAME_SIZE];
	unsigned chosen = 0;
	enum menu_key got = menu_type(s->seat.menu, key, echo, &chosen);

	channel_print(c, echo, strlen(echo));
	if (got == MENU_LEFT) {
		leave_menu(s, c);
	} else if (got == MENU_COMMAND) {
		run_typed(s, c);
	} else if (got == MENU_CHOSEN) {
		memcpy(lab, s->seat.menu->labs[chosen].name, NAME_SIZE);
		channel_step(c, CHANNEL_ASKED);
		open_seat(s, lab);
	}
}

/* Byte by byte: what is typed after the answer is for the shell. */
static void
read_keys(struct session *s, struct channel *c)
{
	unsigned char key;

	while (c->state == CHANNEL_MENU && c->unread > 0) {
		if (ssh_channel_read_nonblocking(c->ssh, &key, 1, 0) != 1) {
			c->unread = 0;
			break;
		}
		c->unread--;
		type_key(s, c, key);
	}
	if (c->state == CHANNEL_MENU && c->has_eof)
		leave_menu(s, c);
}

/* --- the monitor's answers ---------------------------------------------- */

/* A place in the queue, told to the channels that wait, or to the one that
 * comes in a moment. */
static void
on_wait(struct session *s, const struct msg_seat_wait *m)
{
	struct channel *c;
	char text[TEXT_SIZE];

	snprintf(text, sizeof(text), "%.400s: you are number %u in the queue",
	    m->reason[0] == '\0' ? "all places are taken" : m->reason,
	    m->place);
	if (s->seat.state == SEAT_OPENING)
		seat_step(s, SEAT_QUEUED);
	if (first_in(s, CHANNEL_ASKED) == NULL)
		text_copy(s->unsaid, TEXT_SIZE, text);
	TAILQ_FOREACH(c, &s->channels, next) {
		if (c->state == CHANNEL_ASKED)
			channel_say(c, text);
	}
}

static void
on_ready(struct session *s, struct msg *m)
{
	struct err e;

	if (chan_nonblock(m->fd[0], &e) == -1) {
		refuse(s,
		    "the sandbox cannot be reached; log in again in a minute");
		return;
	}
	s->init = (struct chan){ take_fd(&m->fd[0]), SESSION, INIT };
	seat_step(s, SEAT_TAKEN);
	s->unsaid[0] = '\0'; /* a place in the queue is none any more */
	drop_menu(s);
	s->seat.forwarding = m->seat_ready.forwarding;
	text_copy(s->seat.peer, sizeof(s->seat.peer), m->seat_ready.peer);
	s->seat.peer_port = m->seat_ready.peer_port;
	alive_limit_idle(s, m->seat_ready.idle_limit);
	others_on_ready(s, &m->seat_ready);
	s->seat.record = m->seat_ready.record;
	s->seat.is_watched = m->seat_ready.is_watched != 0;
	s->seat.is_frozen = false;
	/* Later channels go to the same lab, even when this sandbox ends. */
	memcpy(s->login.lab, m->seat_ready.lab, NAME_SIZE);
	s->login.forwarding = m->seat_ready.forwarding;
	free(s->seat.banner);
	s->seat.banner = m->seat_ready.banner[0] == '\0'
			     ? NULL
			     : strdup(m->seat_ready.banner);
	free(s->seat.motd);
	s->seat.motd =
	    m->seat_ready.motd[0] == '\0' ? NULL : strdup(m->seat_ready.motd);
}

void
seat_on_message(struct session *s, struct msg *m)
{
	const struct seat *seat = &s->seat;
	bool is_asked =
	    seat->state == SEAT_OPENING || seat->state == SEAT_QUEUED;

	if (m->type == MSG_LAB && seat->state == SEAT_LISTING)
		menu_add(seat->menu, &m->lab);
	else if (m->type == MSG_LABS_END && seat->state == SEAT_LISTING)
		on_labs_end(s);
	else if (m->type == MSG_SEAT_WAIT && is_asked)
		on_wait(s, &m->seat_wait);
	else if (m->type == MSG_SEAT_READY && is_asked)
		on_ready(s, m);
	else if (m->type == MSG_SEAT_REFUSED && is_asked)
		refuse(s, m->seat_refused.reason);
}

void
seat_lost(struct session *s)
{
	seat_step(s, SEAT_NONE);
}

/* --- the loop's part ---------------------------------------------------- */

static void
print_lines(struct channel *c, const char *text)
{
	while (text != NULL && *text != '\0') {
		size_t n = strcspn(text, "\n");

		channel_print(c, text, n);
		channel_print(c, "\r\n", 2);
		text += n + (text[n] == '\n');
	}
}

/* The banner for every terminal, the motd for those who get a prompt. */
static void
greet(struct channel *c)
{
	const struct seat *seat = &c->session->seat;

	if (!c->request.pty)
		return;
	print_lines(c, seat->banner);
	if (seat->record != RECORD_NO)
		print_lines(c, RECORDED);
	if (c->request.kind == SPAWN_SHELL)
		print_lines(c, seat->motd);
}

/* The channel has its seat: run the command that it asked for.  One that is
 * refused needs no agent. */
static void
start(struct channel *c)
{
	if (c->request.refusal == NULL && c->request.agent &&
	    !agent_offer(c->session))
		channel_say(c, "your agent is not forwarded: this lab does not"
			       " allow it");
	spawn_ask(c);
}

static void
seek_seat(struct session *s)
{
	s->seat.was_sought = true;
	if (s->login.lab[0] != '\0')
		open_seat(s, s->login.lab);
	else
		list_labs(s);
}

/* A client that opens a channel is about to ask for a process: the sandbox is
 * built while that request is on its way, unless it may be a command of staff's,
 * which needs none.  Once only: a refusal has no channel
 * to be told on yet, so the seat is asked for again when the request is
 * here. */
static bool
is_early(struct session *s)
{
	return !s->seat.was_sought && first_in(s, CHANNEL_NEW) != NULL &&
	       !s->login.wants_walls && !staff_is_meant(s, STAFF_COMMAND);
}

bool
seat_take_now(struct session *s)
{
	struct pollfd p = { .fd = s->monitor.fd, .events = POLLIN };
	const struct seat *seat = &s->seat;
	int64_t ends = clock_ms() + SEAT_MS;

	if (seat->state == SEAT_NONE)
		seek_seat(s);
	while ((seat->state == SEAT_LISTING || seat->state == SEAT_OPENING) &&
	       s->stage != STAGE_ENDING) {
		int64_t left = ends - clock_ms();

		if (left <= 0 || poll(&p, 1, (int)left) == 0)
			break;
		session_read_monitor(s);
	}
	return seat->state == SEAT_TAKEN;
}

void
seat_advance(struct session *s)
{
	struct channel *c = find_typed(s);

	if (c != NULL && c->state == CHANNEL_RUNNING && pump_is_drained(c))
		end_typed(c);
	c = first_in(s, CHANNEL_MENU);
	if (s->seat.state == SEAT_CHOOSING && find_typed(s) == NULL) {
		if (c == NULL)
			leave_menu(s, NULL);
		else
			read_keys(s, c);
	}
	c = first_in(s, CHANNEL_ASKED);
	if (s->seat.state == SEAT_NONE && (c != NULL || is_early(s))) {
		seek_seat(s);
		return;
	}
	if (c != NULL && s->unsaid[0] != '\0') {
		channel_say(c, s->unsaid);
		s->unsaid[0] = '\0';
	}
	for (; s->seat.state == SEAT_TAKEN && c != NULL;
	     c = first_in(s, CHANNEL_ASKED)) {
		if (others_hold(c))
			continue;
		print_notice(c);
		greet(c);
		start(c);
	}
}
