/*
 * agent.h - the client's agent, lent to the sandbox: ssh -A.
 */
#ifndef ATOLL_SESSION_FORWARD_AGENT_H
#define ATOLL_SESSION_FORWARD_AGENT_H

#include <stdbool.h>

struct session;

/* The client offers its agent for forwarding: have init open the socket for it,
 * if there is none yet.  False when the lab does not allow it. */
bool agent_offer(struct session *s);

#endif
