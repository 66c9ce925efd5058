/*
 * account_ask.h - what the monitor is asked about accounts, and its answers.
 *
 * Process: atoll.
 */
#ifndef ATOLL_ADMIN_ACCOUNT_ACCOUNT_ASK_H
#define ATOLL_ADMIN_ACCOUNT_ACCOUNT_ASK_H

#include <stdbool.h>
#include <stdio.h>

#include "gateway/admin/account/people.h"
#include "gateway/admin/exchange.h"

/* Make them all or none.  What the monitor finds wrong is reported.  A
 * rehearsal leaves out those that were reported before. */
int accounts_make(const struct chan *c, struct people *p, int64_t expires,
    bool rehearse, struct err *e);

int accounts_change(const struct chan *c, const char *name,
    enum account_change what, const char *value, int64_t number, struct err *e);

enum accounts_form { ACCOUNTS_TABLE, ACCOUNTS_JSON, ACCOUNTS_CSV };

/* All, by name. */
int accounts_list(const struct chan *c, enum accounts_form form, FILE *out,
    struct err *e);

int accounts_show(const struct chan *c, const char *name, bool json, FILE *out,
    struct err *e);

/* Where the gateway listens, as STATUS has it. */
int accounts_listen(const struct chan *c, char listen[TEXT_SIZE],
    struct err *e);

#endif
