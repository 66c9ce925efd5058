/* signer.c - the link to the monitor. */
#include "gateway/signer/signer.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>

int
signer_open(struct signer *s, int monitor, struct err *e)
{
	s->monitor = (struct chan){ monitor, SIGNER, MONITOR };
	LIST_INIT(&s->clients);
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (s->epoll == -1)
		return err_set(e, errno, "epoll");
	return chan_nonblock(monitor, e);
}

int
signer_tell(const struct signer *s, const struct msg *m, struct err *e)
{
	struct pollfd p = { .fd = s->monitor.fd, .events = POLLOUT };

	while (chan_send(&s->monitor, m, e) == -1) {
		if (e->code != EAGAIN)
			return -1;
		poll(&p, 1, -1); /* the monitor never waits for us */
	}
	return 0;
}
