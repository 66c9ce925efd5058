/*
 * passwords.h - what a password must be that a student chooses, and its hash.
 *							Process: monitor.
 */
#ifndef ATOLL_MONITOR_ACCOUNTS_PASSWORDS_H
#define ATOLL_MONITOR_ACCOUNTS_PASSWORDS_H

#include <crypt.h>
#include <stdbool.h>

#include "gateway/base/err.h"

/* May the account's password be that?  -1 says why not. */
int password_check(const char *name, const char *password, struct err *e);

/* The rest is for threads of the pool: each takes a processor for some hundredths
 * of a second. */

/* The hash of a new one; empty when it could not be made. */
void password_hash(const char *password, char hash[CRYPT_OUTPUT_SIZE]);

/* Compared in a time that does not tell how many bytes are right.  data is zeroed by
 * the caller before, and wiped after. */
bool password_is_of(const char *hash, const char *password,
    struct crypt_data *data);

#endif
