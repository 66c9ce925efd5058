/* terminal_kinds.c - what kinds of terminals can do. */
#include "gateway/staff/terminal_kinds.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/scope.h"

#define KIND_MAX  4096 /* bytes of a file; what is longer has no use for us */
#define BASE64(n) (((n) + 2) / 3 * 4)
#define PREFIX	  "b64:"

static struct {
	const char *name;
	size_t length; /* 0: this host has no such file */
	unsigned char bytes[KIND_MAX];
} kinds[] = {
	{ .name = "xterm" },
	{ .name = "xterm-256color" },
	{ .name = "screen" },
	{ .name = "screen-256color" },
	{ .name = "tmux" },
	{ .name = "tmux-256color" },
	{ .name = "linux" },
	{ .name = "rxvt" },
	{ .name = "vt100" },
	{ .name = "vt220" },
};

/* Whose names begin so obey the same. */
static const struct {
	const char *prefix, *name;
} alike[] = {
	{ "xterm", "xterm" },
	{ "screen", "screen" },
	{ "tmux", "screen" },
	{ "rxvt", "rxvt" },
	{ "linux", "linux" },
	{ "vt", "vt100" },
	/* They say that they are xterm's kin. */
	{ "alacritty", "xterm" },
	{ "foot", "xterm" },
	{ "gnome", "xterm" },
	{ "konsole", "xterm" },
	{ "putty", "xterm" },
	{ "vte", "xterm" },
};

static size_t
read_kind(const char *folder, const char *name, unsigned char to[KIND_MAX])
{
	char path[128];
	CLOSES int fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%c/%s", folder, name[0], name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return 0;
	n = read(fd, to, KIND_MAX);
	return n <= 0 || n == KIND_MAX ? 0 : (size_t)n;
}

void
terminal_kinds_read(void)
{
	static const char *const folders[] = { "/etc/terminfo", "/lib/terminfo",
		"/usr/share/terminfo" };

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		for (size_t k = 0;
		     k < COUNT_OF(folders) && kinds[i].length == 0; k++)
			kinds[i].length = read_kind(folders[k], kinds[i].name,
			    kinds[i].bytes);
	}
}

/* RFC 4648's alphabet for names of files, which is the one that is read. */
static void
encode(const unsigned char *from, size_t n, char *to)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789-_";

	for (size_t i = 0; i < n; i += 3) {
		unsigned three = (unsigned)from[i] << 16;

		three |= i + 1 < n ? (unsigned)from[i + 1] << 8 : 0;
		three |= i + 2 < n ? from[i + 2] : 0;
		*to++ = digits[three >> 18];
		*to++ = digits[three >> 12 & 63];
		*to++ = i + 1 < n ? digits[three >> 6 & 63] : '=';
		*to++ = i + 2 < n ? digits[three & 63] : '=';
	}
	*to = '\0';
}

static bool
set_kind(const char *name)
{
	char text[sizeof(PREFIX) + BASE64(KIND_MAX)] = PREFIX;

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (kinds[i].length == 0 || strcmp(kinds[i].name, name) != 0)
			continue;
		encode(kinds[i].bytes, kinds[i].length, text + strlen(PREFIX));
		setenv("TERMINFO", text, 1);
		setenv("TERM", name, 1);
		return true;
	}
	return false;
}

void
terminal_kinds_set(const char *term)
{
	bool is_known = set_kind(term);

	for (size_t i = 0; i < COUNT_OF(alike) && !is_known; i++) {
		if (strncmp(alike[i].prefix, term, strlen(alike[i].prefix)) ==
		    0)
			is_known = set_kind(alike[i].name);
	}
	if (is_known)
		return;
	unsetenv("TERMINFO");
	setenv("TERM", "dumb", 1);
}
