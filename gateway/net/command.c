/* command.c - a text that libnftables runs, as one transaction. */
#include "gateway/net/command.h"

#include <errno.h>
#include <string.h>

#include "gateway/base/scope.h"

int
command_begin(struct command *c, struct err *e)
{
	*c = (struct command){ .text = NULL };
	c->to = open_memstream(&c->text, &c->size);
	return c->to == NULL ? err_set(e, ENOMEM, "nftables") : 0;
}

/* The first line of what it says is all that an error needs. */
int
command_run(struct command *c, struct nft_ctx *nft, struct err *e)
{
	FREES char *text = NULL;
	const char *why;
	int rc = fclose(c->to);

	text = c->text;
	if (rc != 0)
		return err_set(e, ENOMEM, "nftables");
	if (nft_run_cmd_from_buffer(nft, text) == 0)
		return 0;
	why = nft_ctx_get_error_buffer(nft);
	return err_set(e, 0, "nftables: %.*s", (int)strcspn(why, "\n"), why);
}

void
command_address(FILE *to, uint32_t address)
{
	fprintf(to, "%u.%u.%u.%u", address >> 24, address >> 16 & 0xff,
	    address >> 8 & 0xff, address & 0xff);
}
