/* rules.c - what may pass through the router's network namespace: nftables. */
#include "gateway/net/rules.h"

#include <errno.h>
#include <inttypes.h>
#include <nftables/libnftables.h>
#include <stdio.h>

#include "gateway/base/array.h"
#include "gateway/base/net_range.h"
#include "gateway/net/command.h"
#include "gateway/net/labs.h"
#include "gateway/net/links.h"
#include "gateway/net/named.h"

/*
 * What comes from a sandbox: its interface and its address are looked up together, so
 * that it cannot send as another, and lead to the rules of its lab.  IPv6 ends here.
 * The router itself answers one thing: questions for names, of labs that allow names,
 * so many a second that no sandbox fills the socket of the others, and without a place in
 * the table of connections, which is everybody's.  What it says itself
 * to the outside is such a question, to the site's resolver.
 *
 * A sandbox that has ended is not there any more, and what its sockets still send is
 * answered with a reset: else they would wait for an answer for minutes, and keep its
 * namespace and its interface for as long.  What comes with another's address does not
 * come so far, see rp_filter in router.c.
 *
 * "beginning" and "open" hold what each sandbox has used of its limits.  The rules say
 * what is within them, and not what is beyond: where such a set were full, nothing
 * new would pass.
 *
 * What is refused is told, within a second, since a TCP socket that is in connect(2)
 * hears only the answer to its second try.  Programs show it as "No route to host".
 * What is too fast or too much is dropped, so that they try again.  Each is counted;
 * "noting" is how much a sandbox may have noted, so that no other finds the sets full.
 */
static const char constant[] =
    "table inet atoll\n"
    "delete table inet atoll\n"
    "table inet atoll {\n"
    " map seats { type ifname . ipv4_addr : verdict; }\n"
    " set asking { type ifname . ipv4_addr; }\n"
    " set resolver { type ipv4_addr; }\n"
    " set own { type ipv4_addr; }\n"
    " set never { type ipv4_addr; flags interval; }\n"
    " set beginning {\n"
    "  type ifname; size 65535; flags dynamic,timeout; timeout 1m;\n"
    " }\n"
    " set questions {\n"
    "  type ifname; size 65535; flags dynamic,timeout; timeout 1m;\n"
    " }\n"
    " set open { type ifname; size 65535; flags dynamic; }\n"
    " set " RULES_REFUSED " { type ifname; counter; }\n"
    " set " RULES_TOO_FAST " { type ifname; counter; }\n"
    " set " RULES_TOO_MANY " { type ifname; counter; }\n"
    " set noting {\n"
    "  type ifname; size 65535; flags dynamic,timeout; timeout 5m;\n"
    " }\n"
    " set " RULES_PORTS " {\n"
    "  type ifname . ipv4_addr . inet_proto . inet_service;\n"
    "  size 16384; flags dynamic,timeout; timeout 5m;\n"
    " }\n"
    " set " RULES_OTHERS " {\n"
    "  type ifname . ipv4_addr . inet_proto;\n"
    "  size 16384; flags dynamic,timeout; timeout 5m;\n"
    " }\n"
    " chain begun {\n"
    "  ct state established accept\n"
    "  ct state != new drop\n"
    " }\n"
    " chain noted {\n"
    "  meta l4proto { tcp, udp } iifname . ip daddr . meta l4proto . th dport"
    " @" RULES_PORTS " return\n"
    "  meta l4proto != { tcp, udp } iifname . ip daddr . meta l4proto"
    " @" RULES_OTHERS " return\n"
    "  update @noting { iifname limit rate over 6/minute burst 16 packets }"
    " return\n"
    "  meta l4proto { tcp, udp } add @" RULES_PORTS
    " { iifname . ip daddr . meta l4proto . th dport counter } return\n"
    "  add @" RULES_OTHERS " { iifname . ip daddr . meta l4proto counter }\n"
    " }\n"
    " chain refused {\n"
    "  iifname @" RULES_REFUSED "\n"
    "  jump noted\n"
    "  reject with icmp admin-prohibited\n"
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
    "  meta nfproto != ipv4 drop\n"
    "  iifname \"" NET_UPLINK "\" ct state established,related accept\n"
    "  iifname \"" NET_UPLINK "\" drop\n"
    "  ip daddr " NET_GATEWAY_TEXT
    " udp dport 53 iifname . ip saddr @asking goto asked\n"
    "  iifname . ip saddr vmap @seats\n"
    " }\n"
    " chain untracked {\n"
    "  type filter hook prerouting priority raw; policy accept;\n"
    "  ip daddr " NET_GATEWAY_TEXT
    " udp dport 53 iifname . ip saddr @asking notrack\n"
    " }\n"
    " chain untracked_replies {\n"
    "  type filter hook output priority raw; policy accept;\n"
    "  ip saddr " NET_GATEWAY_TEXT " udp sport 53 notrack\n"
    " }\n"
    " chain asked {\n"
    "  update @questions { iifname limit rate 50/second burst 100 packets }"
    " accept\n"
    "  drop\n"
    " }\n"
    " chain output {\n"
    "  type filter hook output priority filter; policy accept;\n"
    "  oifname \"" NET_UPLINK "\" ip daddr @resolver udp dport 53 accept\n"
    "  oifname \"" NET_UPLINK "\" drop\n"
    " }\n"
    " chain hidden {\n"
    "  type nat hook postrouting priority srcnat; policy accept;\n"
    "  oifname \"" NET_UPLINK "\" masquerade\n"
    " }\n"
    "}\n";

