/*
 * attach.c - a terminal of the sandbox that outlives this connection.
 *
 * All of this comes from init, which may be anybody's: what paints the screen is
 * as good as what its programs print, so it is bounded and not looked at.
 */
#include "gateway/session/terminal/attach.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "gateway/base/signals.h"
#include "gateway/base/terminal_modes.h"
#include "gateway/session/session.h"
#include "gateway/session/terminal/channel.h"

#define WHEN_SIZE 32

enum spawn_keep
attach_may_keep(const struct channel *c)
{
	return c->request.pty && c->request.kind == SPAWN_SHELL ? KEEP_TERMINAL
								: KEEP_NONE;
}

bool
attach_take_ring(struct channel *c, const struct msg *m, struct err *e)
{
	if (attach_may_keep(c) == KEEP_NONE ||
	    terminal_ring_open(&c->ring, m->fd[1], e) == -1)
		return false;
	c->is_kept = true;
	return true;
}

/* A file that can be read without a wait: of all that init could pass, only a
 * memfd has seals. */
static bool
is_memory(int fd, size_t *size)
{
	struct stat st;

	if (fcntl(fd, F_GET_SEALS) == -1 || fstat(fd, &st) == -1 ||
	    st.st_size < 0 || st.st_size > (off_t)TERMINAL_PAINT_BYTES)
		return false;
	*size = (size_t)st.st_size;
	return true;
}

static void
paint(struct channel *c, int fd)
{
	FREES char *bytes = NULL;
	size_t size = 0;
	ssize_t n;

	if (!is_memory(fd, &size) || size == 0)
		return;
	bytes = malloc(size);
	if (bytes == NULL)
		return;
	n = read(fd, bytes, size);
	if (n > 0)
		channel_print(c, bytes, (size_t)n);
}

/* In the host's time zone, which was loaded before the jail; with the day when
 * that is another. */
static void
write_when(uint64_t since, char to[WHEN_SIZE])
{
	time_t then = (time_t)since, now = time(NULL);
	struct tm a, b;

	text_copy(to, WHEN_SIZE, "before");
	if (then < 0 || localtime_r(&then, &a) == NULL ||
	    localtime_r(&now, &b) == NULL)
		return;
	strftime(to, WHEN_SIZE,
	    a.tm_yday == b.tm_yday && a.tm_year == b.tm_year ? "%H:%M"
							     : "%e %b %H:%M",
	    &a);
}

void
attach_show(struct channel *c, const struct msg *m)
{
	char when[WHEN_SIZE], text[128];

	write_when(m->attached.since, when);
	snprintf(text, sizeof(text), "your terminal of %s is back", when);
	channel_say(c, text);
	paint(c, m->fd[2]);
}

void
attach_show_ended(struct channel *c, const struct msg *m)
{
	const struct msg_terminal_ended *over = &m->terminal_ended;
	const char *name = signal_name(over->signal);
	char when[WHEN_SIZE], text[256];

	write_when(over->since, when);
	paint(c, m->fd[0]);
	channel_print(c, terminal_reset, strlen(terminal_reset));
	if (over->signal == 0)
		snprintf(text, sizeof(text),
		    "your terminal of %s has ended while you were away: exit"
		    " status %" PRIu32,
		    when, over->status);
	else
		snprintf(text, sizeof(text),
		    "your terminal of %s has ended while you were away: signal"
		    " %s",
		    when, name == NULL ? "of its own" : name);
	channel_say(c, text);
}
