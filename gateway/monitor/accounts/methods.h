/*
 * methods.h - which methods of password hashes this site has.
 *							Process: monitor.
 *
 * A hash of another method, or of another cost, takes another time: a login
 * would tell which accounts have one, and which names have none.  So each login
 * is hashed by every method that any account has.  Most sites have one.
 */
#ifndef ATOLL_MONITOR_ACCOUNTS_METHODS_H
#define ATOLL_MONITOR_ACCOUNTS_METHODS_H

#include <stdbool.h>

#include "gateway/wire/msg.h"

#define METHODS_MAX 4

struct methods {
	char example[METHODS_MAX][TEXT_SIZE]; /* a hash of each */
	unsigned count;
};

/* Begins with yescrypt as mkpasswd(1) makes it, of a password that nobody
 * knows. */
void methods_init(struct methods *m);

/* An account has this hash.  False when there are too many methods for one
 * more: its logins take longer than others. */
bool methods_learn(struct methods *m, const char *hash);

/* Of the same method and cost, see crypt(5). */
bool methods_are_same(const char *hash, const char *other);

#endif
