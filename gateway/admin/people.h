/*
 * people.h - accounts to be made, from a file or the command line.
 *
 * Process: atoll.  What is wrong with them is collected, each with its line:
 * whoever prepared a list of a hundred students wants to hear all of it.
 */
#ifndef ATOLL_ADMIN_PEOPLE_H
#define ATOLL_ADMIN_PEOPLE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "gateway/admin/password.h"
#include "gateway/shared/msg.h"

#define FULL_NAME_MAX 200 /* bytes */
#define PEOPLE_MAX    200000

struct person {
	unsigned line;
	char *name, *full_name, *groups, *key; /* owned; groups are words */
	char *password;			       /* owned; NULL for none */
	char hash[HASH_SIZE];
};

struct people {
	struct person *at;
	size_t count;
	const char *file; /* what errors say, or NULL */
	struct complaint *wrong;
	size_t wrong_count;
};

/* What every one of a file gets besides what its row says. */
struct people_common {
	const char *groups; /* words, may be "" */
};

/* Read "name,full name,groups,key,password".  -1 when the file cannot be read;
 * rows that are wrong are complained of. */
int people_read(struct people *p, const char *file,
    const struct people_common *common, struct err *e);

/* Add one; everything is copied, and checked as a row is. */
int people_add(struct people *p, const struct person *from, struct err *e);

void people_complain(struct people *p, unsigned line, const char *reason);

/* All lines that are wrong, and how many they are. */
size_t people_print_wrong(struct people *p, FILE *to);

/* Hash every password. */
int people_hash(struct people *p, struct err *e);

/* Commas, semicolons, bars and blanks become one blank each. */
void people_words(char *groups);

void people_free(struct people *p);

#endif
