/* lab_networks.c - the networks of a lab's machines, and who is where on them. */
#include "gateway/loader/lab_networks.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "gateway/config/networks.h"
#include "gateway/loader/lab_routes.h"

#define BITS_MIN 8
#define BITS_MAX 30

/* Any that one host can have: nobody else is on that network. */
static bool
is_of_a_host(uint32_t ip)
{
	uint32_t head = ip >> 24;

	return head > 0 && head < 224 && head != 127;
}

static uint32_t
mask_of(uint32_t bits)
{
	return bits == 0 ? 0 : UINT32_MAX << (32 - bits);
}

/* Of one whose bits are 0 is every address. */
static bool
has(const struct lan_network *n, uint32_t address)
{
	return ((address ^ n->first) & mask_of(n->bits)) == 0;
}

/* Its first and last address are no machine's. */
static bool
has_room_for(const struct lan_network *n, uint32_t address)
{
	uint32_t host = address & ~mask_of(n->bits);

	return has(n, address) && host != 0 && host != ~mask_of(n->bits);
}

#define DOTTED_SIZE 16

static void
dotted(uint32_t address, char to[DOTTED_SIZE])
{
	const struct in_addr in = { htonl(address) };

	inet_ntop(AF_INET, &in, to, DOTTED_SIZE);
}

/* --- the networks --------------------------------------------------------- */

static void
read_network(const struct lab *lab, struct lan_network *n, int line,
    struct diagnostics *out)
{
	struct err e = { 0 };
	struct network is;

	if (network_parse(&is, n->address, &e) == -1) {
		diagnose(out, lab->file, line, "networks: address of %s: %s",
		    n->name, e.text);
		return;
	}
	memcpy(&n->first, &is.ip[12], sizeof(n->first));
	n->first = ntohl(n->first);
	n->bits = is.bits - 96;
	if (is.ip[10] == 0xff && is.bits >= 96 + BITS_MIN &&
	    n->bits <= BITS_MAX && is_of_a_host(n->first))
		return;
	diagnose(out, lab->file, line,
	    "networks: address of %s: \"%s\" is none of IPv4 of %d to %d bits"
	    " that machines can be on, such as 192.168.7.0/24",
	    n->name, n->address, BITS_MIN, BITS_MAX);
	n->bits = 0;
}

static bool
has_somebody(const struct lab *lab, const char *name)
{
	for (size_t i = 0; i < lab->machine_count; i++) {
		const struct texts *on = &lab->machines[i].networks;

		for (size_t k = 0; k < on->count; k++) {
			if (strcmp(on->at[k], name) == 0)
				return true;
		}
	}
	return false;
}

/* Against those before it. */
static void
compare_network(const struct lab *lab, size_t place, int line,
    struct diagnostics *out)
{
	const struct lan_network *n = &lab->networks[place];

	for (size_t i = 0; i < place; i++) {
		const struct lan_network *o = &lab->networks[i];

		if (strcmp(n->name, o->name) == 0)
			diagnose(out, lab->file, line,
			    "networks: %s is there twice", n->name);
		else if (n->bits != 0 && o->bits != 0 &&
			 (has(n, o->first) || has(o, n->first)))
			diagnose(out, lab->file, line,
			    "networks: %s and %s have addresses in common",
			    o->name, n->name);
	}
}

static void
read_networks(const struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	int line = line_of(group, "networks");

	for (size_t i = 0; i < lab->network_count; i++) {
		struct lan_network *n = &lab->networks[i];

		/* It stands in /etc/hosts. */
		if (strchr(n->name, '_') != NULL)
			diagnose(out, lab->file, line,
			    "networks: \"%s\" is part of a host name, which has"
			    " no _",
			    n->name);
		read_network(lab, n, line, out);
		compare_network(lab, i, line, out);
		if (!has_somebody(lab, n->name))
			diagnose(out, lab->file, line,
			    "networks: no machine is on %s", n->name);
	}
}

/* --- who is on them ------------------------------------------------------- */

#define NAMES_SIZE 256

static void
add_name(char to[NAMES_SIZE], const char *name)
{
	size_t at = strlen(to);

	snprintf(to + at, NAMES_SIZE - at, "%s%s", at == 0 ? "" : ", ", name);
}

static void
all_names(const struct lab *lab, char to[NAMES_SIZE])
{
	to[0] = '\0';
	for (size_t i = 0; i < lab->network_count; i++)
		add_name(to, lab->networks[i].name);
}

static void
own_names(const struct lab *lab, const struct machine *m, char to[NAMES_SIZE])
{
	to[0] = '\0';
	for (size_t i = 0; i < m->link_count; i++)
		add_name(to, lab->networks[m->link[i].network].name);
}

static void
add_link(const struct lab *lab, struct machine *m, const char *name, int line,
    struct diagnostics *out)
{
	char names[NAMES_SIZE];
	uint32_t at = 0;

	while (at < lab->network_count &&
	       strcmp(lab->networks[at].name, name) != 0)
		at++;
	for (size_t i = 0; i < m->link_count; i++) {
		if (m->link[i].network != at)
			continue;
		diagnose(out, lab->file, line,
		    "machines: networks of %s: %s is there twice", m->name,
		    name);
		return;
	}
	if (at < lab->network_count) {
		m->link[m->link_count++] = (struct lan_link){ .network = at,
			.bits = lab->networks[at].bits };
		return;
	}
	all_names(lab, names);
	diagnose(out, lab->file, line,
	    "machines: networks of %s: \"%s\" is none of %s", m->name, name,
	    names);
}

