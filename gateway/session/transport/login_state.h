/*
 * login_state.h - how far a login is, and the monitor's part in it.
 *
 * Nobody is logged in without the monitor's yes to the very try that is being
 * made: the table of steps has no other way to LOGIN_DONE.
 */
#ifndef ATOLL_SESSION_TRANSPORT_LOGIN_STATE_H
#define ATOLL_SESSION_TRANSPORT_LOGIN_STATE_H

#include <stdbool.h>

#include "gateway/session/session.h"
#include "gateway/wire/msg.h"

/* The only place where the login's state changes.  A step that the table does
 * not have ends the connection. */
void login_step(struct session *s, enum login_state next);

/* Is the account this connection's? */
static inline bool
login_is_done(const struct session *s)
{
	return s->login.state == LOGIN_DONE;
}

/*
 * Ask the monitor about a login and wait for its word: libssh wants the answer
 * from inside the callback.  At most until the login grace is over.  After a
 * yes the state is LOGIN_ALLOWED, and the caller's to go on from.
 */
bool login_ask(struct session *s, const struct msg *m);

/* LOGIN_ANSWER; one that nobody asked for ends the connection. */
void login_on_answer(struct session *s, const struct msg_login_answer *m);

#endif
