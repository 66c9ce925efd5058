/*
 * spawn.c - processes in the sandbox: requests to init, which cannot be
 * trusted.
 *
 * A student who is root inside may have replaced init.  So the descriptors are
 * checked for what they are, made non-blocking, and never do more than be read,
 * written and resized; texts are shown to that student only.
 */
#include "gateway/session/terminal/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"
#include "gateway/session/senders.h"
#include "gateway/session/session.h"
#include "gateway/session/terminal/attach.h"
#include "gateway/session/terminal/notice.h"
#include "gateway/session/terminal/channel.h"
#include "gateway/session/terminal/pump.h"
#include "gateway/session/terminal/responses.h"
#include "gateway/session/terminal/tapping.h"

#define STATUS_BROKEN 255 /* as ssh(1) has it for its own errors */

/*
 * Where the client comes from, as sshd tells; Debian's bash reads ~/.bashrc for
 * a command only with SSH_CLIENT.  The client's own address is no secret to it.
 * What it has reached would be the host's address, or that of what is before
 * the host: in its place stands the sandbox's loopback.
 */
static bool
add_addresses(struct strings *to, const struct session *s)
{
	const char *peer = s->seat.peer;
	uint32_t port = s->seat.peer_port;
	const char *here = strchr(peer, ':') == NULL ? "127.0.0.1" : "::1";
	char text[TEXT_SIZE];

	if (peer[0] == '\0')
		return true;
	snprintf(text, sizeof(text), "SSH_CLIENT=%s %u 22", peer, port);
	if (!strings_add(to, text))
		return false;
	snprintf(text, sizeof(text), "SSH_CONNECTION=%s %u %s 22", peer, port,
	    here);
	return strings_add(to, text);
}

static bool
add_environment(struct strings *to, const struct channel *c)
{
	const struct run_request *w = &c->request;
	char term[sizeof("TERM=") + sizeof(w->term)];

	snprintf(term, sizeof(term), "TERM=%s", w->term);
	if (w->pty && !strings_add(to, term))
		return false;
	if (!add_addresses(to, c->session))
		return false;
	for (unsigned i = 0; i < w->env_count; i++) {
		if (!strings_add(to, w->env[i]))
			return false;
	}
	return true;
}

static void
add_modes(struct msg_spawn *to, const struct modes *m)
{
	to->iflag_known = m->known[MODES_INPUT];
	to->iflag = m->set[MODES_INPUT];
	to->oflag_known = m->known[MODES_OUTPUT];
	to->oflag = m->set[MODES_OUTPUT];
	to->cflag_known = m->known[MODES_CONTROL];
	to->cflag = m->set[MODES_CONTROL];
	to->lflag_known = m->known[MODES_LOCAL];
	to->lflag = m->set[MODES_LOCAL];
	to->characters = m->characters;
}

static void
ask_init(struct channel *c)
{
	const struct run_request *w = &c->request;
	struct session *s = c->session;
	char environment[STRINGS_SIZE];
	struct msg m;

	MSG_NEW(&m, SPAWN, spawn);
	c->serial = m.serial = ++s->serials;
	m.spawn.kind = w->kind;
	m.spawn.pty = w->pty;
	m.spawn.keep = attach_may_keep(c);
	m.spawn.terminal = c->terminal;
	m.spawn.changes = 1;
	m.spawn.rows = w->rows;
	m.spawn.cols = w->cols;
	m.spawn.width = w->width;
	m.spawn.height = w->height;
	add_modes(&m.spawn, &w->modes);
	m.spawn.command = w->command;
	m.spawn.environment = strings_in(environment, sizeof(environment));
	if (!add_environment(&m.spawn.environment, c) || !link_tell_init(s, &m))
		channel_fail(c, STATUS_BROKEN,
		    "the sandbox does not take your command; try again in a"
		    " moment");
}

void
spawn_ask(struct channel *c)
{
	if (c->request.refusal != NULL) {
		channel_fail(c, STATUS_BROKEN, c->request.refusal);
		return;
	}
	if (c->session->seat.is_frozen) {
		channel_fail(c, STATUS_BROKEN, FROZEN_SAYS);
		return;
	}
	c->terminal = TERMINAL_LAST;
	channel_step(c, CHANNEL_SPAWNING);
	if (!c->request.pty)
		responses_no_terminal(c->session);
	ask_init(c);
}

