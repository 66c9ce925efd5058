/*
 * registration.h - a stranger makes an account.		Process: monitor.
 *
 * As the configuration's registration allows: the event's code, so many from
 * one address, so many in all.  Its word comes first, and everything that is
 * refused counts as a wrong password does, so that neither the code nor names
 * can be guessed at leisure.
 */
#ifndef ATOLL_MONITOR_ACCOUNTS_REGISTRATION_H
#define ATOLL_MONITOR_ACCOUNTS_REGISTRATION_H

#include "gateway/monitor/monitor.h"

/* NULL when nobody may register. */
const struct registration *register_rules(const struct config *c);

/* Handle REGISTER of a connection that is nobody's; LOGIN_ANSWER follows, with
 * the reason when it is no. */
void register_account(struct conn *c, struct msg_registering *m);

/* The builder's answer to build_ask_homes(): a row, and the end. */
void register_home_told(struct monitor *m, const struct msg *told);
void register_homes_told(struct monitor *m, uint32_t serial);

/* At the end: who still waits for that answer is forgotten. */
void register_free(struct monitor *m);

#endif
