/*
 * handout.h - a card for each student: how to log in, and the password.
 *
 * Process: atoll.  The file is made before the accounts are, for it holds what
 * nobody can find out later.
 */
#ifndef ATOLL_ADMIN_ACCOUNT_HANDOUT_H
#define ATOLL_ADMIN_ACCOUNT_HANDOUT_H

#include "gateway/admin/account/people.h"

#define PER_SHEET_MAX 8

struct handout {
	char host[256];
	unsigned port;
	char fingerprints[1024]; /* one a line, as ssh-keygen -l has them */
	int64_t expires;	 /* seconds since the epoch, 0 for never */
	const char *title;	 /* of the course or the lab, or "" */
	unsigned per_sheet;	 /* cards, from 1 */
};

/* "HOST", "HOST:PORT" or "[V6]:PORT"; NULL takes this host's name.  listen is
 * STATUS's, for the port, and to ask the gateway for its host keys. */
int handout_describe(struct handout *h, const char *host, const char *listen,
    struct err *e);

/* A new file, for its owner alone: HTML when its name ends so, else text. */
int handout_write(const struct handout *h, const struct people *p,
    const char *file, struct err *e);

#endif
