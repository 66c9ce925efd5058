/* tiles.c - the terminals that are on a wall. */
#include "gateway/web/tiles.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "gateway/base/scope.h"
#include "gateway/base/watching.h"
#include "gateway/web/view_read.h"
#include "gateway/wire/rights.h"

#define PACKETS_MAX 4 /* of one tile in a turn */

static void
tile_changed(struct tile *t)
{
	struct wall *w = t->wall;

	t->version = ++w->version;
	TAILQ_REMOVE(&w->tiles, t, next);
	TAILQ_INSERT_TAIL(&w->tiles, t, next);
}

/* An event of this turn may still name it. */
void
tile_end(struct tile *t)
{
	if (t->fd == -1)
		return;
	scope_close(&t->fd); /* which takes it from epoll, too */
	t->wall->left = ++t->wall->version;
}

static void
tile_free(struct tile *t)
{
	TAILQ_REMOVE(&t->wall->tiles, t, next);
	t->wall->of->tiles--;
	scope_close(&t->fd);
	free(t->view);
	free(t);
}

void
tiles_add(struct wall *w, struct msg *m)
{
	const struct msg_wall_tile *told = &m->wall_tile;
	struct tile *t;
	struct epoll_event event = { .events = EPOLLIN };
	struct err ignored;

	if (w->of->tiles >= WALL_TILES_MAX)
		return;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return;
	t->source = SOURCE_TILE;
	t->wall = w;
	t->version = ++w->version;
	t->number = told->tile;
	t->terminal = told->terminal;
	text_copy(t->account, NAME_SIZE, told->account);
	t->fd = take_fd(&m->fd[0]);
	TAILQ_INSERT_TAIL(&w->tiles, t, next);
	w->of->tiles++;
	event.data.ptr = t;
	if (chan_nonblock(t->fd, &ignored) == -1 ||
	    epoll_ctl(w->of->epoll, EPOLL_CTL_ADD, t->fd, &event) == -1)
		tile_end(t);
}

struct tile *
tiles_find(const struct wall *w, uint32_t number)
{
	struct tile *t;

	TAILQ_FOREACH(t, &w->tiles, next) {
		if (t->number == number)
			break;
	}
	return t;
}

static void
take_view(struct tile *t, int fd)
{
	const char *view = view_read(fd);
	char *kept;

	if (view == NULL || (t->view != NULL && strcmp(t->view, view) == 0))
		return;
	kept = strdup(view);
	if (kept == NULL)
		return;
	free(t->view);
	t->view = kept;
	tile_changed(t);
}

/* False when there is nothing more now. */
static bool
read_packet(struct tile *t)
{
	static uint8_t packet[TAP_PACKET_MAX];
	const uint8_t *at = packet;
	struct tap_frame f;
	struct rights r;
	ssize_t n = rights_recv(t->fd, packet, sizeof(packet), 1, &r);
	size_t left = n < 0 ? 0 : (size_t)n;

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) {
		tile_end(t);
		return false;
	}
	while (tap_next(&at, &left, &f) == 1) {
		if (f.kind == TAP_SIZE)
			tap_read_size(&f, &t->rows, &t->cols);
		else if (f.kind == WATCH_VIEW && r.count == 1)
			take_view(t, r.fd[0]);
	}
	rights_close(&r);
	return true;
}

void
tile_read(struct tile *t)
{
	for (int i = 0; i < PACKETS_MAX && t->fd != -1; i++) {
		if (!read_packet(t))
			return;
	}
}

void
tiles_sweep(struct wall *w, bool is_all)
{
	struct tile *t, *after;

	for (t = TAILQ_FIRST(&w->tiles); t != NULL; t = after) {
		after = TAILQ_NEXT(t, next);
		if (is_all || t->fd == -1)
			tile_free(t);
	}
}
