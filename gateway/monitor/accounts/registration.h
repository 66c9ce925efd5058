/*
 * registration.h - somebody without an account makes one.		Process: monitor.
 *
 * As the configuration's registration allows: the event's code, so many from
 * one address, so many in all.  Its word comes first, and everything that is
 * refused counts as a wrong password does, so that neither the code nor names
 * can be guessed at leisure.
 */
#ifndef ATOLL_MONITOR_ACCOUNTS_REGISTRATION_H
#define ATOLL_MONITOR_ACCOUNTS_REGISTRATION_H

#include "gateway/monitor/monitor.h"

/* Handle REGISTER of a connection that is nobody's; LOGIN_ANSWER follows, with
 * the reason when it is no. */
void register_account(struct conn *c, struct msg_registering *m);

/* At the end: who still waits for the builder is forgotten. */
void register_free(struct monitor *m);

#endif
