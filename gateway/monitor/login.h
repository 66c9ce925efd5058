/*
 * login.h - is this who they say?			Process: monitor.
 *
 * A password costs tens of milliseconds to hash, so it is checked on libuv's
 * thread pool; a key is looked up, and keys_command may be asked for it.  An account that does not exist costs
 * the same as one that does.
 */
#ifndef ATOLL_MONITOR_LOGIN_H
#define ATOLL_MONITOR_LOGIN_H

#include "gateway/monitor/monitor.h"

/* Handle LOGIN_PASSWORD and LOGIN_KEY of a connection that is nobody's yet;
 * each is answered by LOGIN_ANSWER, now or later. */
void login_password(struct conn *c, struct msg_login_password *m);
void login_key(struct conn *c, const struct msg_login_key *m);

/* keys_command was asked for this connection, and this is its word. */
void login_keys_said(struct conn *c, bool found);

#endif
