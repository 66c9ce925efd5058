/*
 * self_service.h - what students do with their own accounts from inside their
 * sandboxes.						Process: monitor.
 *
 * Whatever runs in a sandbox as the student can ask for it, and so can whoever has
 * taken its init over.  So nothing of an account is changed without its password,
 * and who is connected is told of each change, from outside the sandbox.  No more
 * than the seat's own account is ever named.
 */
#ifndef ATOLL_MONITOR_ACCOUNTS_SELF_SERVICE_H
#define ATOLL_MONITOR_ACCOUNTS_SELF_SERVICE_H

#include "gateway/monitor/monitor.h"
#include "gateway/wire/lab_protocol.h"

struct account;

/* The messages of these names. */
void self_may(struct seat *s, struct msg *m);
void self_password(struct seat *s, struct msg *m);
void self_keys(struct seat *s, struct msg *m);
void self_key(struct seat *s, struct msg *m);

/* --- for its parts ------------------------------------------------------- */

/* May this seat's student do that now?  -1 says why not. */
int self_check(struct seat *s, enum self_service what, struct err *e);

/* The same with an error, as a sentence. */
void self_refuse(struct seat *s, uint32_t serial, const struct err *e);

/* The connection whose address answers for wrong passwords; NULL: none. */
struct conn *self_conn(const struct seat *s);

#endif
