/*
 * labsandbox.c - a sandbox of a lab's, for a trial, and what is run in it.
 *
 * The builder and init have their own deadlines for what a lab's programs may
 * take long for; only the student's commands want one here.
 */
#include "gateway/admin/lab/labsandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"
#include "gateway/wire/lab_protocol.h"

#define ACCOUNT	   "lab-check"
#define SECRET	   "0123456789abcdef0123456789abcdef" /* nobody's seat */
#define CHECKED_MS 1000 /* init sends CHECKED before lab check ends */

int
labsandbox_receive(struct lab_sandbox *s, const struct chan *c, struct err *e)
{
	switch (chan_recv(c, &s->m, e)) {
	case CHAN_MESSAGE:
		return 0;
	case CHAN_UNKNOWN:
	case CHAN_BROKEN:
		return -1;
	case CHAN_EMPTY:
		return err_set(e, 0, "the sandbox does not answer");
	case CHAN_CLOSED:
		break;
	}
	return err_set(e, 0,
	    c == &s->builder ? "this host cannot start sandboxes:"
			       " 'atoll check-host' says why"
			     : "the sandbox ended");
}

/* --- its beginning and its end ------------------------------------------ */

static int
build(struct lab_sandbox *s, const char *lab, struct err *e)
{
	MSG_NEW(&s->m, BUILD, build);
	s->m.build.sandbox = ++s->number;
	text_copy(s->m.build.account, NAME_SIZE, ACCOUNT);
	text_copy(s->m.build.lab, NAME_SIZE, lab);
	text_copy(s->m.build.secret, TEXT_SIZE, SECRET);
	if (chan_send(&s->builder, &s->m, e) == -1)
		return -1;
	do {
		if (labsandbox_receive(s, &s->builder, e) == -1)
			return -1;
		if (s->m.type == MSG_BUILT) {
			s->lifeline = take_fd(&s->m.fd[0]);
			return 0;
		}
	} while (s->m.type == MSG_LIMIT_HIT);
	return err_set(e, 0, "%s", s->m.build_failed.reason);
}

/* The session's end of a link to init, as if a student had connected. */
static int
introduce(struct lab_sandbox *s, struct err *e)
{
	struct chan init = { s->lifeline, MONITOR, INIT };
	int ends[2], rc;

	if (chan_pair(ends, e) == -1)
		return -1;
	MSG_NEW(&s->m, INTRODUCE, introduce);
	s->m.introduce.connection = 1;
	s->m.fd[0] = ends[1];
	rc = chan_send(&init, &s->m, e);
	msg_close(&s->m);
	s->link = ends[0];
	return rc;
}

int
labsandbox_start(struct lab_sandbox *s, const char *lab, struct err *e)
{
	s->lifeline = s->link = -1;
	s->has_ended = false;
	s->serial = 0;
	if (build(s, lab, e) == -1)
		return -1;
	if (introduce(s, e) == 0)
		return 0;
	labsandbox_end(s);
	return -1;
}

void
labsandbox_end(struct lab_sandbox *s)
{
	struct err e;

	scope_close(&s->link);
	MSG_NEW(&s->m, DEMOLISH, demolish);
	s->m.demolish.sandbox = s->number;
	if (!s->has_ended && chan_send(&s->builder, &s->m, &e) == 0) {
		while (labsandbox_receive(s, &s->builder, &e) == 0 &&
		       s->m.type != MSG_ENDED)
			continue;
	}
	scope_close(&s->lifeline);
}

/* --- the monitor's part, to its init ------------------------------------ */

static void
keep_score(struct lab_sandbox *s)
{
	const struct msg_checked *m = &s->m.checked;

	s->score = (struct lab_score){ m->points, m->most, m->left_out };
	s->is_checked = true;
}

/* Of what else it may say here only the sandbox's end is news. */
static int
await_switched(struct lab_sandbox *s, struct err *e)
{
	do {
		if (labsandbox_receive(s, &s->builder, e) == -1)
			return -1;
		if (s->m.type == MSG_ENDED)
			s->has_ended = true;
	} while (s->m.type != MSG_LAN_SWITCHED);
	return 0;
}

static int
switch_link(struct lab_sandbox *s, const struct chan *init, struct err *e)
{
	const struct msg_self_link what = s->m.self_link;
	uint32_t serial = s->m.serial;
	char text[TEXT_SIZE + 4] = "";

	MSG_NEW(&s->m, LAN_SWITCH, lan_switch);
	s->m.serial = serial;
	s->m.lan_switch.sandbox = s->number;
	text_copy(s->m.lan_switch.machine, NAME_SIZE, what.machine);
	text_copy(s->m.lan_switch.network, NAME_SIZE, what.network);
	s->m.lan_switch.is_on = what.is_on;
	if (chan_send(&s->builder, &s->m, e) == -1 ||
	    await_switched(s, e) == -1)
		return -1;
	if (s->m.lan_switched.reason[0] != '\0')
		snprintf(text, sizeof(text), "%s.\n", s->m.lan_switched.reason);
	MSG_NEW(&s->m, LAB_TOLD, lab_told);
	s->m.serial = serial;
	s->m.lab_told.status = text[0] != '\0' ? LAB_FAILED : LAB_DONE;
	s->m.lab_told.text = text;
	return chan_send(init, &s->m, e);
}

/* One message from init: a result, which is s->score then, or what the lab's check wants
 * of the machines' cables, which is done.  Anything else is for a gateway's monitor. */
static int
hear(struct lab_sandbox *s, struct err *e)
{
	const struct chan init = { s->lifeline, MONITOR, INIT };

	if (labsandbox_receive(s, &init, e) == -1)
		return -1;
	if (s->m.type == MSG_SELF_LINK)
		return switch_link(s, &init, e);
	if (s->m.type == MSG_CHECKED)
		keep_score(s);
	msg_close(&s->m);
	return 0;
}

