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
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"
#include "gateway/base/signals.h"
#include "gateway/base/terminal_modes.h"
#include "gateway/session/senders.h"
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
attach_take(struct channel *c, const struct msg *m, struct err *e)
{
	if (attach_may_keep(c) == KEEP_NONE ||
	    terminal_ring_open(&c->ring, m->fd[1], e) == -1)
		return false;
	/* Init made the last picture when it gave the ring away. */
	terminal_due_begin(&c->due, &c->ring, c->ring.position);
	c->fullscreen.is_on = c->due.is_alternate;
	c->terminal = m->type == MSG_ATTACHED ? m->attached.terminal
					      : m->spawned_terminal.terminal;
	c->is_kept = true;
	return true;
}

void
attach_record(struct channel *c, const char *bytes, size_t n)
{
	struct msg m;

	terminal_ring_append(&c->ring, bytes, n);
	if (c->ring.map == NULL || !terminal_due_look(&c->due, &c->ring) ||
	    !terminal_due_take(&c->due, &c->ring, clock_ms()))
		return;
	MSG_NEW(&m, TERMINAL_DRAWN, terminal_drawn);
	m.serial = c->serial;
	link_hint_init(c->session, &m);
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

/* What the file has, which is the caller's to free; NULL: nothing. */
static char *
read_picture(int fd, size_t *length)
{
	char *bytes;
	ssize_t n;

	if (!is_memory(fd, length) || *length == 0)
		return NULL;
	bytes = malloc(*length);
	n = bytes == NULL ? -1 : read(fd, bytes, *length);
	if (n <= 0) {
		free(bytes);
		return NULL;
	}
	*length = (size_t)n;
	return bytes;
}

static void
paint(struct channel *c, int fd)
{
	FREES char *bytes = NULL;
	size_t length = 0;

	bytes = read_picture(fd, &length);
	if (bytes == NULL)
		return;
	channel_print(c, bytes, length);
	tap_copy(&c->tap, bytes, length);
}

/* The text where init says that it may be, and what is under it later.  False
 * when there is no place for it. */
static bool
paint_with_note(struct channel *c, const struct msg_attached *m, int fd,
    const char *text)
{
	FREES char *bytes = NULL;
	size_t length = 0, at = m->note_at, under = m->note_under;
	char note[NOTE_BYTES];

	if (at == 0 || at >= under)
		return false;
	bytes = read_picture(fd, &length);
	if (bytes == NULL || under >= length ||
	    !note_keep(&c->note, bytes + under, length - under))
		return false;
	channel_print(c, bytes, at);
	channel_print(c, note, note_write(text, c->request.cols, note));
	channel_print(c, bytes + at, under - at);
	tap_copy(&c->tap, bytes, length); /* without the note */
	c->is_noted = true;
	return true;
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

/* The program does so once it is told of a change of size, which the kernel tells
 * it only when there is one. */
void
attach_draw_anew(const struct channel *c)
{
	struct msg m;

	MSG_NEW(&m, SIGNAL, signal);
	m.serial = c->serial;
	m.signal.number = SIGWINCH;
	link_tell_init(c->session, &m);
}

void
attach_show(struct channel *c, const struct msg *m)
{
	char when[WHEN_SIZE], text[128];

	write_when(m->attached.since, when);
	snprintf(text, sizeof(text), "atoll: your terminal of %s is back",
	    when);
	if (paint_with_note(c, &m->attached, m->fd[2], text))
		return;
	channel_say(c, text + strlen("atoll: "));
	lseek(m->fd[2], 0, SEEK_SET);
	paint(c, m->fd[2]);
	attach_draw_anew(c);
}

static bool
has_output(const struct channel *c)
{
	struct pollfd p = { .fd = c->out[OUT].fd, .events = POLLIN };

	return c->out[OUT].fd == -1 || poll(&p, 1, 0) == 1;
}

/* Told before, the program would print, and the note be gone at once. */
void
attach_check_note(struct channel *c)
{
	if (!c->is_noted)
		return;
	if (note_timeout(&c->note) == 0 || has_output(c))
		channel_end_note(c);
	if (c->note.under != NULL)
		return;
	c->is_noted = false;
	attach_draw_anew(c);
}

void
attach_show_new(struct channel *c)
{
	char text[128];

	channel_print(c, terminal_reset, strlen(terminal_reset));
	snprintf(text, sizeof(text),
	    "this is terminal %" PRIu32 ", and terminal %" PRIu32
	    " waits for you: 'lab attach %" PRIu32 "'",
	    c->terminal, c->came_from, c->came_from);
	channel_say(c, text);
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
