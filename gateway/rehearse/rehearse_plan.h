/*
 * rehearse_plan.h - what a rehearsal is to do: lines on standard input.
 *
 * Process: rehearse.  They are "atoll rehearse"'s, from a pipe or through ssh:
 *	host ADDRESS
 *	port NUMBER
 *	lab NAME
 *	prefix TEXT	of the accounts, before 001, 002, ...
 *	count NUMBER
 *	ms NUMBER	that it takes, from the first login to the end
 *	solve SECONDS BYTES	and so many bytes of the program
 *	go
 */
#ifndef ATOLL_REHEARSE_REHEARSE_PLAN_H
#define ATOLL_REHEARSE_REHEARSE_PLAN_H

#include "gateway/base/err.h"
#include "gateway/base/name.h"
#include "gateway/rehearse/client.h"

#define PLAN_STUDENTS_MAX 5000
#define PLAN_WORD_SIZE	  128

struct plan {
	char host[PLAN_WORD_SIZE], prefix[NAME_SIZE], lab[NAME_SIZE];
	unsigned port, count, ms;
	char *solve; /* owned; NULL: there is none */
	size_t solve_size;
	unsigned solve_seconds;
	struct target target; /* of what is above; its key is not set */
};

/* Up to "go".  -1: it is not whole, or wrong. */
int plan_read(struct plan *p, struct err *e);
void plan_free(struct plan *p);

#endif
