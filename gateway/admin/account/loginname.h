/*
 * loginname.h - names of accounts, made of what another system calls people.
 *
 * Process: atoll.  Pure.
 */
#ifndef ATOLL_ADMIN_ACCOUNT_LOGINNAME_H
#define ATOLL_ADMIN_ACCOUNT_LOGINNAME_H

#include <stdbool.h>

#include "gateway/base/err.h"
#include "gateway/base/name.h"

enum naming {
	NAMING_AS_IS,
	NAMING_EMAIL, /* what is before the @ */
	NAMING_LOWER, /* all of it */
	NAMINGS
};

/* "email" or "lower"; false for another word. */
bool naming_parse(const char *word, enum naming *to);

/* A name that an account may have, by is_name(): lower case, without accents,
 * a hyphen for what is not allowed, cut to length.  False when nothing is
 * left. */
bool loginname_make(const char *from, enum naming how, char to[NAME_SIZE]);

/* The names that are given already. */
struct loginnames;

/* NULL without memory.  Reserved ones are in it. */
struct loginnames *loginnames_new(void);
void loginnames_free(struct loginnames *l);

/* Give a name away; when it is given already it gets the first number from 2
 * that makes it another, unless it must stay. */
int loginnames_give(struct loginnames *l, char name[NAME_SIZE], bool must_stay,
    struct err *e);

#endif
