/* joining.c - keys of whoever has joined a terminal. */
#include "gateway/session/terminal/joining.h"

#include <errno.h>
#include <sys/socket.h>

#include "gateway/base/scope.h"
#include "gateway/session/session.h"
#include "gateway/session/terminal/channel.h"

#define KEYS_MAX 1024 /* of one packet */

void
joining_on_message(struct session *s, struct msg *m)
{
	struct channel *c;

	TAILQ_FOREACH(c, &s->channels, next) {
		if (c->tap.told == 0 || c->tap.told != m->serial)
			continue;
		scope_close(&c->joined);
		c->joined = take_fd(&m->fd[0]);
		return;
	}
}

static bool
can_take(const struct channel *c)
{
	return c->joined != -1 && c->state == CHANNEL_RUNNING && c->in != -1 &&
	       c->in_tail.data == NULL && c->unread == 0;
}

unsigned
joining_wants(const struct channel *c, struct pollfd *fds)
{
	if (!can_take(c))
		return 0;
	fds[0] = (struct pollfd){ .fd = c->joined, .events = POLLIN };
	return 1;
}

void
joining_take(struct channel *c)
{
	char keys[KEYS_MAX];
	ssize_t n;

	if (!can_take(c))
		return;
	n = recv(c->joined, keys, sizeof(keys), MSG_DONTWAIT);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		scope_close(&c->joined);
		return;
	}
	note_hurry(&c->note);
	if (!tail_keep(&c->in_tail, keys, (size_t)n))
		session_end(c->session, EXIT_MEMORY, NULL);
}
