/* loopback.c - a sandbox's network: loopback, and files that say so. */
#include "sandbox/builder/loopback.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "gateway/base/scope.h"

static const char *const names[ETC_COUNT] = {
	[ETC_HOSTS] = "hosts",
	[ETC_HOSTNAME] = "hostname",
	[ETC_RESOLV_CONF] = "resolv.conf",
};

const char *
network_file_name(enum etc_file f)
{
	return names[f];
}

static int
write_text(enum etc_file f, const struct msg_lab_plan *lab, char *text,
    size_t size)
{
	switch (f) {
	case ETC_HOSTS:
		/* What listens at its own name is to be reached by others. */
		if (lab->network == NETWORK_LAB)
			return snprintf(text, size,
			    "127.0.0.1\tlocalhost\n"
			    "::1\tlocalhost ip6-localhost ip6-loopback\n"
			    "%s",
			    lab->hosts);
		return snprintf(text, size,
		    "127.0.0.1\tlocalhost\n"
		    "127.0.1.1\t%s\n"
		    "::1\tlocalhost ip6-localhost ip6-loopback\n"
		    "%s",
		    lab->hostname, lab->hosts);
	case ETC_HOSTNAME:
		return snprintf(text, size, "%s\n", lab->hostname);
	case ETC_RESOLV_CONF:
		if (lab->resolv_conf[0] != '\0')
			return snprintf(text, size, "%s", lab->resolv_conf);
		if (lab->network == NETWORK_LAB)
			return snprintf(text, size,
			    "# the machines of lab %s are in /etc/hosts\n",
			    lab->lab);
		if (lab->network != NETWORK_NONE)
			return snprintf(text, size,
			    "# the lab %s names no name server\n", lab->lab);
		return snprintf(text, size,
		    "# %s is not connected to any network\n", lab->hostname);
	case ETC_COUNT:
		break;
	}
	return -1;
}

size_t
network_file_text(enum etc_file f, const struct msg_lab_plan *lab, char *text,
    size_t size)
{
	int n = write_text(f, lab, text, size);

	return n < 0 || (size_t)n >= size ? 0 : (size_t)n;
}

int
network_up(struct err *e)
{
	CLOSES int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	if (s == -1 || ioctl(s, SIOCSIFFLAGS, &lo) == -1)
		return err_set(e, errno, "loopback");
	return 0;
}
