/*
 * cookie.h - what a browser shows to be let into a wall.	Process: web.
 *
 * 256 random bits.  What is kept of one is its hash, which is of no use to whoever reads
 * it.
 */
#ifndef ATOLL_WEB_COOKIE_H
#define ATOLL_WEB_COOKIE_H

#include <stdbool.h>

#include "gateway/base/err.h"

#define COOKIE_SIZE 65 /* in hex, with its NUL */

struct cookie_hash {
	unsigned char bytes[32];
};

/* Before the jail: libcrypto looks for files when it is first used. */
int cookie_begin(struct err *e);

bool cookie_make(char text[COOKIE_SIZE]);

/* False: it is none, or libcrypto has no memory. */
bool cookie_hash(const char *text, struct cookie_hash *hash);

/* In a time that tells nothing. */
bool cookie_is_same(const struct cookie_hash *a, const struct cookie_hash *b);

/* Overwrite a text of it. */
void cookie_forget(char text[COOKIE_SIZE]);

#endif