/* --- a command ---------------------------------------------------------- */

/* One that runs.  The pipes' ends are -1 when they are done with. */
struct running {
	struct lab_sandbox *s;
	const char *input;
	size_t left;
	int in, out[2]; /* its output, and its errors */
	bool is_over;
};

static void
feed(struct running *r)
{
	ssize_t n = write(r->in, r->input, r->left);

	if (n > 0) {
		r->input += n;
		r->left -= (size_t)n;
	}
	if (r->left == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
		scope_close(&r->in);
}

/* What does not fit is dropped, but read: a program whose pipe is full would
 * wait for ever. */
static void
drain(struct running *r, int *from)
{
	char piece[4096], *to = r->s->output;
	size_t used = strlen(to);
	ssize_t n = -1;

	while (*from != -1 && (n = read(*from, piece, sizeof(piece))) > 0) {
		size_t room = LABSANDBOX_OUTPUT - 1 - used;
		size_t some = (size_t)n < room ? (size_t)n : room;

		memcpy(to + used, piece, some);
		used += some;
		to[used] = '\0';
	}
	if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
		scope_close(from);
}

static int
wait_for(struct running *r, int64_t ends_ms, struct err *e)
{
	struct pollfd fds[] = { { r->s->link, POLLIN, 0 },
		{ r->out[0], POLLIN, 0 }, { r->out[1], POLLIN, 0 },
		{ r->in, POLLOUT, 0 }, { r->s->lifeline, POLLIN, 0 } };
	int64_t left = ends_ms == 0 ? -1 : ends_ms - clock_ms();
	const struct chan c = { r->s->link, SESSION, INIT };

	if (ends_ms != 0 && left <= 0)
		return err_set(e, ETIMEDOUT, "it is not over");
	if (poll(fds, 5, (int)left) == -1)
		return err_set(e, errno, "poll");
	if (fds[4].revents != 0 && hear(r->s, e) == -1)
		return -1;
	if (fds[3].revents != 0)
		feed(r);
	drain(r, &r->out[0]);
	drain(r, &r->out[1]);
	if (fds[0].revents == 0)
		return 0;
	if (labsandbox_receive(r->s, &c, e) == -1)
		return -1;
	r->is_over = r->s->m.type == MSG_EXITED;
	/* What it left in the background may hold the pipes for ever. */
	drain(r, &r->out[0]);
	drain(r, &r->out[1]);
	return 0;
}

static int
spawn(struct running *r, const char *line, struct err *e)
{
	struct msg *m = &r->s->m;
	const struct chan c = { r->s->link, SESSION, INIT };

	MSG_NEW(m, SPAWN, spawn);
	m->serial = ++r->s->serial;
	m->spawn.kind = SPAWN_EXEC;
	m->spawn.command = line;
	if (chan_send(&c, m, e) == -1 || labsandbox_receive(r->s, &c, e) == -1)
		return -1;
	if (m->type != MSG_SPAWNED_PIPES)
		return err_set(e, 0, "%s",
		    m->type == MSG_SPAWN_FAILED ? m->spawn_failed.reason
						: "init did not run it");
	r->in = take_fd(&m->fd[0]);
	r->out[0] = take_fd(&m->fd[1]);
	r->out[1] = take_fd(&m->fd[2]);
	if (fcntl(r->in, F_SETFL, O_NONBLOCK) == -1 ||
	    fcntl(r->out[0], F_SETFL, O_NONBLOCK) == -1 ||
	    fcntl(r->out[1], F_SETFL, O_NONBLOCK) == -1)
		return err_set(e, errno, "pipe");
	return 0;
}

int
labsandbox_run(struct lab_sandbox *s, const struct trial_command *command,
    uint32_t *status, struct err *e)
{
	struct running r = { .s = s,
		.input = command->input,
		.left = command->size,
		.in = -1,
		.out = { -1, -1 } };
	int64_t ends_ms = command->seconds == 0
			      ? 0
			      : clock_ms() + 1000 * (int64_t)command->seconds;
	int rc;

	s->output[0] = '\0';
	rc = spawn(&r, command->line, e);
	if (rc == 0 && r.left == 0)
		scope_close(&r.in);
	while (rc == 0 && !r.is_over)
		rc = wait_for(&r, ends_ms, e);
	scope_close(&r.in);
	scope_close(&r.out[0]);
	scope_close(&r.out[1]);
	if (rc == 0)
		*status = s->m.exited.signal != 0 ? 128 + s->m.exited.signal
						  : s->m.exited.status;
	return rc;
}

/* --- the check ---------------------------------------------------------- */

/* What comes on the lifeline until a result does, for so long at most. */
static bool
was_checked(struct lab_sandbox *s, int within_ms)
{
	struct pollfd p = { .fd = s->lifeline, .events = POLLIN };
	struct err e;

	while (
	    !s->is_checked && poll(&p, 1, within_ms) == 1 && hear(s, &e) == 0)
		continue;
	return s->is_checked;
}

int
labsandbox_check(struct lab_sandbox *s, struct lab_score *score, struct err *e)
{
	const struct trial_command check = { .line = "lab check" };
	uint32_t status;

	/* An earlier one, which init ran by itself, is none of ours. */
	do
		s->is_checked = false;
	while (was_checked(s, 0));
	if (labsandbox_run(s, &check, &status, e) == -1)
		return err_wrap(e, "check");
	if (!was_checked(s, CHECKED_MS))
		return err_set(e, 0,
		    "check did not end with a result: its output is above");
	*score = s->score;
	return 0;
}
