/* supervisor_link.c - what the monitor says to atolld, and has from it. */
#include "gateway/monitor/links/supervisor_link.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "gateway/base/scope.h"

static int
take(struct inherited *to, struct msg *m, struct err *e)
{
	switch (m->still_open.kind) {
	case KEPT_LISTENER:
		if (to->count == KEPT_MAX)
			return err_set(e, E2BIG, "listeners");
		to->listener[to->count++] = take_fd(&m->fd[0]);
		return 0;
	case KEPT_CONTROL:
		to->control = take_fd(&m->fd[0]);
		return 0;
	case KEPT_BUILDER:
		to->builder = take_fd(&m->fd[0]);
		return 0;
	case KEPT_WEB:
		if (to->web_count == WEB_KEPT_MAX)
			return err_set(e, E2BIG, "listeners of atoll-web");
		to->web[to->web_count++] = take_fd(&m->fd[0]);
		return 0;
	case KEPT_PUBLISH:
		if (to->publish_count == WEB_KEPT_MAX)
			return err_set(e, E2BIG, "listeners of atoll-publish");
		to->publish[to->publish_count++] = take_fd(&m->fd[0]);
		return 0;
	default:
		return 0; /* of a newer supervisor */
	}
}

int
supervisor_hear(int fd, struct inherited *to, struct err *e)
{
	const struct chan c = { fd, MONITOR, SUPERVISOR };
	struct msg m;

	*to = (struct inherited){ .builder = -1, .control = -1 };
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == -1)
		return err_set(e, 0,
		    "no link to a supervisor: atolld starts this program");
	for (;;) {
		enum chan_got got = chan_recv(&c, &m, e);
		int rc = 0;

		if (got == CHAN_UNKNOWN)
			continue;
		if (got == CHAN_BROKEN)
			return err_wrap(e, "the supervisor");
		if (got != CHAN_MESSAGE)
			return err_set(e, EPIPE, "the supervisor");
		if (m.type == MSG_STILL_OPEN_END)
			break;
		if (m.type == MSG_STILL_OPEN)
			rc = take(to, &m, e);
		msg_close(&m);
		if (rc == -1)
			return -1;
	}
	to->started = m.still_open_end.started;
	to->crashes = m.still_open_end.crashes;
	if (to->builder != -1 && (to->control == -1 || to->count == 0))
		return err_set(e, EPROTO, "the supervisor has lost sockets");
	return 0;
}

int
supervisor_keep(int link, enum kept_kind kind, int fd, pid_t pid, struct err *e)
{
	const struct chan c = { link, MONITOR, SUPERVISOR };
	struct msg m;

	MSG_NEW(&m, KEEP, keep);
	m.keep.kind = kind;
	m.keep.pid = (uint32_t)pid;
	m.fd[0] = fd;
	return chan_send(&c, &m, e);
}

int
supervisor_keep_end(int link, struct err *e)
{
	const struct chan c = { link, MONITOR, SUPERVISOR };
	struct msg m;

	MSG_NEW(&m, KEEP_END, keep_end);
	return chan_send(&c, &m, e);
}

int
supervisor_attach(struct monitor *m, int fd, struct err *e)
{
	if (chan_nonblock(fd, e) == -1)
		return -1;
	m->supervisor = link_open(&m->loop, fd, m->routes->supervisor, m, e);
	if (m->supervisor == NULL)
		return -1;
	if (m->config->log == LOG_AS_JSON)
		supervisor_tell(m, TOLD_JSON);
	return 0;
}

void
supervisor_tell(struct monitor *m, enum told_phase phase)
{
	struct msg msg;

	if (m->supervisor == NULL)
		return; /* it is lost, and we are to end */
	MSG_NEW(&msg, MONITOR_PHASE, monitor_phase);
	msg.monitor_phase.phase = phase;
	link_send(m->supervisor, &msg);
}
