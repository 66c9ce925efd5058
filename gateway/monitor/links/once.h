/*
 * once.h - links and codes that are good once, and for a while.	Process: monitor.
 *
 * Whoever has the token of one may have something.  What is kept of it is a hash; a
 * crash and an upgrade forget them all.
 */
#ifndef ATOLL_MONITOR_LINKS_ONCE_H
#define ATOLL_MONITOR_LINKS_ONCE_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/name.h"

#define ONCE_TOKEN_SIZE 65 /* 256 bits, for a link */
#define ONCE_CODE_SIZE                                                         \
	10 /* 39 bits, to be typed: who guesses must be held up */
#define ONCE_WHAT_SIZE 256

struct once;

struct once_link {
	uint64_t until_ms; /* uv_now(); 0: it is used up */
	char what[ONCE_WHAT_SIZE], who[NAME_SIZE];
	unsigned char hash[32]; /* SHA-256 of its token */
};

/* So many may wait to be used: for one more the oldest goes.  NULL without memory. */
struct once *once_new(unsigned most);

/* One more; with is_only another for the same what and who is no longer good.  False:
 * no randomness, or no SHA-256, is to be had. */
bool once_add(struct once *o, const struct once_link *l, bool is_only,
    char token[ONCE_TOKEN_SIZE]);

/* Likewise with a code, "abcd-efgh", in the place of a token. */
bool once_add_code(struct once *o, const struct once_link *l, bool is_only,
    char code[ONCE_CODE_SIZE]);

/* NULL: no token that is good.  It is used up by until_ms = 0. */
struct once_link *once_find(struct once *o, const char *token, uint64_t now_ms);

/* Likewise a code, however it is typed: in capitals, with blanks or without the dash. */
struct once_link *once_find_code(struct once *o, const char *typed,
    uint64_t now_ms);

/* None that is somebody's is good any more. */
void once_forget(struct once *o, const char *who);

#endif
