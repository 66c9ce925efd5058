/* handout.c - a card for each student: how to log in, and the password. */
#include "gateway/admin/account/handout.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The address and port that STATUS names first: "0.0.0.0:2222 [::]:2222". */
static bool
first_listener(const char *listen, char address[64], unsigned *port)
{
	struct in6_addr any;
	const char *colon;
	size_t end = strcspn(listen, " ");

	for (colon = listen + end; colon > listen && *colon != ':'; colon--)
		continue;
	*port = (unsigned)strtoul(colon + 1, NULL, 10);
	if (colon == listen || *port == 0 || *port > 65535 ||
	    colon - listen >= 64)
		return false;
	snprintf(address, 64, "%.*s", (int)(colon - listen), listen);
	if (address[0] == '[') {
		memmove(address, address + 1, strlen(address));
		address[strcspn(address, "]")] = '\0';
	}
	/* No client can connect to the unspecified address: here it stands for
	 * the loopback. */
	if (strcmp(address, "0.0.0.0") == 0)
		strcpy(address, "127.0.0.1");
	else if (strcmp(address, "::") == 0)
		strcpy(address, "::1");
	return inet_pton(AF_INET, address, &any) == 1 ||
	       inet_pton(AF_INET6, address, &any) == 1;
}

/* The fingerprints that a client will see, asked as a client: the file of the
 * host key may be root's alone, or newer than what is served.  The command goes
 * through a shell, and has nothing in it but a checked address and a number. */
static int
ask_fingerprints(struct handout *h, const char *address, unsigned port,
    struct err *e)
{
	char command[256];
	size_t n;
	FILE *f;

	snprintf(command, sizeof(command),
	    "ssh-keyscan -T 10 -p %u %s 2>/dev/null | ssh-keygen -l -f -"
	    " 2>/dev/null",
	    port, address);
	f = popen(command, "re");
	if (f == NULL)
		return err_set(e, errno, "ssh-keyscan");
	n = fread(h->fingerprints, 1, sizeof(h->fingerprints) - 1, f);
	h->fingerprints[n] = '\0';
	if (pclose(f) != 0 || n == 0)
		return err_set(e, 0,
		    "the gateway's host key could not be read: ssh-keyscan "
		    "must be"
		    " installed, and this host be allowed to connect"
		    " (allow_from, deny_from)");
	return 0;
}

/* "256 SHA256:... 127.0.0.1 (ED25519)" becomes "SHA256:... (ED25519)". */
static void
shorten(char *lines)
{
	char *to = lines, *rest = lines, *line;

	while ((line = strsep(&rest, "\n")) != NULL) {
		char *sum = strstr(line, "SHA256:"), *kind;
		size_t sum_size;

		if (sum == NULL)
			continue;
		kind = strrchr(line, '(');
		sum_size = strcspn(sum, " ");
		memmove(to, sum, sum_size);
		to += sum_size;
		if (kind != NULL && kind > sum) {
			size_t n = strlen(kind);

			*to++ = ' ';
			memmove(to, kind, n);
			to += n;
		}
		*to++ = '\n';
	}
	if (to > lines)
		to--;
	*to = '\0';
}

/* HOST or HOST:PORT.  An IPv6 address has brackets, or no port.  The characters
 * are those of names and addresses only, since the text is to be typed into a
 * shell. */
static int
take_host(struct handout *h, const char *host, struct err *e)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789.-_:[]%";
	const char *colon = strrchr(host, ':'), *end = "";
	bool bracketed = host[0] == '[';
	size_t n = strlen(host);

	if (colon != NULL &&
	    (bracketed ? colon[-1] == ']' : strchr(host, ':') == colon)) {
		n = (size_t)(colon - host);
		end = colon + 1 + strspn(colon + 1, "0123456789");
		h->port = (unsigned)strtoul(colon + 1, NULL, 10);
	}
	if (n == 0 || n >= sizeof(h->host) || strspn(host, allowed) < n ||
	    (bracketed && host[n - 1] != ']') || *end != '\0' || h->port == 0 ||
	    h->port > 65535)
		return err_set(e, 0,
		    "--host is HOST, HOST:PORT, [ADDRESS] or [ADDRESS]:PORT,"
		    " not \"%.60s\"",
		    host);
	snprintf(h->host, sizeof(h->host), "%.*s", (int)n, host);
	if (h->host[0] == '[') {
		memmove(h->host, h->host + 1, strlen(h->host));
		h->host[strcspn(h->host, "]")] = '\0';
	}
	return 0;
}

int
handout_describe(struct handout *h, const char *host, const char *listen,
    struct err *e)
{
	char address[64];
	unsigned port;

	if (!first_listener(listen, address, &port))
		return err_set(e, 0,
		    "the gateway says no address that it listens on");
	h->port = port;
	if (host == NULL && gethostname(h->host, sizeof(h->host)) == -1)
		return err_set(e, errno, "name of this host");
	if (host != NULL && take_host(h, host, e) == -1)
		return -1;
	if (ask_fingerprints(h, address, port, e) == -1)
		return -1;
	shorten(h->fingerprints);
	return 0;
}

/* --- the file --------------------------------------------------------------- */

static bool
is_html(const char *file)
{
	const char *dot = strrchr(file, '.');

	return dot != NULL &&
	       (strcmp(dot, ".html") == 0 || strcmp(dot, ".htm") == 0);
}

/* 0600 and O_EXCL: the passwords are for its owner, and nobody has the file
 * open from before.  fsync(2), since the passwords are nowhere else. */
int
handout_write(const struct handout *h, const struct people *p, const char *file,
    struct err *e)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *to = fd == -1 ? NULL : fdopen(fd, "w");
	bool bad;

	if (to == NULL && errno == EEXIST)
		return err_set(e, 0,
		    "%s is there already: remove it, or name another file",
		    file);
	if (to == NULL)
		return err_set(e, errno, "%s", file);
	(is_html(file) ? handout_html : handout_text)(to, h, p);
	bad = fflush(to) != 0 || fsync(fd) == -1;
	if (fclose(to) != 0 || bad) {
		err_set(e, errno, "%s", file);
		unlink(file);
		return -1;
	}
	return 0;
}
