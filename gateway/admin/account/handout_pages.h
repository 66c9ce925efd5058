/*
 * handout_pages.h - what handouts have, as HTML and as text.
 *
 * Process: atoll.  Private to handout*.c.
 */
#ifndef ATOLL_ADMIN_ACCOUNT_HANDOUT_PAGES_H
#define ATOLL_ADMIN_ACCOUNT_HANDOUT_PAGES_H

#include <stdio.h>

#include "gateway/admin/account/handout.h"

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
