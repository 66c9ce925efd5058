/*
 * handout_pages.h - the cards of a handout, as HTML and as text.
 *
 * Process: atoll.  Pure.
 */
#ifndef ATOLL_ADMIN_ACCOUNT_HANDOUT_PAGES_H
#define ATOLL_ADMIN_ACCOUNT_HANDOUT_PAGES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

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

#define HANDOUT_TIME_SIZE 64
#define HANDOUT_LINE_SIZE 512

/* With its zone; "" for never. */
void handout_expiry(const struct handout *h, char to[HANDOUT_TIME_SIZE]);

/* "ssh -p 2222 ann@lab.example.org" */
void handout_ssh_line(const struct handout *h, const char *name, char *to,
    size_t size);

/* All cards; the caller checks the stream. */
void handout_html(FILE *to, const struct handout *h, const struct people *p);
void handout_text(FILE *to, const struct handout *h, const struct people *p);

#endif
