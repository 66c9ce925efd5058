/* rules.c - what may pass through the router's network namespace: nftables. */
#include "gateway/net/rules.h"

#include <errno.h>
#include <inttypes.h>
#include <nftables/libnftables.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/array.h"
#include "gateway/base/scope.h"
#include "gateway/net/links.h"

/*
 * What comes from a sandbox: its interface and its address are looked up together, so
 * that it cannot send as another, and lead to a chain of its own.  IPv6 ends here,
 * and the router itself answers nobody.
 *
 * A sandbox that has ended is not there any more, and what its sockets still send is
 * answered with a reset: else they would wait for an answer for minutes, and keep its
 * namespace and its interface for as long.  What comes with another's address does not
 * come so far, see rp_filter in router.c.
 */
static const char constant[] =
    "table inet atoll\n"
    "delete table inet atoll\n"
    "table inet atoll {\n"
    " map seats { type ifname . ipv4_addr : verdict; }\n"
    " set own { type ipv4_addr; }\n"
    " set never { type ipv4_addr; flags interval; }\n"
    " chain begun {\n"
    "  ct state established accept\n"
    "  ct state != new drop\n"
    " }\n"
    " chain forward {\n"
    "  type filter hook forward priority filter; policy drop;\n"
    "  meta nfproto != ipv4 drop\n"
    "  iifname \"" NET_UPLINK "\" ct state established,related accept\n"
    "  iifname \"" NET_UPLINK "\" drop\n"
    "  iifname . ip saddr vmap @seats\n"
    "  meta l4proto tcp reject with tcp reset\n"
    " }\n"
    " chain input {\n"
    "  type filter hook input priority filter; policy drop;\n"
    "  ct state established,related accept\n"
    " }\n"
    " chain hidden {\n"
    "  type nat hook postrouting priority srcnat; policy accept;\n"
    "  oifname \"" NET_UPLINK "\" masquerade\n"
    " }\n"
    "}\n";

/* --- a command ------------------------------------------------------------ */

/* A text that grows; libnftables runs it as one transaction. */
struct command {
	FILE *to;
	char *text;
	size_t size;
};

static int
command_begin(struct command *c, struct err *e)
{
	*c = (struct command){ .text = NULL };
	c->to = open_memstream(&c->text, &c->size);
	return c->to == NULL ? err_set(e, ENOMEM, "nftables") : 0;
}

/* The first line of what it says is all that an error needs. */
static int
command_run(struct command *c, struct net *n, struct err *e)
{
	FREES char *text = NULL;
	const char *why;
	int rc = fclose(c->to);

	text = c->text;
	if (rc != 0)
		return err_set(e, ENOMEM, "nftables");
	if (nft_run_cmd_from_buffer(n->nft, text) == 0)
		return 0;
	why = nft_ctx_get_error_buffer(n->nft);
	return err_set(e, 0, "nftables: %.*s", (int)strcspn(why, "\n"), why);
}

static void
put_address(FILE *to, uint32_t address)
{
	fprintf(to, "%u.%u.%u.%u", address >> 24, address >> 16 & 0xff,
	    address >> 8 & 0xff, address & 0xff);
}

/* --- seats ---------------------------------------------------------------- */

static void
put_element(FILE *to, const struct net_seat *s)
{
	char name[LINK_NAME_SIZE];

	link_name(s->number, name);
	fprintf(to, "element inet atoll seats { \"%s\" . ", name);
	put_address(to, s->address);
}

static void
put_allowed(FILE *to, const struct net_seat *s, const struct egress *a)
{
	fputs("  ip daddr ", to);
	put_address(to, a->network);
	fprintf(to, "/%u meta l4proto { tcp, udp } ", a->bits);
	if (a->port != 0)
		fprintf(to, "th dport %u ", a->port);
	fprintf(to, "goto counted%" PRIu32 "\n", s->number);
	if (a->port != 0)
		return;
	fputs("  ip daddr ", to);
	put_address(to, a->network);
	fprintf(to, "/%u icmp type echo-request goto counted%" PRIu32 "\n",
	    a->bits, s->number);
}

/*
 * What is refused is told, within a second, since a TCP socket that is in connect(2)
 * hears only the answer to its second try.  Programs show it as "No route to host".  What is
 * too fast or too much is dropped, so that they try again.
 */
