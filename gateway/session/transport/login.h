/*
 * login.h - the monitor is asked who may log in, and its word is awaited.
 */
#ifndef ATOLL_SESSION_TRANSPORT_LOGIN_H
#define ATOLL_SESSION_TRANSPORT_LOGIN_H

#include <stdbool.h>

#include "gateway/wire/msg.h"

struct session;

/*
 * Ask the monitor about a login and wait for its word: libssh wants the answer
 * from inside the callback.  At most until the login grace is over.
 */
bool login_ask(struct session *s, const struct msg *m);

/* LOGIN_ANSWER. */
void login_on_answer(struct session *s, const struct msg_login_answer *m);

#endif
