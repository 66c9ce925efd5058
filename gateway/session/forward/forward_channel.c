/* forward_channel.c - a channel that has a socket at its other end. */
#include "gateway/session/forward/forward_channel.h"

#include <fcntl.h>

#include "gateway/base/scope.h"
#include "gateway/session/session.h"
#include "gateway/session/terminal/channel.h"
#include "gateway/session/terminal/request.h"

struct channel *
forward_channel(struct session *s, enum forwarding kind, int *fd)
{
	CLOSES int in = fcntl(*fd, F_DUPFD_CLOEXEC, 0);
	struct channel *c;

	if (in == -1 || s->forward_count >= FORWARDS_MAX)
		return NULL;
	c = channel_add(s);
	if (c == NULL)
		return NULL;
	s->forward_count++;
	c->forwards = kind;
	c->in = take_fd(&in);
	c->out[OUT].fd = take_fd(fd);
	request_init_forward(c);
	return c;
}
