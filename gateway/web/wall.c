/* wall.c - the walls that are open, and what is on them. */
#include "gateway/web/wall.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"
#include "gateway/web/listing.h"
#include "gateway/web/people.h"
#include "gateway/web/replay.h"
#include "gateway/web/tiles.h"
#include "gateway/web/wall_text.h"

#define EVENTS_MAX  64
#define ASK_EACH_MS 2000	    /* who is there */
#define GRACE_MS    5000	    /* a page that is loaded anew is no end */
#define ALONE_MS    (15 * 60000)    /* without a page */
#define LIFE_MS	    (12 * 3600000L) /* in any case */

static int
watch(const struct walls *all, int fd, void *whose, struct err *e)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = whose };

	if (epoll_ctl(all->epoll, EPOLL_CTL_ADD, fd, &event) == -1)
		return err_set(e, errno, "epoll");
	return 0;
}

int
walls_begin(struct walls *all,
    void (*told)(void *self, uint32_t order, enum wall_answer how,
	const char *text),
    void *self, struct err *e)
{
	*all = (struct walls){ .told = told, .self = self };
	LIST_INIT(&all->all);
	all->epoll = epoll_create1(EPOLL_CLOEXEC);
	return all->epoll == -1 ? err_set(e, errno, "epoll") : 0;
}

/* --- the link ---------------------------------------------------------------- */

static void
end_order(struct wall *w, bool is_done, const char *text)
{
	uint32_t order = w->order;
	enum wall_answer how = is_done ? ANSWER_TEXT : ANSWER_NO;
	FREES char *json = NULL;

	if (w->listing.is_on || replay_is_of(w, order)) {
		json =
		    w->listing.is_on ? listing_end(w) : wall_text_opened(order);
		how = !is_done || json == NULL ? ANSWER_NO : ANSWER_JSON;
	}
	if (how == ANSWER_JSON)
		text = json;
	else if (is_done && how == ANSWER_NO)
		text = "the gateway is out of memory";
	w->order = 0;
	if (order != 0)
		w->of->told(w->of->self, order, how, text);
}

static void
on_message(struct wall *w, struct msg *m)
{
	struct err ignored;
	struct tile *t;

	switch (m->type) {
	case MSG_HELLO:
		if (chan_check_hello(&w->link, m, &ignored) == -1)
			wall_end(w, "the gateway is of another build");
		break;
	case MSG_WALL_TILE:
		tiles_add(w, m);
		break;
	case MSG_WALL_TILE_OVER:
		t = tiles_find(w, m->wall_tile_over.tile);
		if (t != NULL)
			tile_end(t);
		break;
	case MSG_WALL_SEAT:
		people_take(w, &m->wall_seat);
		break;
	case MSG_WALL_SEATS_END:
		w->is_asking = false;
		people_end(w, m->wall_seats_end.hidden);
		break;
	case MSG_RECORDED:
		listing_take(w, &m->recorded);
		break;
	case MSG_WALL_REPLAYING:
		replay_open(w, m);
		break;
	case MSG_ADMIN_END:
		end_order(w, m->admin_end.status == 0, m->admin_end.text);
		break;
	default:
		break;
	}
}

static void
read_link(struct wall *w)
{
	struct err e = { 0 };
	struct msg m;

	while (!wall_is_over(w)) {
		switch (chan_recv(&w->link, &m, &e)) {
		case CHAN_MESSAGE:
			on_message(w, &m);
			msg_close(&m);
			break;
		case CHAN_EMPTY:
			return;
		case CHAN_CLOSED:
		case CHAN_UNKNOWN:
		case CHAN_BROKEN:
			wall_end(w,
			    "the gateway has closed this wall: it was upgraded,"
			    " or you are not staff of this lab any more");
			return;
		}
	}
}

static void
say(struct wall *w, const struct msg *m)
{
	struct err ignored;

	if (!wall_is_over(w) && chan_send(&w->link, m, &ignored) == -1)
		wall_end(w, "the gateway does not answer");
}

static void
show(struct wall *w, bool is_on)
{
	struct msg m;

	MSG_NEW(&m, WALL_SHOW, wall_show);
	m.wall_show.is_on = is_on;
	w->is_shown = is_on;
	say(w, &m);
}

/* Nobody looks. */
static void
hide(struct wall *w)
{
	show(w, false);
	replay_end(w, "no page of this wall was open");
}

static void
ask_people(struct wall *w, int64_t now)
{
	struct msg m;

	MSG_NEW(&m, WALL_SEATS_GET, wall_seats_get);
	w->is_asking = true;
	w->asked_ms = now;
	say(w, &m);
}

/* --- a wall ------------------------------------------------------------------ */

