/* router.c - the kernel's settings of the router's network namespace. */
#include "gateway/net/router.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/rtnl.h"
#include "gateway/base/scope.h"
#include "gateway/net/links.h"
#include "gateway/net/rules.h"

#define SETTINGS "/proc/sys/net/"

/* "default" is what interfaces begin with that come later.  The kernel remembers a
 * connection for five days after its sandbox has ended; two hours are enough, since
 * one that was forgotten is begun anew by its next packet. */
static const struct {
	const char *path, *value;
	bool is_optional; /* not in every kernel */
} settings[] = {
	{ SETTINGS "ipv4/ip_forward", "1", false },
	{ SETTINGS "ipv4/conf/all/rp_filter", "1", false },
	{ SETTINGS "ipv4/conf/default/rp_filter", "1", false },
	{ SETTINGS "ipv4/conf/all/accept_redirects", "0", false },
	{ SETTINGS "ipv4/conf/default/accept_redirects", "0", false },
	{ SETTINGS "ipv4/conf/all/send_redirects", "0", false },
	{ SETTINGS "ipv4/conf/default/send_redirects", "0", false },
	{ SETTINGS "netfilter/nf_conntrack_tcp_timeout_established", "7200",
	    true },
	{ SETTINGS "ipv6/conf/all/disable_ipv6", "1", true },
	{ SETTINGS "ipv6/conf/default/disable_ipv6", "1", true },
};

int
router_settings(struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(settings); i++) {
		const char *value = settings[i].value;
		CLOSES int fd = open(settings[i].path, O_WRONLY | O_CLOEXEC);

		if (fd == -1 && errno == ENOENT && settings[i].is_optional)
			continue;
		if (fd == -1 ||
		    write(fd, value, strlen(value)) != (ssize_t)strlen(value))
			return err_set(e, errno, "%s = %s", settings[i].path,
			    value);
	}
	return 0;
}

/* A lab that reaches the documentation's networks, and a sandbox of it. */
static struct net_lab
played_lab(void)
{
	return (struct net_lab){ .number = 1,
		.connections = 1,
		.new_per_second = 1,
		.allow = { { 0xcb007100, 24, 0 }, { 0xc6336407, 32, 443 } },
		.allow_count = 2,
		.names = { { .name = "host.example", .port = 443 } },
		.name_count = 1 };
}

static int
try_all(struct net *n, int netns, struct err *e)
{
	struct net_lab lab = played_lab();
	struct net_seat s = { .number = 1,
		.address = 0xc0000201,
		.rate = 1 << 20,
		.lab = &lab };

	if (router_settings(e) == -1)
		return -1;
	n->rtnl = rtnl_open(e);
	if (n->rtnl == -1 || rules_open(n, e) == -1 || rules_begin(n, e) == -1)
		return -1;
	if (links_gateway(n, e) == -1 || links_pair(n, &s, netns, e) == -1)
		return -1;
	if (rules_add(n, &s, e) == -1)
		return -1;
	return rules_remove(n, &s, e);
}

int
router_trial(struct err *e)
{
	CLOSES int netns = -1;
	struct net n = { .rtnl = -1, .names = { -1, NET, NAMES } };
	int rc;

	if (unshare(CLONE_NEWNET) == -1)
		return err_set(e, errno, "a network namespace");
	netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (netns == -1)
		return err_set(e, errno, "/proc/self/ns/net");
	rc = try_all(&n, netns, e);
	scope_close(&n.rtnl);
	return rc;
}
