/*
 * request.c - what a client may ask on a channel.
 *
 * All of these run inside libssh: they check, copy, and return 0 for yes and 1
 * for no.  What is not here is refused by libssh: X11, whatever comes.
 */
#include "gateway/session/terminal/request.h"

#include <libssh/callbacks.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/accept_env.h"
#include "gateway/base/signals.h"
#include "gateway/session/session.h"
#include "gateway/session/terminal/channel.h"
#include "gateway/session/terminal/pump.h"
#include "gateway/session/terminal/spawn.h"
#include "gateway/session/terminal/staff.h"

/* All variables of one channel: with those that we add they fit one message. */
#define ENV_BYTES_MAX (STRINGS_SIZE - 1024)
#define OPENSSH	      "SSH-2.0-OpenSSH"

enum { ACCEPT = 0, DENY = 1 };

/* The name of a terminal's type, which becomes part of a path (terminfo(5)):
 * what has other characters than those is not used. */
static bool
is_term(const char *text)
{
	size_t n =
	    strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			 "0123456789+-._");

	return n > 0 && text[n] == '\0' &&
	       n < sizeof(((struct run_request *)0)->term);
}

static uint32_t
size_of(int n)
{
	return n < 0 || n > UINT16_MAX ? 0 : (uint32_t)n;
}

static void
set_size(struct run_request *w, int cols, int rows, int width, int height)
{
	w->cols = size_of(cols);
	w->rows = size_of(rows);
	w->width = size_of(width);
	w->height = size_of(height);
}

/* libssh has read the modes, and gives no access to them: they are read from
 * the packet. */
static void
read_modes(struct channel *c)
{
	struct wire w = c->session->current_request.body;

	wire_text(&w); /* of the terminal's type; then its sizes */
	for (int i = 0; i < 4; i++)
		wire_u32(&w);
	modes_read(wire_text(&w), &c->request.modes);
}

static int
on_pty(ssh_session ssh, ssh_channel ch, const char *term, int cols, int rows,
    int width, int height, void *data)
{
	struct channel *c = data;

	(void)ssh;
	(void)ch;
	if (c->state != CHANNEL_NEW || c->request.pty)
		return DENY;
	c->request.pty = true;
	read_modes(c);
	set_size(&c->request, cols, rows, width, height);
	text_copy(c->request.term, sizeof(c->request.term),
	    is_term(term) ? term : "dumb");
	return ACCEPT;
}

static int
on_window_change(ssh_session ssh, ssh_channel ch, int cols, int rows, int width,
    int height, void *data)
{
	struct channel *c = data;

	(void)ssh;
	(void)ch;
	if (!c->request.pty)
		return DENY;
	set_size(&c->request, cols, rows, width, height);
	if (c->state == CHANNEL_RUNNING)
		spawn_resize(c);
	c->session->current_request.is_granted = true;
	return ACCEPT;
}

static int
on_env(ssh_session ssh, ssh_channel ch, const char *name, const char *value,
    void *data)
{
	struct channel *c = data;
	struct run_request *w = &c->request;
	size_t size = strlen(name) + strlen(value) + sizeof("=");

	(void)ssh;
	(void)ch;
	if (c->state != CHANNEL_NEW || w->env_count == ENV_MAX ||
	    !accept_env(name, strlen(name)) ||
	    size > ENV_BYTES_MAX - w->env_bytes)
		return DENY;
	if (asprintf(&w->env[w->env_count], "%s=%s", name, value) == -1)
		return DENY;
	w->env_count++;
	w->env_bytes += size;
	return ACCEPT;
}

static int
ask(struct channel *c, enum spawn_kind kind)
{
	if (c->state != CHANNEL_NEW)
		return DENY;
	c->request.kind = kind;
	channel_step(c, CHANNEL_ASKED);
	return ACCEPT;
}

/* Who came for links to walls has no shell. */
static int
on_shell(ssh_session ssh, ssh_channel ch, void *data)
{
	struct channel *c = data;

	(void)ssh;
	(void)ch;
	if (!c->session->login.wants_walls || c->state != CHANNEL_NEW)
		return ask(c, SPAWN_SHELL);
	c->request.is_staff = true;
	c->request.command = strdup(STAFF_WALLS);
	return c->request.command == NULL ? DENY : ask(c, SPAWN_EXEC);
}

static const char too_long[] =
    "your command is longer than 131071 bytes, which is all that the kernel"
    " takes; send it as input instead: ssh ... sh <file";
_Static_assert(COMMAND_SIZE == 131072, "the text says how long");

static const char no_keys_here[] =
    "no key was added: logins here do not look into authorized_keys; send your"
    " public key to your instructor or the administrator, who adds it with"
    " 'atoll account key add'";

/* What ssh-copy-id(1) of each release does, and people do by hand: it would
 * succeed, and the key would be refused all the same.  What is typed at a prompt
 * is not looked at: a lab may be about just that. */
static bool
adds_key(const char *command)
{
	return strstr(command, "cat >>") != NULL &&
	       strstr(command, ".ssh/authorized_keys") != NULL;
}

