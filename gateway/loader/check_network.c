/* check_network.c - may a lab have that network, and can this host give it? */
#include "gateway/loader/check_network.h"

#include <arpa/inet.h>
#include <string.h>

#include "gateway/base/egress.h"
#include "gateway/base/egress_name.h"
#include "gateway/base/net_range.h"
#include "gateway/loader/own_user.h"
#include "gateway/loader/resolver.h"

/* --- the site ------------------------------------------------------------- */

static int
range_parse(const char *text, uint32_t *first, uint32_t *bits, struct err *e)
{
	struct network n;

	if (network_parse(&n, text, e) == -1)
		return -1;
	if (n.bits < 96 + 8 || n.bits > 96 + NET_RANGE_BITS_MAX ||
	    n.ip[10] != 0xff)
		return err_set(e, 0,
		    "\"%.80s\" is not an IPv4 network of 8 to %d bits", text,
		    NET_RANGE_BITS_MAX);
	memcpy(first, &n.ip[12], sizeof(*first));
	*first = ntohl(*first);
	*bits = n.bits - 96;
	return 0;
}

void
network_range_plan(const struct config *c, struct msg_site_plan *to)
{
	struct err none;

	range_parse(c->network_range, &to->network_range, &to->network_bits,
	    &none);
}

/* As the kernel has it, and as it can stand in a rule. */
static bool
is_interface(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

	return name[0] != '\0' && name[0] != '-' && strlen(name) < 16 &&
	       name[strspn(name, letters)] == '\0';
}

void
check_site_network(const struct config *c, config_setting_t *group,
    struct diagnostics *out)
{
	struct err e = { 0 };
	uint32_t first, bits;

	if (range_parse(c->network_range, &first, &bits, &e) == -1)
		diagnose(out, c->file, line_of(group, "network_range"),
		    "network_range: %s", e.text);
	if (!is_interface(c->network_uplink))
		diagnose(out, c->file, line_of(group, "network_uplink"),
		    "network_uplink = \"%s\" is not a name for an interface:"
		    " up to 15 letters, digits, - and _",
		    c->network_uplink);
	if (!resolver_is_valid(c->network_resolver))
		diagnose(out, c->file, line_of(group, "network_resolver"),
		    "network_resolver = \"%s\" is not the IPv4 address of a"
		    " resolver, and this host's loopback is not in reach:"
		    " have it listen at the second address of network_range,"
		    " and name that",
		    c->network_resolver);
}

/* --- a lab ---------------------------------------------------------------- */

static void
check_name(const struct lab *lab, const char *text, int line,
    struct diagnostics *out)
{
	struct egress_name entry;
	struct err e = { 0 };

	if (egress_name_parse(&entry, text, &e) == -1)
		diagnose(out, lab->file, line, "egress.allow: %s", e.text);
}

static void
check_allow(const struct lab *lab, int line, struct diagnostics *out)
{
	const struct texts *allow = &lab->egress[0].allow;

	if (allow->count > EGRESS_MAX)
		diagnose(out, lab->file, line,
		    "egress.allow has %zu entries; at most %d", allow->count,
		    EGRESS_MAX);
	for (size_t i = 0; i < allow->count; i++) {
		const struct egress_never *never;
		struct err e = { 0 };
		struct egress entry;

		if (egress_is_name(allow->at[i])) {
			check_name(lab, allow->at[i], line, out);
			continue;
		}
		if (egress_parse(&entry, allow->at[i], &e) == -1) {
			diagnose(out, lab->file, line, "egress.allow: %s",
			    e.text);
			continue;
		}
		/* "0.0.0.0/0:*" is everything but those. */
		never = egress_never_of(&entry);
		if (never != NULL && entry.bits >= never->bits)
			diagnose(out, lab->file, line,
			    "egress.allow: \"%s\" is of %s (%s), which no lab"
			    " may reach",
			    allow->at[i], never->text, never->what);
	}
}

bool
egress_has_names(const struct lab *lab)
{
	if (lab->network != NETWORK_INTERNET || lab->egress_count == 0)
		return false;
	for (size_t i = 0; i < lab->egress[0].allow.count; i++) {
		if (egress_is_name(lab->egress[0].allow.at[i]))
			return true;
	}
	return false;
}

/* Its sandboxes ask for them, and are answered. */
static void
check_names(const struct config *c, const struct lab *lab,
    config_setting_t *group, struct diagnostics *out)
{
	int line = line_of(group, "egress");

	own_user_check(c, c->names_user,
	    &(struct own_user_need){ lab->file, line, "a name in egress.allow",
		"names_user" },
	    out);
	if (resolver_of(c) == 0)
		diagnose_warning(out, lab->file, line,
		    "egress.allow has names, and nobody can be asked for them:"
		    " /etc/resolv.conf has no name server of IPv4 beyond this"
		    " host's loopback; set network_resolver");
}

void
check_network(const struct config *c, const struct lab *lab,
    config_setting_t *group, struct diagnostics *out)
{
	int line = line_of(group, "egress");

	if (lab->egress_count > 1)
		diagnose(out, lab->file, line, "egress is there twice");
	if (lab->network != NETWORK_INTERNET && lab->egress_count != 0)
		diagnose(out, lab->file, line,
		    "egress is for labs with a network: set network ="
		    " \"internet\", or leave egress out");
	if (lab->network != NETWORK_INTERNET)
		return;
	/* Only a lab that needs it needs its user. */
	own_user_check(c, c->net_user,
	    &(struct own_user_need){ lab->file, line_of(group, "network"),
		"network = \"internet\"", "net_user" },
	    out);
	if (lab->egress_count != 0)
		check_allow(lab, line, out);
	if (egress_has_names(lab))
		check_names(c, lab, group, out);
	if (lab->egress_count == 0 || lab->egress[0].allow.count == 0)
		diagnose_warning(out, lab->file, line_of(group, "network"),
		    "network = \"internet\" reaches nothing: say in"
		    " egress.allow what it may reach");
}

void
egress_plan(const struct lab *lab, struct msg_lab_plan *to)
{
	const struct egress_options *o = lab->egress;
	struct err none;
	struct egress entry;

	to->egress_rate = EGRESS_RATE_DEFAULT;
	to->egress_connections = EGRESS_CONNECTIONS_DEFAULT;
	to->egress_new = EGRESS_NEW_DEFAULT;
	if (lab->network != NETWORK_INTERNET || lab->egress_count == 0)
		return;
	to->egress_rate = (uint64_t)o->rate;
	to->egress_connections = (uint32_t)o->connections;
	to->egress_new = (uint32_t)o->new_per_second;
	for (size_t i = 0; i < o->allow.count && i < EGRESS_MAX; i++) {
		if (egress_is_name(o->allow.at[i]))
			strings_add(&to->egress_names, o->allow.at[i]);
		else if (egress_parse(&entry, o->allow.at[i], &none) == 0)
			to->egress.at[to->egress.count++] = egress_pack(&entry);
	}
}
