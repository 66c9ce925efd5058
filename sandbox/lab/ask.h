/*
 * ask.h - one request to init, and its answer.
 */
#ifndef ATOLL_LAB_ASK_H
#define ATOLL_LAB_ASK_H

#include <stddef.h>

#include "gateway/wire/lab_protocol.h"

/* Ask, show what comes, and return the exit status; number as lab_protocol.h
 * has it. */
int ask(enum lab_command command, uint32_t number);

#define ASK_WORDS_MAX 3

struct question {
	enum lab_command command;
	uint32_t number;
	const char *words[ASK_WORDS_MAX]; /* the rest is NULL */
	int passed;			  /* a descriptor, or -1 */
};

/* The same with more than a number, in two steps: a socket on which the answer
 * comes, -1 when it could not be asked, which was told; and the answer, which is
 * shown or, with text, copied there.  The second step closes the socket and returns
 * the exit status. */
int ask_begin(const struct question *q);
int ask_end(int fd, char *text, size_t size);

/* Both, for an answer that is printed. */
int ask_question(const struct question *q);

/* True when the student may do that with the own account, or else was told why
 * not. */
int ask_may(enum self_service what);

/* Say why on stderr, and return an exit status. */
int give_up(const char *why);

#endif