/* --- labs ----------------------------------------------------------------- */

static void
put_allowed(FILE *to, const struct net_lab *l, const struct egress *a)
{
	fputs("  ip daddr ", to);
	command_address(to, a->network);
	fprintf(to, "/%u meta l4proto { tcp, udp } ", a->bits);
	if (a->port != 0)
		fprintf(to, "th dport %u ", a->port);
	fprintf(to, "goto counted%" PRIu32 "\n", l->number);
	if (a->port != 0)
		return;
	fputs("  ip daddr ", to);
	command_address(to, a->network);
	fprintf(to, "/%u icmp type echo-request goto counted%" PRIu32 "\n",
	    a->bits, l->number);
}

static void
put_lab(FILE *to, const struct net_lab *l)
{
	const uint32_t n = l->number;

	fputs("table inet atoll {\n", to);
	named_sets(to, l);
	fprintf(to,
	    " chain counted%" PRIu32 " {\n"
	    "  add @open { iifname ct count %" PRIu32 " } accept\n"
	    "  iifname @" RULES_TOO_MANY "\n  drop\n }\n",
	    n, l->connections);
	fprintf(to, " chain allowed%" PRIu32 " {\n", n);
	for (unsigned i = 0; i < l->allow_count; i++)
		put_allowed(to, l, &l->allow[i]);
	named_rules(to, l);
	fputs("  goto refused\n }\n", to);
	fprintf(to,
	    " chain lab%" PRIu32 " {\n"
	    "  jump begun\n"
	    "  oifname != \"" NET_UPLINK "\" goto refused\n"
	    "  ip daddr @never goto refused\n"
	    "  ip daddr @own goto refused\n"
	    "  update @beginning { iifname limit rate %" PRIu32
	    "/second burst %" PRIu32 " packets } goto allowed%" PRIu32 "\n"
	    "  iifname @" RULES_TOO_FAST "\n  drop\n }\n}\n",
	    n, l->new_per_second, l->new_per_second, n);
}

/* In this order: each leads to those that follow. */
static void
put_no_lab(FILE *to, const struct net_lab *l)
{
	static const char *const chains[] = { "lab", "allowed", "counted" };

	for (size_t i = 0; i < COUNT_OF(chains); i++)
		fprintf(to, "delete chain inet atoll %s%" PRIu32 "\n",
		    chains[i], l->number);
	named_no_sets(to, l);
}

/* --- seats ---------------------------------------------------------------- */

static const char *const counts[] = { RULES_REFUSED, RULES_TOO_FAST,
	RULES_TOO_MANY };

static void
put_counts(FILE *to, const char *what, const struct net_seat *s)
{
	char name[LINK_NAME_SIZE];

	link_name(s->number, name);
	for (size_t i = 0; i < COUNT_OF(counts); i++)
		fprintf(to, "%s element inet atoll %s { \"%s\" }\n", what,
		    counts[i], name);
}

