/* glass.c - the terminal of whoever watches. */
#include "gateway/admin/watch/glass.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define QUEUE_MAX (4U << 20) /* a picture is 256 KiB at most */
#define CLOSE_MS  1000

int
glass_check(const char *command, struct err *e)
{
	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		return 0;
	return err_set(e, 0,
	    "%s needs a terminal to show another one on: standard input and"
	    " output are none; by ssh give it one with -t, as in 'ssh -t"
	    " ann@host atoll %s bob+c101'",
	    command, command);
}

void
glass_measure(struct glass *g)
{
	struct winsize size = { 0 };

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	g->rows = size.ws_row == 0 ? 24 : size.ws_row;
	g->cols = size.ws_col == 0 ? 80 : size.ws_col;
}

int
glass_open(struct glass *g, struct err *e)
{
	struct termios raw;

	*g = (struct glass){ .flags = fcntl(STDOUT_FILENO, F_GETFL) };
	if (g->flags == -1 || tcgetattr(STDIN_FILENO, &g->was) == -1)
		return err_set(e, errno, "your terminal");
	raw = g->was;
	cfmakeraw(&raw);
	if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) == -1)
		return err_set(e, errno, "your terminal");
	g->is_raw = true;
	if (fcntl(STDOUT_FILENO, F_SETFL, g->flags | O_NONBLOCK) == -1) {
		glass_close(g);
		return err_set(e, errno, "your terminal");
	}
	glass_measure(g);
	return 0;
}

static bool
make_room(struct glass *g, size_t n)
{
	size_t room = g->room == 0 ? 4096 : g->room;
	char *bigger;

	if (g->at == g->n)
		g->at = g->n = 0;
	if (g->room - g->n >= n)
		return true;
	while (room - g->n < n)
		room *= 2;
	bigger = room > QUEUE_MAX ? NULL : realloc(g->queue, room);
	if (bigger == NULL)
		return false;
	g->queue = bigger;
	g->room = room;
	return true;
}

void
glass_write(struct glass *g, const void *bytes, size_t n)
{
	if (n == 0 || g->is_lost)
		return;
	if (!make_room(g, n)) {
		g->is_lost = true;
		return;
	}
	memcpy(g->queue + g->n, bytes, n);
	g->n += n;
}

void
glass_text(struct glass *g, const char *text)
{
	glass_write(g, text, strlen(text));
}

void
glass_print(struct glass *g, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	glass_write(g, text,
	    (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

bool
glass_is_busy(const struct glass *g)
{
	return g->at < g->n && !g->is_lost;
}

void
glass_flush(struct glass *g)
{
	while (glass_is_busy(g)) {
		ssize_t n =
		    write(STDOUT_FILENO, g->queue + g->at, g->n - g->at);

		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n == -1) {
			g->is_lost = true;
			return;
		}
		g->at += (size_t)n;
	}
}

void
glass_close(struct glass *g)
{
	struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };

	glass_flush(g);
	while (glass_is_busy(g) && poll(&p, 1, CLOSE_MS) == 1)
		glass_flush(g);
	if (g->is_raw) {
		fcntl(STDOUT_FILENO, F_SETFL, g->flags);
		tcsetattr(STDIN_FILENO, TCSANOW, &g->was);
	}
	free(g->queue);
	*g = (struct glass){ 0 };
}
