/*
 * registration.h - a student makes an account.		Process: monitor.
 *
 * As the configuration's registration allows: the event's code, so many from
 * one address, so many in all.  The code is checked first, and everything that
 * is refused counts as a wrong password does, so that neither the code nor
 * names can be guessed at leisure.
 */
#ifndef ATOLL_MONITOR_ACCOUNTS_REGISTRATION_H
#define ATOLL_MONITOR_ACCOUNTS_REGISTRATION_H

#include "gateway/monitor/monitor.h"

/* Handle REGISTER of a connection that has not logged in; LOGIN_ANSWER follows,
 * with the reason when it is no. */
void register_account(struct conn *c, struct msg_registering *m);

/* At the end of the process: drop what still waits for the builder. */
void register_free(struct monitor *m);

#endif
