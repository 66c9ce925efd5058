/*
 * command.h - a text that libnftables runs, as one transaction.
 */
#ifndef ATOLL_NET_COMMAND_H
#define ATOLL_NET_COMMAND_H

#include <nftables/libnftables.h>
#include <stdint.h>
#include <stdio.h>

#include "gateway/base/err.h"

struct command {
	FILE *to; /* write it here */
	char *text;
	size_t size;
};

int command_begin(struct command *c, struct err *e);

/* All of it has its effect, or nothing. */
int command_run(struct command *c, struct nft_ctx *nft, struct err *e);

/* 198.51.100.7 */
void command_address(FILE *to, uint32_t address);

#endif
