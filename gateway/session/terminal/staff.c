/* staff.c - the commands of atoll that staff give by ssh. */
#include "gateway/session/terminal/staff.h"

#include <string.h>

#include "gateway/base/scope.h"
#include "gateway/session/senders.h"
#include "gateway/session/session.h"
#include "gateway/session/terminal/channel.h"
#include "gateway/session/terminal/notice.h"
#include "gateway/session/terminal/spawn.h"

bool
staff_is_meant(const struct session *s, const char *command)
{
	size_t n = strlen(STAFF_COMMAND);

	return s->login.is_staff && s->login.given_lab[0] == '\0' &&
	       strncmp(command, STAFF_COMMAND, n) == 0 &&
	       (command[n] == '\0' || command[n] == ' ');
}

static void
ask(struct channel *c)
{
	struct session *s = c->session;
	struct msg m;

	MSG_NEW(&m, STAFF_RUN, staff_run);
	c->serial = m.serial = ++s->serials;
	m.staff_run.pty = c->request.pty;
	m.staff_run.rows = c->request.rows;
	m.staff_run.cols = c->request.cols;
	m.staff_run.command = c->request.command;
	text_copy(m.staff_run.term, TEXT_SIZE, c->request.term);
	channel_step(c, CHANNEL_SPAWNING);
	link_tell_monitor(s, &m);
}

void
staff_advance(struct session *s)
{
	struct channel *c;

	TAILQ_FOREACH(c, &s->channels, next) {
		if (c->request.is_staff && c->state == CHANNEL_ASKED)
			ask(c);
	}
}

static struct channel *
find(struct session *s, uint32_t serial)
{
	struct channel *c;

	TAILQ_FOREACH(c, &s->channels, next) {
		if (c->request.is_staff && c->serial == serial &&
		    (c->state == CHANNEL_SPAWNING ||
			c->state == CHANNEL_RUNNING))
			return c;
	}
	return NULL;
}

static void
on_started(struct channel *c, struct msg *m)
{
	struct err e;
	bool is_good = m->type == MSG_STAFF_STARTED_PTY
			   ? spawn_take_pty(c, m, &e)
			   : spawn_take_pipes(c, m, &e);

	if (!is_good) {
		channel_fail(c, 255,
		    "this host is out of resources; try again in a minute");
		return;
	}
	channel_step(c, CHANNEL_RUNNING);
	if (c->request.pty) {
		spawn_resize(c);
		notice_reader(c);
	}
}

static void
on_ended(struct channel *c, const struct msg_staff_ended *m)
{
	bool is_refused = m->reason[0] != '\0' || c->state == CHANNEL_SPAWNING;

	if (is_refused && !c->request.is_typed) {
		channel_fail(c, m->status, m->reason);
		return;
	}
	if (is_refused)
		channel_say(c, m->reason);
	if (c->state == CHANNEL_SPAWNING)
		channel_step(c, CHANNEL_RUNNING);
	c->ending = (struct ending){ .known = true, .status = m->status };
	scope_close(&c->in);
	tail_drop(&c->in_tail);
}

void
staff_on_message(struct session *s, struct msg *m)
{
	struct channel *c = find(s, m->serial);

	if (c == NULL)
		return;
	if (m->type == MSG_STAFF_ENDED)
		on_ended(c, &m->staff_ended);
	else if (c->state == CHANNEL_SPAWNING)
		on_started(c, m);
}
