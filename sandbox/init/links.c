/* links.c - the links to the sessions that have a connection here. */
#include "sandbox/init/links.h"

#include "gateway/base/scope.h"

void
links_end(struct init *in, int at)
{
	terminals_leave(&in->terminals, at);
	children_hangup_link(&in->children, at);
	agent_close(&in->agent[at]);
	spawn_forget(&in->start[at]);
	scope_close(&in->link[at].fd);
}

void
links_send(struct init *in, int at, const struct msg *m)
{
	struct err e;

	if (in->link[at].fd == -1)
		return;
	if (chan_send(&in->link[at], m, &e) == -1)
		links_end(in, at);
}

void
links_add(struct init *in, int *fd)
{
	struct err e;

	if (chan_nonblock(*fd, &e) == -1)
		return;
	for (int i = 0; i < LINKS_MAX; i++) {
		if (in->link[i].fd == -1) {
			in->link[i].fd = take_fd(fd);
			return;
		}
	}
}

bool
links_are_any(const struct init *in)
{
	for (int i = 0; i < LINKS_MAX; i++) {
		if (in->link[i].fd != -1)
			return true;
	}
	return false;
}
