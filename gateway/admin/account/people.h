/*
 * people.h - accounts to be made, from a file or the command line.
 *
 * Process: atoll.  What is wrong with them is collected, each with its line:
 * whoever prepared a list of a hundred students wants to hear all of it.
 */
#ifndef ATOLL_ADMIN_ACCOUNT_PEOPLE_H
#define ATOLL_ADMIN_ACCOUNT_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "gateway/admin/account/loginname.h"
#include "gateway/admin/account/password.h"
#include "gateway/wire/msg.h"

#define FULL_NAME_MAX 200 /* bytes */
#define PEOPLE_MAX    200000

struct person {
	unsigned line;
	char *name, *full_name, *groups, *key; /* owned; groups are words */
	char *password;			       /* owned; NULL for none */
	int64_t time_factor;		       /* percent */
	bool is_made; /* the password was made up by us, and must be shown */
	char hash[HASH_SIZE];
};

struct people {
	struct person *at;
	size_t count;
	const char *file; /* what errors say, or NULL */
	struct diagnostic *wrong;
	size_t wrong_count;
};

/* Add one; everything is copied, and checked as a row is. */
int people_add(struct people *p, const struct person *from, struct err *e);

/* The same, and nothing is checked: people_name() does it for all. */
int people_add_raw(struct people *p, const struct person *from, struct err *e);

/* Report each that has the name of one before, give legal and unique names
 * to those that have none, saying so on stderr, and check them all. */
int people_name(struct people *p, enum naming how, struct err *e);

void people_report(struct people *p, unsigned line, const char *reason);

/* All lines that are wrong, and how many they are. */
size_t people_print_wrong(struct people *p, FILE *to);

/* Hash every password; what takes long says on stderr how far it is. */
int people_hash(struct people *p, struct err *e);

/* Commas, semicolons, bars and blanks become one blank each. */
void people_words(char *groups);

void people_free(struct people *p);

#endif
