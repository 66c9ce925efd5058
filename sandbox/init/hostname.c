/* hostname.c - what a host is called in a sandbox. */
#include "sandbox/init/hostname.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define OWN_ADDRESS "127.0.1.1" /* as the generated /etc/hosts has it */
#define BLANKS	    " \t\r"

struct word {
	const char *text; /* not owned; no NUL at its end */
	size_t length;
};

static bool
parse(const char *text, uint16_t port, struct address *to)
{
	*to = (struct address){ 0 };
	if (inet_pton(AF_INET, text, &to->v4.sin_addr) == 1) {
		to->v4.sin_family = AF_INET;
		to->v4.sin_port = htons(port);
		to->length = sizeof(to->v4);
		return true;
	}
	if (inet_pton(AF_INET6, text, &to->v6.sin6_addr) == 1) {
		to->v6.sin6_family = AF_INET6;
		to->v6.sin6_port = htons(port);
		to->length = sizeof(to->v6);
		return true;
	}
	return false;
}

/* The next word of a line, or length 0. */
static struct word
next_word(const char **at)
{
	struct word w = { .text = *at + strspn(*at, BLANKS) };

	w.length = strcspn(w.text, BLANKS "#\n");
	*at = w.text + w.length;
	return w;
}

static bool
is_name(const struct word *w, const char *host, size_t length)
{
	return w->length == length && strncasecmp(w->text, host, length) == 0;
}

/* Does a line of hosts(5) have the name after its address? */
static bool
names_host(const char *line, const char *host, size_t length,
    char address[INET6_ADDRSTRLEN])
{
	struct word w = next_word(&line);

	if (w.length == 0 || w.length >= INET6_ADDRSTRLEN)
		return false;
	memcpy(address, w.text, w.length);
	address[w.length] = '\0';
	for (w = next_word(&line); w.length > 0; w = next_word(&line)) {
		if (is_name(&w, host, length))
			return true;
	}
	return false;
}

static size_t
look_up(const char *hosts, const char *host, size_t length, uint16_t port,
    struct address to[ADDRESSES_MAX])
{
	char address[INET6_ADDRSTRLEN];
	size_t n = 0;

	for (const char *line = hosts; n < ADDRESSES_MAX; line++) {
		if (names_host(line, host, length, address))
			n += parse(address, port, &to[n]);
		line = strchr(line, '\n');
		if (line == NULL)
			break;
	}
	return n;
}

size_t
hostname_to_dial(const char *host, uint16_t port, const struct names *names,
    struct address to[ADDRESSES_MAX])
{
	struct word w = { host, strlen(host) };
	size_t n = 0;

	if (w.length > 1 && host[w.length - 1] == '.')
		w.length--;
	if (is_name(&w, "localhost", strlen("localhost"))) {
		n += parse("127.0.0.1", port, &to[n]);
		n += parse("::1", port, &to[n]);
	} else if (is_name(&w, names->own, strlen(names->own))) {
		n += parse(OWN_ADDRESS, port, &to[n]);
	} else {
		n += parse(host, port, &to[n]);
	}
	return n > 0 || w.length == 0
		   ? n
		   : look_up(names->hosts, host, w.length, port, to);
}

size_t
hostname_to_listen(const char *host, uint16_t port, const struct names *names,
    struct address to[ADDRESSES_MAX])
{
	size_t n = 0;

	/* One address for a name, or a port that is taken would be found free
	 * on the other. */
	if (host[0] != '\0' && strcmp(host, "*") != 0)
		return hostname_to_dial(host, port, names, to) > 0 ? 1 : 0;
	n += parse("::", port, &to[n]); /* takes IPv4 too */
	n += parse("0.0.0.0", port, &to[n]);
	return n;
}