static int
on_exec(ssh_session ssh, ssh_channel ch, const char *command, void *data)
{
	struct channel *c = data;

	(void)ssh;
	(void)ch;
	if (c->state != CHANNEL_NEW)
		return DENY;
	/* DENY would have no words: see spawn_ask(). */
	if (strlen(command) >= COMMAND_SIZE)
		c->request.refusal = too_long;
	else if (adds_key(command))
		c->request.refusal = no_keys_here;
	if (c->request.refusal != NULL)
		return ask(c, SPAWN_EXEC);
	c->request.is_staff = staff_is_meant(c->session, command);
	c->request.command = strdup(command);
	return c->request.command == NULL ? DENY : ask(c, SPAWN_EXEC);
}

static int
on_subsystem(ssh_session ssh, ssh_channel ch, const char *name, void *data)
{
	(void)ssh;
	(void)ch;
	return strcmp(name, "sftp") == 0 ? ask(data, SPAWN_SFTP) : DENY;
}

/* Granted as far as is known now: the student may choose a lab later that does
 * not allow it, and is told then. */
static void
on_agent(ssh_session ssh, ssh_channel ch, void *data)
{
	struct channel *c = data;

	(void)ssh;
	(void)ch;
	c->request.agent = true;
}

/* RFC 4254, 6.9; names come without SIG. */
static void
on_signal(ssh_session ssh, ssh_channel ch, const char *name, void *data)
{
	struct channel *c = data;
	int number = signal_number(name);

	(void)ssh;
	(void)ch;
	if (number != 0)
		c->session->current_request.is_granted =
		    spawn_signal(c, (uint32_t)number);
}

static void
on_eof(ssh_session ssh, ssh_channel ch, void *data)
{
	struct channel *c = data;

	(void)ssh;
	(void)ch;
	c->has_eof = true;
}

static void
on_close(ssh_session ssh, ssh_channel ch, void *data)
{
	struct channel *c = data;

	(void)ssh;
	(void)ch;
	c->is_closed = true;
}

static int
on_data(ssh_session ssh, ssh_channel ch, void *bytes, uint32_t length,
    int is_stderr, void *data)
{
	(void)ssh;
	(void)ch;
	/* What a client sends as stderr has no meaning. */
	if (is_stderr)
		return (int)length;
	return (int)pump_take(data, bytes, length);
}

static void
init_session(struct channel *c)
{
	c->callbacks = (struct ssh_channel_callbacks_struct){
		.userdata = c,
		.channel_data_function = on_data,
		.channel_eof_function = on_eof,
		.channel_close_function = on_close,
		.channel_signal_function = on_signal,
		.channel_pty_request_function = on_pty,
		.channel_shell_request_function = on_shell,
		.channel_pty_window_change_function = on_window_change,
		.channel_exec_request_function = on_exec,
		.channel_env_request_function = on_env,
		.channel_subsystem_request_function = on_subsystem,
		.channel_auth_agent_req_function = on_agent,
	};
	/* Without a callback libssh refuses, which it cannot do inside one. */
	if ((c->session->login.forwarding & FORWARDING_AGENT) == 0)
		c->callbacks.channel_auth_agent_req_function = NULL;
	ssh_callbacks_init(&c->callbacks);
	ssh_set_channel_callbacks(c->ssh, &c->callbacks);
}

ssh_channel
request_open(ssh_session ssh, void *session)
{
	struct session *s = session;
	struct channel *c;

	(void)ssh;
	if (channel_obstacle(s) != NULL)
		return NULL;
	c = channel_add(s);
	if (c == NULL)
		return NULL;
	c->number = s->opening;
	/* Set at once: the next request may be in the same segment. */
	init_session(c);
	return c->ssh;
}

void
request_init_forward(struct channel *c)
{
	c->callbacks = (struct ssh_channel_callbacks_struct){
		.userdata = c,
		.channel_data_function = on_data,
		.channel_eof_function = on_eof,
		.channel_close_function = on_close,
	};
	ssh_callbacks_init(&c->callbacks);
	ssh_set_channel_callbacks(c->ssh, &c->callbacks);
}

/* Without a name: OpenSSH's client sends break only from a terminal. */
static bool
is_end_of_write(const struct channel *c)
{
	const char *name = c->session->current_request.name;
	const char *client = ssh_get_clientbanner(c->session->ssh);

	if (name != NULL)
		return strcmp(name, "eow@openssh.com") == 0;
	return !c->request.pty && client != NULL &&
	       strncmp(client, OPENSSH, strlen(OPENSSH)) == 0;
}

/*
 * eow@openssh.com, "end of write": nobody reads the command's output any more,
 * and it must learn of that by SIGPIPE, or "yes | head -1" never ends.  A break
 * (RFC 4335) means nothing to a pseudo-terminal; sshd says yes to it, too.
 */
bool
request_unknown(struct channel *c)
{
	const char *name = c->session->current_request.name;

	if (c->state == CHANNEL_RUNNING && is_end_of_write(c))
		c->is_unread = !c->request.pty;
	return name != NULL && strcmp(name, "break") == 0 && c->request.pty &&
	       c->state == CHANNEL_RUNNING;
}
