/*
 * handout.h - a card for each student: how to log in, and the password.
 *
 * Process: atoll.  The file is made before the accounts are, for it holds what
 * nobody can find out later.
 */
#ifndef ATOLL_ADMIN_ACCOUNT_HANDOUT_H
#define ATOLL_ADMIN_ACCOUNT_HANDOUT_H

#include "gateway/admin/account/handout_pages.h"

/* "HOST", "HOST:PORT" or "[V6]:PORT"; NULL takes this host's name.  listen is
 * STATUS's, for the port, and to ask the gateway for its host keys. */
int handout_describe(struct handout *h, const char *host, const char *listen,
    struct err *e);

/* A new file, for its owner alone: HTML when its name ends so, else text. */
int handout_write(const struct handout *h, const struct people *p,
    const char *file, struct err *e);

#endif
