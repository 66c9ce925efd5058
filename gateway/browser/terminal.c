/* terminal.c - one student's terminal. */
#include "gateway/browser/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/browser/login.h"

#define BLOCK	 16384
#define SHELL_MS 200 /* then ask again whether it runs */

struct terminal {
	struct client c;
	bool is_shell; /* the request for it was answered */
	bool is_last;  /* the gateway takes nothing more: the rest is shown */
	size_t from, to;
	char out
	    [BLOCK]; /* what atoll-web has not taken is between from and to */
};

/* --- what is shown ------------------------------------------------------------ */

/* A terminal has no second stream.  -1: over.  The gateway may hang up at once when the
 * shell has ended; that it has is what counts. */
static int
read_shown(struct terminal *t)
{
	int n;

	if (t->from < t->to)
		return 0;
	n = ssh_channel_read_nonblocking(t->c.channel, t->out, sizeof(t->out),
	    0);
	t->from = 0;
	t->to = n > 0 ? (size_t)n : 0;
	if (n > 0)
		return 0;
	if (ssh_channel_is_eof(t->c.channel))
		return client_over(&t->c, "the terminal has ended");
	return n == SSH_ERROR || t->is_last ||
		       ssh_channel_is_closed(t->c.channel)
		   ? client_over(&t->c, NULL)
		   : 0;
}

static int
write_shown(struct terminal *t)
{
	ssize_t n;

	if (t->from == t->to)
		return 0;
	n = send(t->c.bytes, t->out + t->from, t->to - t->from,
	    MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n > 0)
		t->from += (size_t)n;
	return n == -1 && errno != EAGAIN ? client_over(&t->c, "") : 0;
}

/* --- what is typed ------------------------------------------------------------ */

/* So many bytes would be taken: what they are not is not read. */
static size_t
has_room(const struct terminal *t)
{
	uint32_t n = t->is_shell && !t->is_last
			 ? ssh_channel_window_size(t->c.channel)
			 : 0;

	return n > BLOCK / 4 ? BLOCK / 4 : n;
}

static int
pass_typed(struct terminal *t)
{
	char typed[BLOCK / 4];
	size_t room = has_room(t);
	ssize_t n;

	if (room == 0)
		return 0;
	n = recv(t->c.bytes, typed, room, MSG_DONTWAIT);
	if (n == 0 || (n == -1 && errno != EAGAIN))
		return client_over(&t->c, "the browser is gone");
	if (n > 0 &&
	    ssh_channel_write(t->c.channel, typed, (uint32_t)n) != (int)n)
		t->is_last = true;
	explicit_bzero(typed, sizeof(typed)); /* it may be a password */
	return 0;
}

/* --- the loop ------------------------------------------------------------------ */

/* The answer may be long in coming, and what is shown meanwhile is shown.  libssh would
 * take the answer for one to another request that is made before it: a size has to wait. */
static void
ask_shell(struct terminal *t)
{
	int rc;

	if (!t->is_shell && !t->is_last) {
		rc = ssh_channel_request_shell(t->c.channel);
		t->is_shell = rc == SSH_OK;
		t->is_last = rc == SSH_ERROR;
	}
	if (t->is_shell && !t->is_last)
		client_say_size(&t->c);
}

/* What libssh has read by itself the socket does not tell of any more: the caller has
 * asked for all that was shown.  Only whether the answer about the shell is among it
 * cannot be asked. */
static int
wait_for_more(struct terminal *t)
{
	int flags = ssh_get_poll_flags(t->c.ssh);
	struct msg ignored; /* a size is taken all the same */
	bool is_full = t->from < t->to;
	struct pollfd fds[3] = {
		{ .fd = t->is_last ? -1 : t->c.ssh_fd,
		    .events = (short)(POLLIN | ((flags & SSH_WRITE_PENDING) != 0
						       ? POLLOUT
						       : 0)) },
		{ .fd = t->c.web.fd, .events = POLLIN },
		{ .fd = t->c.bytes,
		    .events = (short)((has_room(t) > 0 ? POLLIN : 0) |
				      (is_full ? POLLOUT : 0)) },
	};

	if (poll(fds, 3, t->is_shell ? -1 : SHELL_MS) == -1 && errno != EINTR)
		return client_over(&t->c, strerror(errno));
	if (fds[0].revents != 0 && !client_hear(&t->c))
		t->is_last = true;
	if (fds[1].revents != 0 &&
	    client_receive(&t->c, MSG_NONE, &ignored) == -1)
		return -1;
	if ((fds[2].revents & (POLLERR | POLLHUP)) != 0)
		return client_over(&t->c, "the browser is gone");
	return (fds[2].revents & POLLIN) != 0 ? pass_typed(t) : 0;
}

static void
move_bytes(struct terminal *t)
{
	for (;;) {
		ask_shell(t);
		if (read_shown(t) == -1 || write_shown(t) == -1)
			return;
		/* More was shown, or it was the last. */
		if (t->from == t->to &&
		    (t->is_last || ssh_channel_poll(t->c.channel, 0) != 0))
			continue;
		if (wait_for_more(t) == -1)
			return;
	}
}

/* --- its life ------------------------------------------------------------------ */

static int
log_in(struct client *c)
{
	struct msg m;
	struct err e;

	if (login_wait(c, MSG_BROWSER_LOGIN, &m) == -1)
		return -1;
	client_take_size(c, m.browser_login.rows, m.browser_login.cols);
	if (client_connect(c, m.browser_login.name) == -1 ||
	    login_run(c) == -1 || client_open(c) == -1)
		return -1;
	MSG_NEW(&m, BROWSER_STARTED, browser_started);
	return chan_send(&c->web, &m, &e);
}

/* Who ends is told in order; who only lost the browser hears nothing, see terminal.h:
 * its socket closes with this process. */
static void
end(struct client *c)
{
	struct msg m;
	struct err e;

	MSG_NEW(&m, BROWSER_OVER, browser_over);
	text_copy(m.browser_over.why, TEXT_SIZE, c->why);
	if (chan_send(&c->web, &m, &e) == -1)
		return;
	if (c->channel != NULL && ssh_is_connected(c->ssh))
		ssh_disconnect(c->ssh);
}

void
terminal_run(int ssh, int link, int bytes)
{
	static struct terminal t;

	t.c = (struct client){ .web = { link, BROWSER, WEB },
		.ssh_fd = ssh,
		.bytes = bytes };
	if (log_in(&t.c) == 0)
		move_bytes(&t);
	end(&t.c);
}
