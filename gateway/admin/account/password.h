/*
 * password.h - passwords: asked for, made up, hashed.
 *
 * Process: atoll.  A password is never a word of the command line, which every
 * user of the host could read; what leaves this process is its hash.
 */
#ifndef ATOLL_ADMIN_ACCOUNT_PASSWORD_H
#define ATOLL_ADMIN_ACCOUNT_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/base/err.h"

#define PASSWORD_SIZE 257
#define HASH_SIZE     256
#define MADE_SIZE     15 /* "k7fw-9dq2-xm4t" */

/* Ask on the terminal, twice and without echo. */
int password_ask(char password[PASSWORD_SIZE], const char *who, struct err *e);

/* The first line of standard input. */
int password_read(char password[PASSWORD_SIZE], struct err *e);

/* Make one up: 59 bits, without letters that look alike. */
int password_make(char password[MADE_SIZE], struct err *e);

/* Hash with yescrypt.  One that was made up has more bits than anybody can try,
 * and takes an eighth of the time that one takes which people chose. */
int password_hash(const char *password, bool is_made, char hash[HASH_SIZE],
    struct err *e);

struct hashing {
	const char *password;
	bool is_made;
	char hash[HASH_SIZE];
};

/* Hash many, on all processors: each takes up to 30 ms of one.  What takes
 * longer than two seconds says on stderr how far it is. */
int password_hash_all(struct hashing *secrets, size_t count, struct err *e);

#endif
