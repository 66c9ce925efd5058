/* network_check.c - can this host give sandboxes a network, where labs have one? */
#include "sandbox/builder/hostcheck/network_check.h"

#include <fcntl.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "sandbox/builder/lan.h"
#include "sandbox/builder/network_overlap.h"
#include "sandbox/builder/zygote_start.h"

/* The first lab that has a network, or NULL. */
static const char *
who_has(const struct plan_table *t)
{
	for (size_t i = 0; i < t->count; i++) {
		if (t->plan[i]->spec.network == NETWORK_INTERNET)
			return t->plan[i]->spec.lab;
	}
	return NULL;
}

/* Is the host itself a router? */
static bool
does_forward(void)
{
	CLOSES int fd =
	    open("/proc/sys/net/ipv4/ip_forward", O_RDONLY | O_CLOEXEC);
	char value = '0';

	return fd != -1 && read(fd, &value, 1) == 1 && value != '0';
}

static void
check_range(const struct msg_site_plan *site, struct host_rows *f)
{
	struct network_overlap found;

	network_overlap(site, &found);
	switch (found.kind) {
	case OVERLAP_INSIDE:
		host_row_cure(host_row_add(f, LEVEL_ERROR, "network_range",
				  "it has in it " OVERLAP_SAYS, found.text),
		    OVERLAP_CURE);
		break;
	case OVERLAP_AROUND:
		host_row_cure(host_row_add(f, LEVEL_WARNING, "network_range",
				  "it is a part of " OVERLAP_SAYS
				  ": what is at its first four addresses cannot"
				  " be reached",
				  found.text),
		    OVERLAP_CURE);
		break;
	case OVERLAP_NONE:
		host_row_add(f, LEVEL_OK, "network_range",
		    "no network of this host's overlaps it");
		break;
	}
}

/* The first lab that allows names, or NULL. */
static const char *
who_has_names(const struct plan_table *t)
{
	for (size_t i = 0; i < t->count; i++) {
		if (t->plan[i]->spec.network == NETWORK_INTERNET &&
		    t->plan[i]->spec.egress_names.count > 0)
			return t->plan[i]->spec.lab;
	}
	return NULL;
}

static void
check_resolver(const struct plan_table *t, struct host_rows *f)
{
	const char *lab = who_has_names(t);
	uint32_t a = t->site.resolver;

	if (lab == NULL)
		return;
	if (a != 0)
		host_row_add(f, LEVEL_OK, "resolver",
		    "%u.%u.%u.%u is asked for the names of lab %s", a >> 24,
		    a >> 16 & 0xff, a >> 8 & 0xff, a & 0xff, lab);
	else
		host_row_cure(host_row_add(f, LEVEL_WARNING, "resolver",
				  "nobody can be asked for the names of lab %s",
				  lab),
		    "set network_resolver, or have a name server of IPv4"
		    " beyond loopback in /etc/resolv.conf");
}

void
network_host_check(const struct plan_table *t, struct host_rows *f)
{
	const char *lab = who_has(t);
	struct err e;

	if (lab == NULL) {
		host_row_add(f, LEVEL_OK, "network",
		    "no lab has network = \"internet\"");
		return;
	}
	if (net_try(&t->site, &e) == -1) {
		host_row_cure(host_row_add(f, LEVEL_ERROR, "network",
				  "lab %s has one, and %s", lab, e.text),
		    NET_CURE);
		return;
	}
	host_row_add(f, LEVEL_OK, "network",
	    "veth, tbf, nftables and ip_forward are there for lab %s", lab);
	check_range(&t->site, f);
	check_resolver(t, f);
	if (does_forward())
		host_row_add(f, LEVEL_OK, "uplink",
		    "the host forwards what %s brings", t->site.network_uplink);
	else
		host_row_cure(host_row_add(f, LEVEL_WARNING, "uplink",
				  "the host does not forward: sandboxes reach"
				  " nothing beyond it"),
		    "set net.ipv4.ip_forward = 1 with sysctl, and the rest of"
		    " what network_uplink in atoll.conf(5) says");
}

void
machines_host_check(const struct plan_table *t, struct host_rows *f)
{
	const char *lab = lan_wanted_by(t);
	struct err e;

	if (lab == NULL)
		host_row_add(f, LEVEL_OK, "machines", "no lab has several");
	else if (lan_check(t, &e) == 0)
		host_row_add(f, LEVEL_OK, "machines",
		    "bridge and veth are there for lab %s", lab);
	else
		host_row_cure(host_row_add(f, LEVEL_ERROR, "machines",
				  "lab %s has several, and %s", lab, e.text),
		    LAN_CURE);
}
