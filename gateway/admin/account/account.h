/*
 * account.h - atoll account: who may log in.
 *
 * Process: atoll.  The tool reads files, asks for passwords and hashes them;
 * the monitor checks again and keeps the accounts.
 */
#ifndef ATOLL_ADMIN_ACCOUNT_ACCOUNT_H
#define ATOLL_ADMIN_ACCOUNT_ACCOUNT_H

#include <stdbool.h>
#include <stdio.h>

struct account_options {
	const char *socket;
	bool json, csv;
};

/* words[0] is "account".  Returns the tool's exit status. */
int account_main(const struct account_options *o, int count, char **words);

void account_usage(FILE *out);

#endif
