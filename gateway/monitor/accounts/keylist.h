/*
 * keylist.h - the public keys of an account of atoll.db.	Process: monitor.
 */
#ifndef ATOLL_MONITOR_ACCOUNTS_KEYLIST_H
#define ATOLL_MONITOR_ACCOUNTS_KEYLIST_H

#include <stdbool.h>

#include "gateway/config/settings.h"
#include "gateway/monitor/accounts/db.h"
#include "gateway/wire/msg.h"

/* "SHA256:" and what ssh-keygen -l prints behind it. */
#define FINGERPRINT_SIZE 64

/* Of a line that key_check() takes; "" without memory. */
void keylist_fingerprint(const char *line, char to[FINGERPRINT_SIZE]);

/* The key that is meant by its line, its number from 1 or its fingerprint; NULL when
 * there is none. */
const char *keylist_find(const struct texts *keys, const char *value);

/* On the writer's thread: the keys that the account then has, one a line, with that
 * one or without it, which may be given as keylist_find() has it. */
int keylist_change(struct db *db, const char *name, bool adds,
    const char *value, char to[COMMAND_SIZE], struct err *e);

#endif