static void
put_elements(FILE *to, const char *what, const struct net_seat *s)
{
	char name[LINK_NAME_SIZE];

	put_counts(to, what, s);
	link_name(s->number, name);
	if (s->lab->name_count > 0) {
		fprintf(to, "%s element inet atoll asking { \"%s\" . ", what,
		    name);
		command_address(to, s->address);
		fputs(" }\n", to);
	}
	fprintf(to, "%s element inet atoll seats { \"%s\" . ", what, name);
	command_address(to, s->address);
}

static void
put_seat(FILE *to, const struct net_seat *s)
{
	put_elements(to, "add", s);
	fprintf(to, " : goto lab%" PRIu32 " }\n", s->lab->number);
}

/* Rules of labs that nobody is in are kept for who comes next, and taken out when
 * there are many. */
static void
put_no_unused(FILE *to, const struct net_labs *labs)
{
	const struct net_lab *l;

	LIST_FOREACH(l, labs, all) {
		if (l->users == 0 && l->has_rules)
			put_no_lab(to, l);
	}
}

int
rules_add(struct net *n, struct net_seat *s, struct err *e)
{
	bool is_first = !s->lab->has_rules;
	bool are_many = is_first && labs_unused(n) > LABS_UNUSED_MAX;
	struct command c;

	if (command_begin(&c, e) == -1)
		return -1;
	if (are_many)
		put_no_unused(c.to, &n->labs);
	if (is_first)
		put_lab(c.to, s->lab);
	put_seat(c.to, s);
	if (command_run(&c, n->nft, e) == -1)
		return -1;
	if (are_many)
		labs_forget_unused(n);
	s->lab->has_rules = s->has_rules = true;
	return 0;
}

int
rules_remove(struct net *n, struct net_seat *s, struct err *e)
{
	struct command c;

	if (!s->has_rules)
		return 0;
	if (command_begin(&c, e) == -1)
		return -1;
	put_elements(c.to, "delete", s);
	fputs(" }\n", c.to);
	if (command_run(&c, n->nft, e) == -1)
		return -1;
	s->has_rules = false;
	return 0;
}

const char *
rules_counts(struct net *n, const struct net_seat *s, struct err *e)
{
	struct command c;

	if (command_begin(&c, e) == -1)
		return NULL;
	put_counts(c.to, "get", s);
	if (command_run(&c, n->nft, e) == -1)
		return NULL;
	return nft_ctx_get_output_buffer(n->nft);
}

const char *
rules_list(struct net *n, const char *set, struct err *e)
{
	struct command c;

	if (command_begin(&c, e) == -1)
		return NULL;
	fprintf(c.to, "list set inet atoll %s\n", set);
	if (command_run(&c, n->nft, e) == -1)
		return NULL;
	return nft_ctx_get_output_buffer(n->nft);
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
		command_address(to, own->address[i]);
		fputs(" }\n", to);
	}
}

static void
put_resolver(FILE *to, uint32_t resolver)
{
	if (resolver == 0)
		return;
	fputs("add element inet atoll resolver { ", to);
	command_address(to, resolver);
	fputs(" }\n", to);
}

int
rules_begin(struct net *n, struct err *e)
{
	struct net_seat *s;
	struct net_lab *l;
	struct command c;

	if (command_begin(&c, e) == -1)
		return -1;
	fputs(constant, c.to);
	put_never(c.to);
	put_own(c.to, &n->own);
	put_resolver(c.to, n->resolver);
	LIST_FOREACH(l, &n->labs, all)
		put_lab(c.to, l);
	LIST_FOREACH(s, &n->seats, all)
		put_seat(c.to, s);
	if (command_run(&c, n->nft, e) == -1)
		return -1;
	LIST_FOREACH(l, &n->labs, all)
		l->has_rules = true;
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
	return command_run(&c, n->nft, e);
}

int
rules_resolver(struct net *n, struct err *e)
{
	struct command c;

	if (command_begin(&c, e) == -1)
		return -1;
	fputs("flush set inet atoll resolver\n", c.to);
	put_resolver(c.to, n->resolver);
	return command_run(&c, n->nft, e);
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
	/* Protocols and ports as numbers: for names there is no file. */
	nft_ctx_output_set_flags(n->nft, NFT_CTX_OUTPUT_NUMERIC_ALL);
	return 0;
}