static struct channel *
find(struct session *s, uint32_t serial)
{
	struct channel *c;

	TAILQ_FOREACH(c, &s->channels, next) {
		if (c->forwards == 0 && !c->request.is_staff &&
		    c->serial == serial &&
		    (c->state == CHANNEL_SPAWNING ||
			c->state == CHANNEL_RUNNING))
			return c;
	}
	return NULL;
}

/* --- descriptors from init ---------------------------------------------- */

static bool
is_fifo(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

static bool
is_pty_master(int fd)
{
	unsigned number;
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) &&
	       ioctl(fd, TIOCGPTN, &number) == 0;
}

bool
spawn_take_pty(struct channel *c, struct msg *m, struct err *e)
{
	if (!c->request.pty || !is_pty_master(m->fd[0]) ||
	    chan_nonblock(m->fd[0], e) == -1)
		return false;
	c->in = fcntl(m->fd[0], F_DUPFD_CLOEXEC, 0);
	c->out[OUT].fd = take_fd(&m->fd[0]);
	return c->in != -1;
}

static bool
take_terminal(struct channel *c, struct msg *m, struct err *e)
{
	return attach_take(c, m, e) && spawn_take_pty(c, m, e);
}

bool
spawn_take_pipes(struct channel *c, struct msg *m, struct err *e)
{
	for (int i = 0; i < 3; i++) {
		if (!is_fifo(m->fd[i]) || chan_nonblock(m->fd[i], e) == -1)
			return false;
	}
	if (c->request.pty)
		return false;
	c->in = take_fd(&m->fd[0]);
	c->out[OUT].fd = take_fd(&m->fd[1]);
	c->out[ERR].fd = take_fd(&m->fd[2]);
	return true;
}

static bool
send_signal(const struct channel *c, uint32_t number)
{
	struct msg m;

	MSG_NEW(&m, SIGNAL, signal);
	m.serial = c->serial;
	m.signal.number = number;
	return link_tell_init(c->session, &m);
}

/* The window may have changed while init was at work, and signals may have
 * come. */
static void
begin(struct channel *c, bool is_good)
{
	if (!is_good) {
		channel_fail(c, STATUS_BROKEN,
		    "the sandbox gave a wrong answer, and your command was not"
		    " started; try again, and tell your instructor if it"
		    " stays so");
		return;
	}
	channel_step(c, CHANNEL_RUNNING);
	if (c->request.pty) {
		tapping_begin(c);
		spawn_resize(c);
		notice_reader(c);
	}
	for (uint32_t n = 1; n < 32; n++) {
		if ((c->request.signals >> n & 1) != 0)
			send_signal(c, n);
	}
	c->request.signals = 0;
}

/* --- messages from init ------------------------------------------------- */

static void
on_exited(struct channel *c, const struct msg_exited *m)
{
	c->ending = (struct ending){ .known = true,
		.status = m->status,
		.signal = m->signal,
		.dumped = m->dumped,
		.at_ms = clock_ms() };
	scope_close(&c->in);
	tail_drop(&c->in_tail);
}

static void
on_attached(struct channel *c, struct msg *m)
{
	struct err e;
	bool is_good = take_terminal(c, m, &e);

	begin(c, is_good);
	if (is_good) {
		attach_show(c, m);
		responses_printed(c->session);
	}
}

/* What it says of the pty stands before the program's first word. */
static void
on_spawned_pty(struct channel *c, struct msg *m)
{
	struct err e;

	c->terminal = m->spawned_pty.terminal;
	if (m->spawned_pty.notice[0] != '\0')
		channel_say(c, m->spawned_pty.notice);
	begin(c, spawn_take_pty(c, m, &e));
}

static void
on_spawned_terminal(struct channel *c, struct msg *m)
{
	struct err e;
	bool is_good = take_terminal(c, m, &e);

	if (is_good && c->came_from != 0)
		attach_show_new(c);
	begin(c, is_good);
}