static void
take_links(const struct lab *lab, struct machine *m, int line,
    struct diagnostics *out)
{
	char names[NAMES_SIZE];

	m->link_count = 0;
	for (size_t i = 0; i < m->networks.count; i++)
		add_link(lab, m, m->networks.at[i], line, out);
	all_names(lab, names);
	if (m->networks.count == 0)
		diagnose(out, lab->file, line,
		    "machines: networks of %s: name one at least of %s",
		    m->name, names);
	if (m->router != 0 && m->networks.count < 2)
		diagnose(out, lab->file, line,
		    "machines: %s is a router: it must be on two networks or"
		    " more",
		    m->name);
}

/* --- addresses ------------------------------------------------------------ */

/* Where the lab names no networks there is one, with every address in it. */
static const struct lan_network only = { .name = "the network",
	.address = "0.0.0.0/0" };

static const struct lan_network *
network_of(const struct lab *lab, const struct lan_link *l)
{
	return lab->network_count == 0 ? &only : &lab->networks[l->network];
}

/* The link that an address of the lab file is for; NULL: none. */
static struct lan_link *
link_for(const struct lab *lab, struct machine *m, uint32_t address)
{
	for (size_t i = 0; i < m->link_count; i++) {
		if (has_room_for(network_of(lab, &m->link[i]), address))
			return &m->link[i];
	}
	return NULL;
}

static void
take_address(const struct lab *lab, struct machine *m, const char *text,
    int line, struct diagnostics *out)
{
	char names[NAMES_SIZE];
	struct in_addr in;
	struct lan_link *l;

	if (inet_pton(AF_INET, text, &in) != 1 ||
	    !is_of_a_host(ntohl(in.s_addr))) {
		diagnose(out, lab->file, line,
		    "machines: address of %s: \"%s\" is none that a machine"
		    " can have, such as 192.168.1.10",
		    m->name, text);
		return;
	}
	l = link_for(lab, m, ntohl(in.s_addr));
	if (l == NULL) {
		own_names(lab, m, names);
		diagnose(out, lab->file, line,
		    "machines: address of %s: no machine of %s can have %s",
		    m->name, names, text);
		return;
	}
	if (l->address != 0)
		diagnose(out, lab->file, line,
		    "machines: address of %s: it has one on %s already, and"
		    " cannot have %s, too",
		    m->name, network_of(lab, l)->name, text);
	else
		l->address = ntohl(in.s_addr);
}

static void
take_addresses(const struct lab *lab, size_t place, int line,
    struct diagnostics *out)
{
	struct machine *m = &lab->machines[place];

	for (size_t i = 0; i < m->address.count; i++)
		take_address(lab, m, m->address.at[i], line, out);
	for (size_t i = 0; i < m->link_count; i++) {
		const struct lan_network *n = network_of(lab, &m->link[i]);
		uint32_t first = n == &only ? LAN_DEFAULT : n->first;
		struct lan_link *l = &m->link[i];
		char text[DOTTED_SIZE];

		if (l->address != 0)
			continue;
		l->address = first + LAN_FIRST + (uint32_t)place;
		dotted(l->address, text);
		/* One that is wrong has been told. */
		if ((n == &only || n->bits != 0) &&
		    !has_room_for(n, l->address))
			diagnose(out, lab->file, line,
			    "machines: address of %s: by its place it would be"
			    " %s, for which %s has no room: say another",
			    m->name, text, n->name);
	}
}

static bool
share_an_address(const struct machine *a, const struct machine *b)
{
	for (size_t i = 0; i < a->link_count; i++) {
		for (size_t k = 0; k < b->link_count; k++) {
			if (a->link[i].address == b->link[k].address)
				return true;
		}
	}
	return false;
}

static void
compare_addresses(const struct lab *lab, int line, struct diagnostics *out)
{
	for (size_t i = 0; i < lab->machine_count; i++) {
		const struct machine *m = &lab->machines[i];

		for (size_t k = 0; k < i; k++) {
			if (share_an_address(&lab->machines[k], m))
				diagnose(out, lab->file, line,
				    "machines: %s and %s have the same address,"
				    " which is by its place where a machine"
				    " says none",
				    lab->machines[k].name, m->name);
		}
	}
}

/* --- all of it ------------------------------------------------------------ */

static void
take_only_link(const struct lab *lab, struct machine *m, int line,
    struct diagnostics *out)
{
	m->link[0] = (struct lan_link){ 0 };
	m->link_count = 1;
	if (m->networks.count != 0 || m->router != 0)
		diagnose(out, lab->file, line,
		    "machines: %s of %s: the lab has no networks to choose"
		    " from: name them with its option networks, or leave it"
		    " out",
		    m->networks.count != 0 ? "networks" : "router", m->name);
}

void
lab_networks_enter(struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	int line = line_of(group, "machines");

	if (lab->network_count > LAN_NETWORKS_MAX) {
		diagnose(out, lab->file, line_of(group, "networks"),
		    "networks: there are %zu; at most %d", lab->network_count,
		    LAN_NETWORKS_MAX);
		return;
	}
	read_networks(lab, group, out);
	for (size_t i = 0; i < lab->machine_count; i++) {
		struct machine *m = &lab->machines[i];

		if (lab->network_count == 0)
			take_only_link(lab, m, line, out);
		else
			take_links(lab, m, line, out);
		take_addresses(lab, i, line, out);
	}
	compare_addresses(lab, line, out);
	for (size_t i = 0; i < lab->machine_count; i++)
		lab_routes_find(lab, &lab->machines[i]);
}
