/* resolver.c - who is asked for names that labs allow. */
#include "gateway/loader/resolver.h"

#include <arpa/inet.h>
#include <string.h>

#include "gateway/base/array.h"

/* systemd-resolved's own is at a loopback address, and it says here whom it asks. */
static const char *const files[] = { "/etc/resolv.conf",
	"/run/systemd/resolve/resolv.conf" };

/* 0: it is none, or the loopback of whoever asks. */
static uint32_t
parse(const char *text)
{
	struct in_addr a;
	uint32_t address;

	if (inet_pton(AF_INET, text, &a) != 1)
		return 0;
	address = ntohl(a.s_addr);
	return address >> 24 == 127 || address >> 29 == 7 ? 0 : address;
}

uint32_t
resolver_in(FILE *file)
{
	char line[512], server[64];
	uint32_t found = 0;

	while (found == 0 && fgets(line, sizeof(line), file) != NULL) {
		if (sscanf(line, "nameserver %63s", server) == 1)
			found = parse(server);
	}
	return found;
}

uint32_t
resolver_of(const struct config *c)
{
	uint32_t found = parse(c->network_resolver);

	for (size_t i = 0; found == 0 && i < COUNT_OF(files); i++) {
		FILE *file = fopen(files[i], "re");

		if (file == NULL)
			continue;
		found = resolver_in(file);
		fclose(file);
	}
	return found;
}

bool
resolver_is_valid(const char *text)
{
	return text[0] == '\0' || parse(text) != 0;
}
