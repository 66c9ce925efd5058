/*
 * browser_code.h - codes that log in with a browser, once.	Process: monitor.
 *
 * Who logs in with a key has no password that could be typed into a browser.  'lab browser'
 * in the sandbox has a code for that, which the door takes in the place of the password: of
 * that account, once, for some minutes, and of atoll-browser alone.
 *
 * Any program that runs as the student can ask for one.  So it opens no more than such a
 * program has: that lab, and nothing of staff's; and who is connected is told.
 */
#ifndef ATOLL_MONITOR_ACCOUNTS_BROWSER_CODE_H
#define ATOLL_MONITOR_ACCOUNTS_BROWSER_CODE_H

#include "gateway/monitor/monitor.h"

/* LAB_ASK for one.  The seat's last is no longer good. */
void browser_code_asked(struct seat *s, uint32_t serial);

/* Is it a code that is good here?  Then it is used up, and the connection gets into its lab
 * and no other. */
bool browser_code_use(struct conn *c, const struct msg_login_password *m);

/* The account's are no longer good. */
void browser_code_forget(struct monitor *m, const char *account);

void browser_code_free(struct monitor *m);

#endif