/* Who left a terminal for this one is better off there than disconnected. */
static void
on_spawn_failed(struct channel *c, const struct msg *m)
{
	if (c->came_from == 0) {
		channel_fail(c, STATUS_BROKEN, m->spawn_failed.reason);
		return;
	}
	channel_say(c, m->spawn_failed.reason);
	c->terminal = c->came_from;
	c->came_from = 0;
	ask_init(c);
}

static void
on_spawn_answer(struct channel *c, struct msg *m)
{
	struct err e;

	if (m->type == MSG_SPAWNED_PTY)
		on_spawned_pty(c, m);
	else if (m->type == MSG_SPAWNED_TERMINAL)
		on_spawned_terminal(c, m);
	else if (m->type == MSG_ATTACHED)
		on_attached(c, m);
	else if (m->type == MSG_TERMINAL_ENDED)
		attach_show_ended(c, m);
	else if (m->type == MSG_SPAWNED_PIPES)
		begin(c, spawn_take_pipes(c, m, &e));
	else
		on_spawn_failed(c, m);
}

/*
 * The student wants another terminal here (lab(1)).  One that is kept waits; what
 * else runs on the channel's pty is hung up, as when it is closed: init allows
 * that for a command that does nothing but ask.  What was printed before the
 * request is shown first; what was typed and not taken yet was for the old one.
 */
static void
on_change(struct channel *c, uint32_t terminal)
{
	struct msg m;

	if (!c->request.pty || c->ending.known || c->is_closed)
		return;
	pump_all(c->session);
	if (c->is_kept)
		MSG_NEW(&m, TERMINAL_LEAVE, terminal_leave);
	else
		MSG_NEW(&m, HANGUP, hangup);
	m.serial = c->serial;
	link_tell_init(c->session, &m);
	c->came_from = c->is_kept ? c->terminal : 0;
	c->terminal = terminal;
	c->request.kind = SPAWN_SHELL;
	free(c->request.command);
	c->request.command = NULL;
	channel_let_go(c);
	channel_step(c, CHANNEL_SPAWNING);
	ask_init(c);
}

void
spawn_on_message(struct session *s, struct msg *m)
{
	struct channel *c = find(s, m->serial);

	if (c == NULL)
		return;
	if (m->type == MSG_EXITED && c->state == CHANNEL_RUNNING)
		on_exited(c, &m->exited);
	else if (m->type == MSG_TERMINAL_CHANGE && c->state == CHANNEL_RUNNING)
		on_change(c, m->terminal_change.terminal);
	else if (m->type != MSG_EXITED && m->type != MSG_TERMINAL_CHANGE &&
		 c->state == CHANNEL_SPAWNING)
		on_spawn_answer(c, m);
}

/* What they wrote before may still stand in the pipes, but who would wait for
 * that? */
void
spawn_lost(struct session *s)
{
	struct channel *c;

	TAILQ_FOREACH(c, &s->channels, next) {
		if (c->request.is_staff)
			continue;
		if (c->state == CHANNEL_SPAWNING ||
		    (c->state == CHANNEL_RUNNING && !c->ending.known))
			channel_fail(c, STATUS_BROKEN, "the sandbox has ended");
	}
}

/* --- what the client does to a running process --------------------------- */

void
spawn_resize(struct channel *c)
{
	const struct winsize size = { .ws_row = (uint16_t)c->request.rows,
		.ws_col = (uint16_t)c->request.cols,
		.ws_xpixel = (uint16_t)c->request.width,
		.ws_ypixel = (uint16_t)c->request.height };

	if (c->out[OUT].fd != -1)
		ioctl(c->out[OUT].fd, TIOCSWINSZ, &size);
	tap_resize(&c->tap, size.ws_row, size.ws_col);
	staged_resized(&c->stage);
}

bool
spawn_signal(struct channel *c, uint32_t number)
{
	if (c->state > CHANNEL_RUNNING || c->ending.known ||
	    c->request.is_staff)
		return false;
	if (c->state == CHANNEL_RUNNING)
		return send_signal(c, number);
	c->request.signals |= 1U << number;
	return true;
}

void
spawn_hang_up(struct channel *c)
{
	struct msg m;

	if (c->request.is_staff)
		return; /* its descriptors are closed, and it ends by itself */
	MSG_NEW(&m, HANGUP, hangup);
	m.serial = c->serial;
	link_tell_init(c->session, &m);
	c->is_kept = false;
}
