/*
 * login.h - what the gateway asks of who logs in, and the answers of who is at the browser.
 *							Process: a fork of browser.
 */
#ifndef ATOLL_BROWSER_LOGIN_H
#define ATOLL_BROWSER_LOGIN_H

#include "gateway/browser/client.h"

/* Wait for a message of that type.  -1: over. */
int login_wait(struct client *c, enum msg_type type, struct msg *m);

/* Until the account is logged in.  -1: over.  The memory of answers is cleared. */
int login_run(struct client *c);

#endif
