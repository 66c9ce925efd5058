/* named.c - addresses that sandboxes of a lab reach since they asked for a name. */
#include "gateway/net/named.h"

#include <inttypes.h>

#include "gateway/base/clock.h"
#include "gateway/net/command.h"

/* As long as an answer holds, but not for less, */
#define SECONDS_MIN 60
#define SECONDS_MAX 3600
/* and this longer, so that not every question is a change. */
#define SECONDS_MORE 60

void
named_sets(FILE *to, const struct net_lab *l)
{
	if (l->name_count == 0)
		return;
	fprintf(to,
	    " set named%" PRIu32 " {\n"
	    "  type ipv4_addr . inet_service; flags timeout;\n }\n"
	    " set named_all%" PRIu32 " {\n"
	    "  type ipv4_addr; flags timeout;\n }\n",
	    l->number, l->number);
}

void
named_rules(FILE *to, const struct net_lab *l)
{
	if (l->name_count == 0)
		return;
	fprintf(to,
	    "  meta l4proto { tcp, udp } ip daddr . th dport @named%" PRIu32
	    " goto counted%" PRIu32 "\n"
	    "  meta l4proto { tcp, udp } ip daddr @named_all%" PRIu32
	    " goto counted%" PRIu32 "\n"
	    "  icmp type echo-request ip daddr @named_all%" PRIu32
	    " goto counted%" PRIu32 "\n",
	    l->number, l->number, l->number, l->number, l->number, l->number);
}

void
named_no_sets(FILE *to, const struct net_lab *l)
{
	if (l->name_count == 0)
		return;
	fprintf(to,
	    "delete set inet atoll named%" PRIu32 "\n"
	    "delete set inet atoll named_all%" PRIu32 "\n",
	    l->number, l->number);
}

/* --- an address --------------------------------------------------------------- */

static bool
is_never(const struct net *n, uint32_t address)
{
	const struct egress one = { .network = address, .bits = 32 };

	if (egress_never_of(&one) != NULL)
		return true;
	for (size_t i = 0; i < n->own.count; i++) {
		if (n->own.address[i] == address)
			return true;
	}
	return false;
}

/* The place of that address and port, or a free one; NULL: there is none. */
static struct net_named *
find(struct net_lab *l, uint32_t address, uint16_t port, int64_t now_ms)
{
	struct net_named *room = NULL;

	for (size_t i = 0; i < NAMED_MAX; i++) {
		struct net_named *at = &l->named[i];

		if (at->until_ms <= now_ms)
			room = at;
		else if (at->address == address && at->port == port)
			return at;
	}
	return room;
}

static void
put_element(FILE *to, const char *what, const struct net_lab *l,
    uint32_t address, uint16_t port)
{
	fprintf(to, "%s element inet atoll named%s%" PRIu32 " { ", what,
	    port == 0 ? "_all" : "", l->number);
	command_address(to, address);
	if (port != 0)
		fprintf(to, " . %u", port);
}

/* The time of one that is there does not begin anew by adding it: so it is taken out
 * first, and added before for the case that it is not there. */
static int
write_element(struct net *n, const struct net_lab *l, uint32_t address,
    uint16_t port, uint32_t seconds, struct err *e)
{
	struct command c;

	if (command_begin(&c, e) == -1)
		return -1;
	put_element(c.to, "add", l, address, port);
	fputs(" timeout 1h }\n", c.to);
	put_element(c.to, "delete", l, address, port);
	fputs(" }\n", c.to);
	put_element(c.to, "add", l, address, port);
	fprintf(c.to, " timeout %" PRIu32 "s }\n", seconds);
	return command_run(&c, n->nft, e);
}

static enum named
pass_port(struct net *n, struct net_lab *l, uint32_t address, uint16_t port,
    uint32_t seconds, struct err *e)
{
	int64_t now = clock_ms();
	struct net_named *at = find(l, address, port, now);

	if (at == NULL)
		return NAMED_FULL;
	if (at->until_ms - now >= (int64_t)seconds * 1000 &&
	    at->address == address && at->port == port)
		return NAMED_PASSED;
	seconds += SECONDS_MORE;
	/* One that ends between the first word and the second is there the next
	 * time. */
	if (write_element(n, l, address, port, seconds, e) == -1 &&
	    write_element(n, l, address, port, seconds, e) == -1)
		return NAMED_FAILED;
	*at =
	    (struct net_named){ address, port, now + (int64_t)seconds * 1000 };
	return NAMED_PASSED;
}

enum named
named_pass(struct net *n, struct net_lab *l, uint32_t address, uint32_t entries,
    uint32_t seconds, struct err *e)
{
	enum named passed = NAMED_NEVER;

	if (is_never(n, address))
		return NAMED_NEVER;
	if (seconds < SECONDS_MIN)
		seconds = SECONDS_MIN;
	if (seconds > SECONDS_MAX)
		seconds = SECONDS_MAX;
	for (unsigned i = 0; i < l->name_count; i++) {
		if ((entries >> i & 1) == 0)
			continue;
		passed = pass_port(n, l, address, l->names[i].port, seconds, e);
		if (passed != NAMED_PASSED)
			return passed;
	}
	return passed;
}