static int
open_link(struct wall *w, int fd, struct err *e)
{
	w->link = (struct chan){ fd, ADMIN, MONITOR };
	if (chan_nonblock(fd, e) == -1 || chan_hello(&w->link, e) == -1)
		return -1;
	return watch(w->of, fd, w, e);
}

struct wall *
walls_add(struct walls *all, int fd, const struct msg_wall_entered *told,
    const char *origin, char cookie[COOKIE_SIZE])
{
	CLOSES int own = fd;
	struct wall *w;
	struct err ignored;

	if (all->count >= WALLS_MAX || !cookie_make(cookie))
		return NULL;
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return NULL;
	w->source = SOURCE_WALL;
	w->of = all;
	replay_init(w);
	TAILQ_INIT(&w->tiles);
	TAILQ_INIT(&w->people);
	w->begun_ms = w->left_ms = clock_ms();
	text_copy(w->lab, NAME_SIZE, told->lab);
	text_copy(w->account, NAME_SIZE, told->account);
	text_copy(w->origin, TEXT_SIZE, origin);
	if (!cookie_hash(cookie, &w->cookie) ||
	    open_link(w, own, &ignored) == -1) {
		free(w);
		return NULL;
	}
	own = -1;
	LIST_INSERT_HEAD(&all->all, w, next);
	all->count++;
	return w;
}

/* All are compared. */
struct wall *
walls_find(const struct walls *all, const char *cookie)
{
	struct wall *w, *found = NULL;
	struct cookie_hash hash;

	if (!cookie_hash(cookie, &hash))
		return NULL;
	LIST_FOREACH(w, &all->all, next) {
		if (cookie_is_same(&w->cookie, &hash) && !wall_is_over(w))
			found = w;
	}
	return found;
}

void
wall_end(struct wall *w, const char *why)
{
	struct tile *t;

	if (wall_is_over(w))
		return;
	scope_close(&w->link.fd);
	text_copy(w->why, sizeof(w->why), why);
	end_order(w, false, why);
	replay_end(w, why);
	TAILQ_FOREACH(t, &w->tiles, next)
		tile_end(t);
	w->version++;
}

static void
wall_free(struct wall *w)
{
	tiles_sweep(w, true);
	people_free(w);
	LIST_REMOVE(w, next);
	w->of->count--;
	free(w);
}

bool
wall_has_order(const struct wall *w)
{
	return w->order != 0;
}

void
wall_order(struct wall *w, uint32_t order, const struct msg *m)
{
	w->order = order;
	if (m->type == MSG_ADMIN_RECORDINGS)
		listing_begin(w);
	say(w, m);
}

void
wall_page_opened(struct wall *w)
{
	w->pages++;
}

void
wall_page_closed(struct wall *w)
{
	w->pages--;
	w->left_ms = clock_ms();
}

/* --- the loop's part --------------------------------------------------------- */

void
walls_serve(struct walls *all)
{
	struct epoll_event events[EVENTS_MAX];
	int n = epoll_wait(all->epoll, events, EVENTS_MAX, 0);

	for (int i = 0; i < n; i++) {
		enum wall_source *source = events[i].data.ptr;

		if (*source == SOURCE_TILE)
			tile_read(events[i].data.ptr);
		else if (*source == SOURCE_REPLAY)
			replay_read(events[i].data.ptr);
		else
			read_link(events[i].data.ptr);
	}
}

static void
shorten(int *ms, int64_t to)
{
	if (*ms == -1 || to < *ms)
		*ms = to < 0 ? 0 : (int)to;
}

/* What is to happen when; *ms is shortened to the next. */
static void
look(struct wall *w, int64_t now, int *ms)
{
	int64_t alone = w->pages > 0 ? 0 : now - w->left_ms;

	if (now - w->begun_ms >= LIFE_MS)
		wall_end(w, "this wall was open for twelve hours");
	else if (alone >= ALONE_MS)
		wall_end(w, "no page of this wall was open");
	else if (w->pages > 0 && !w->is_shown)
		show(w, true);
	else if (w->is_shown && alone >= GRACE_MS)
		hide(w);
	if (wall_is_over(w))
		return;
	if (w->is_shown && !w->is_asking && now - w->asked_ms >= ASK_EACH_MS)
		ask_people(w, now);
	if (w->is_shown)
		shorten(ms, w->pages > 0 ? ASK_EACH_MS : GRACE_MS - alone);
	else
		shorten(ms, ALONE_MS - alone);
}

int
walls_turn(struct walls *all)
{
	int64_t now = clock_ms();
	struct wall *w, *after;
	int ms = -1;

	for (w = LIST_FIRST(&all->all); w != NULL; w = after) {
		after = LIST_NEXT(w, next);
		tiles_sweep(w, false);
		if (!wall_is_over(w))
			look(w, now, &ms);
		if (wall_is_over(w) && w->pages == 0)
			wall_free(w);
	}
	return ms;
}
