/* network.c - a sandbox's network: loopback, and files that say so. */
#include "sandbox/builder/network.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "gateway/shared/scope.h"

/* %1$s is the host name. */
static const struct {
	const char *name, *text;
} files[ETC_COUNT] = {
	[ETC_HOSTS] = { "hosts",
	    "127.0.0.1\tlocalhost\n"
	    "127.0.1.1\t%1$s\n"
	    "::1\tlocalhost ip6-localhost ip6-loopback\n" },
	[ETC_HOSTNAME] = { "hostname", "%1$s\n" },
	[ETC_RESOLV_CONF] = { "resolv.conf",
	    "# %1$s is not connected to any network\n" },
};

const char *
network_file_name(enum etc_file f)
{
	return files[f].name;
}

size_t
network_file_text(enum etc_file f, const char *hostname, char *text,
    size_t size)
{
	int n = snprintf(text, size, files[f].text, hostname);

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
