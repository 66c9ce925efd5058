/*
 * login.h - passwords, keys, and logins without an account.
 *							Process: monitor.
 *
 * A password costs tens of milliseconds to hash, so it is checked on libuv's
 * thread pool; a key is looked up, and keys_command may be asked for it.  An
 * account that does not exist costs the same as one that does.
 */
#ifndef ATOLL_MONITOR_ACCOUNTS_LOGIN_H
#define ATOLL_MONITOR_ACCOUNTS_LOGIN_H

#include "gateway/monitor/monitor.h"

/* Handle LOGIN_PASSWORD, LOGIN_KEY and LOGIN_NONE of a connection that has not
 * logged in; each is answered by LOGIN_ANSWER, now or later. */
void login_password(struct conn *c, struct msg_login_password *m);
void login_key(struct conn *c, const struct msg_login_key *m);
void login_none(struct conn *c, const struct msg_login_none *m);

/* The ends of a login, for registration.c: it is this account's, with a line for
 * its first terminal; or it is not, for a reason that may be "". */
void login_admit(struct conn *c, const struct account *a, const char *method,
    const char *notice);
void login_refuse(struct conn *c, const char *account, const char *method,
    const char *reason);

#endif
