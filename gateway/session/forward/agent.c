/* agent.c - the client's agent, lent to the sandbox: ssh -A. */
#include "gateway/session/forward/agent.h"

#include "gateway/session/forward/listener.h"
#include "gateway/session/senders.h"
#include "gateway/session/session.h"

bool
agent_offer(struct session *s)
{
	struct msg m;

	if ((s->seat.forwarding & FORWARDING_AGENT) == 0)
		return false;
	MSG_NEW(&m, AGENT_OPEN, agent_open);
	m.serial = s->serials + 1;
	if (listener_expect_agent(s, m.serial)) {
		s->serials++;
		link_tell_init(s, &m);
	}
	return true;
}