static void
put_chains(FILE *to, const struct net_seat *s)
{
	const uint32_t n = s->number;

	fputs("table inet atoll {\n", to);
	fprintf(to,
	    " chain refused%" PRIu32 " {\n"
	    "  counter reject with icmp admin-prohibited\n }\n",
	    n);
	fprintf(to,
	    " chain counted%" PRIu32 " {\n"
	    "  ct count over %" PRIu32 " counter drop\n  accept\n }\n",
	    n, s->connections);
	fprintf(to,
	    " chain seat%" PRIu32 " {\n"
	    "  jump begun\n"
	    "  oifname != \"" NET_UPLINK "\" goto refused%" PRIu32 "\n"
	    "  ip daddr @never goto refused%" PRIu32 "\n"
	    "  ip daddr @own goto refused%" PRIu32 "\n"
	    "  limit rate over %" PRIu32 "/second burst %" PRIu32
	    " packets counter drop\n",
	    n, n, n, n, s->new_per_second, s->new_per_second);
	for (unsigned i = 0; i < s->allow_count; i++)
		put_allowed(to, s, &s->allow[i]);
	fprintf(to, "  goto refused%" PRIu32 "\n }\n}\n", n);
}

static void
put_seat(FILE *to, const struct net_seat *s)
{
	put_chains(to, s);
	fputs("add ", to);
	put_element(to, s);
	fprintf(to, " : goto seat%" PRIu32 " }\n", s->number);
}

int
rules_add(struct net *n, struct net_seat *s, struct err *e)
{
	struct command c;

	if (command_begin(&c, e) == -1)
		return -1;
	put_seat(c.to, s);
	if (command_run(&c, n, e) == -1)
		return -1;
	s->has_rules = true;
	return 0;
}

int
rules_remove(struct net *n, struct net_seat *s, struct err *e)
{
	static const char *const chains[] = { "seat", "counted", "refused" };
	struct command c;

	if (!s->has_rules)
		return 0;
	if (command_begin(&c, e) == -1)
		return -1;
	fputs("delete ", c.to);
	put_element(c.to, s);
	fputs(" }\n", c.to);
	for (size_t i = 0; i < COUNT_OF(chains); i++)
		fprintf(c.to, "delete chain inet atoll %s%" PRIu32 "\n",
		    chains[i], s->number);
	if (command_run(&c, n, e) == -1)
		return -1;
	s->has_rules = false;
	return 0;
}

/* --- all ------------------------------------------------------------------ */

static void
put_never(FILE *to)
{
	const struct egress_never *never;

	for (size_t i = 0; (never = egress_never(i)) != NULL; i++)
		fprintf(to, "add element inet atoll never { %s }\n",
		    never->text);
}

static void
put_own(FILE *to, const struct net_own *own)
{
	for (size_t i = 0; i < own->count; i++) {
		fputs("add element inet atoll own { ", to);
		put_address(to, own->address[i]);
		fputs(" }\n", to);
	}
}

int
rules_begin(struct net *n, struct err *e)
{
	struct net_seat *s;
	struct command c;

	if (command_begin(&c, e) == -1)
		return -1;
	fputs(constant, c.to);
	put_never(c.to);
	put_own(c.to, &n->own);
	LIST_FOREACH(s, &n->seats, all)
		put_seat(c.to, s);
	if (command_run(&c, n, e) == -1)
		return -1;
	LIST_FOREACH(s, &n->seats, all)
		s->has_rules = true;
	return 0;
}

int
rules_own(struct net *n, struct err *e)
{
	struct command c;

	if (command_begin(&c, e) == -1)
		return -1;
	fputs("flush set inet atoll own\n", c.to);
	put_own(c.to, &n->own);
	return command_run(&c, n, e);
}

int
rules_open(struct net *n, struct err *e)
{
	n->nft = nft_ctx_new(NFT_CTX_DEFAULT);
	if (n->nft == NULL)
		return err_set(e, errno, "libnftables");
	if (nft_ctx_buffer_error(n->nft) != 0 ||
	    nft_ctx_buffer_output(n->nft) != 0)
		return err_set(e, ENOMEM, "libnftables");
	return 0;
}
