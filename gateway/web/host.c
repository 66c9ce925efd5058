/* host.c - the Host header of a request. */
#include "gateway/web/host.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

static bool
is_port(const char *text)
{
	return *text == '\0' ||
	       (*text == ':' && strlen(text) <= 6 &&
		   text[1 + strspn(text + 1, "0123456789")] == '\0');
}

bool
host_is_loopback(const char *host)
{
	static const char *const names[] = { "localhost", "[::1]" };
	char v4[INET_ADDRSTRLEN];
	struct in_addr in;
	size_t n;

	if (host == NULL)
		return false;
	for (int i = 0; i < 2; i++) {
		n = strlen(names[i]);
		if (strncasecmp(host, names[i], n) == 0)
			return is_port(host + n);
	}
	n = strcspn(host, ":");
	if (n >= sizeof(v4))
		return false;
	memcpy(v4, host, n);
	v4[n] = '\0';
	return inet_pton(AF_INET, v4, &in) == 1 &&
	       ntohl(in.s_addr) >> 24 == 127 && is_port(host + n);
}
