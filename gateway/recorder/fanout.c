/* fanout.c - one terminal, shown to any number of watchers. */
#include "gateway/recorder/fanout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"
#include "gateway/recorder/watcher.h"
#include "gateway/screen/snapshot_tail.h"

#define EVENTS_MAX   64
#define PICTURE_MS   100  /* between two of one watcher, at least */
#define REST_MS	     1000 /* after one that could not be made */
#define SOCKET_BYTES (64 << 10)
#define STAGE_MS     3	  /* between two views of a stage, for each who looks */
#define PART_MS	     10	  /* and between two parts of those who get one, */
#define PART	     10	  /* who are so many */
#define STAGE_BYTES  1	  /* the least that the kernel gives: a few views */
#define TILE_MS	     1000 /* between two views of a tile, at least, */
#define TILES_MS     10	  /* and for each tile that there is */
#define MISSES_MAX   30	  /* then a recording is not played any more */

/* --- what was printed ------------------------------------------------------- */

/* Filtered bytes for the watchers that show the screen. */
struct output {
	struct fanout *f;
	struct watcher *only; /* or NULL: all of them */
	size_t n;
	uint8_t bytes[8192];
};

static bool
is_live(const struct watcher *w)
{
	return w->state == WATCHER_SHOWN && watcher_is_exact(w);
}

static void
flush(struct output *o)
{
	struct watcher *w;

	if (o->n == 0)
		return;
	LIST_FOREACH(w, &o->f->watchers, next) {
		if (is_live(w) && (o->only == NULL || o->only == w))
			watcher_output(w, o->bytes, o->n);
	}
	o->n = 0;
}

/* A student's title is no title of a watcher's window. */
static void
add(void *self, const uint8_t *bytes, size_t n)
{
	struct output *o = self;

	if (n > 1 && bytes[0] == ESC && bytes[1] == ']')
		return;
	while (n > 0) {
		size_t part = sizeof(o->bytes) - o->n;

		if (part > n)
			part = n;
		memcpy(o->bytes + o->n, bytes, part);
		o->n += part;
		bytes += part;
		n -= part;
		if (o->n == sizeof(o->bytes))
			flush(o);
	}
}

static void
send_output(struct fanout *f, struct watcher *only,
    struct terminal_filter *filter, const uint8_t *bytes, size_t n)
{
	struct output o = { .f = f, .only = only };
	const struct terminal_sink sink = { .self = &o, .bytes = add };

	terminal_filter_run(filter, bytes, n, &sink);
	flush(&o);
}

static bool
has_live(const struct fanout *f)
{
	const struct watcher *w;

	LIST_FOREACH(w, &f->watchers, next) {
		if (is_live(w))
			return true;
	}
	return false;
}

/* Those of a window of another size.  Whoever plays a recording says when. */
static void
make_stale(struct fanout *f, bool is_all)
{
	struct watcher *w;

	LIST_FOREACH(w, &f->watchers, next) {
		if (w->state == WATCHER_SHOWN && !w->is_played &&
		    (is_all || !watcher_is_exact(w)))
			watcher_step(w, WATCHER_STALE);
	}
}

void
fanout_output(struct fanout *f, const uint8_t *bytes, size_t n)
{
	terminal_ring_append(&f->ring, bytes, n);
	if (LIST_EMPTY(&f->watchers))
		return;
	if (terminal_due_look(&f->due, &f->ring) &&
	    terminal_due_take(&f->due, &f->ring, clock_ms()))
		f->is_due = true;
	if (has_live(f))
		send_output(f, NULL, &f->live, bytes, n);
	make_stale(f, false);
}

/* A sequence that began before what is missing goes no further. */
void
fanout_lost(struct fanout *f)
{
	static const uint8_t cancel[] = { CAN };

	fanout_output(f, cancel, sizeof(cancel));
}

void
fanout_resize(struct fanout *f, unsigned rows, unsigned cols)
{
	if (rows == 0 || cols == 0 || (rows == f->rows && cols == f->cols))
		return;
	f->rows = rows;
	f->cols = cols;
	make_stale(f, true);
}

void
fanout_over(struct fanout *f, uint32_t status, uint32_t signal)
{
	struct watcher *w;

	LIST_FOREACH(w, &f->watchers, next)
		watcher_end(w, status, signal);
}

/* --- pictures --------------------------------------------------------------- */

/* What was printed while its picture was made. */
static void
catch_up(struct fanout *f, struct watcher *w, const struct snapshot *made)
{
	FREES struct terminal_ring_copy *copy = NULL;
	struct err ignored;

	f->live = made->filter;
	if (made->position == f->ring.position)
		return;
	copy = malloc(sizeof(*copy));
	if (copy == NULL ||
	    terminal_ring_read(&f->ring, copy, &ignored) == -1 ||
	    made->position < copy->begin || made->position > copy->end) {
		watcher_step(w, WATCHER_STALE);
		return;
	}
	send_output(f, w, &f->live, copy->data + (made->position - copy->begin),
	    copy->end - made->position);
}

static void
show(struct fanout *f, const struct snapshot *made)
{
	struct watcher *w;

	LIST_FOREACH(w, &f->watchers, next) {
		if (w->is_stage || w->state != WATCHER_STALE ||
		    !watcher_fits(w, &f->order) ||
		    !watcher_picture(w, made, f->order.is_view))
			continue;
		if (!f->order.is_view)
			catch_up(f, w, made);
		else if (made->position != f->ring.position)
			watcher_step(w, WATCHER_STALE);
	}
}

/* Sessions all have work with it: not all at once, so that whoever types meanwhile need
 * not wait for them. */
static void
give_part(struct fanout *f, int64_t now)
{
	struct watcher *w;
	int left = PART;

	f->part_ms = now;
	LIST_FOREACH(w, &f->watchers, next) {
		if (!w->is_stage || w->state != WATCHER_STALE ||
		    w->view == f->stage_views)
			continue;
		if (left-- == 0)
			return;
		w->view = f->stage_views;
		if (watcher_picture(w, &f->stage_view, true) &&
		    f->stage_view.position != f->ring.position)
			watcher_step(w, WATCHER_STALE);
	}
	snapshot_free(&f->stage_view);
}

static void
keep_stage_view(struct fanout *f, const struct snapshot *made)
{
	snapshot_free(&f->stage_view);
	f->stage_view = *made;
	f->stage_views++;
	f->stage_ms = clock_ms();
	give_part(f, f->stage_ms);
}

/* The next ones are made of it. */
static void
keep_base(struct fanout *f, const struct snapshot *made)
{
	snapshot_free(&f->base);
	f->base = *made;
	terminal_due_begin(&f->due, &f->ring, made->position);
}

/* Without a picture there is the last of the text.  The state of its parser is not
 * known. */
static void
show_tail(struct fanout *f)
{
	struct terminal_modes modes;
	struct snapshot tail;
	struct err ignored;

	if (snapshot_tail(&f->order, &tail, &ignored) == -1)
		return;
	modes = tail.filter.modes;
	terminal_filter_init(&tail.filter);
	tail.filter.modes = modes;
	show(f, &tail);
	snapshot_free(&tail);
}

/* Somebody waits for the answer, which a machine with much other work has late. */
static void
miss_view(struct fanout *f)
{
	struct watcher *w;

	LIST_FOREACH(w, &f->watchers, next) {
		if (w->is_played && w->state == WATCHER_STALE &&
		    (++w->misses == MISSES_MAX || f->of->painter.fd == -1))
			watcher_refuse(w,
			    "the gateway cannot draw this screen now: try"
			    " again in a minute");
	}
}

static void
on_made(void *self, struct snapshot *made)
{
	struct fanout *f = self;

	if (made == NULL) {
		f->rest_until_ms = clock_ms() + REST_MS;
		f->is_due = false;
		if (!f->order.is_view)
			show_tail(f);
		else
			miss_view(f);
		return;
	}
	show(f, made);
	if (f->is_for_stage)
		keep_stage_view(f, made);
	else if (f->order.is_view)
		snapshot_free(made);
	else
		keep_base(f, made);
}

/* However many there are, some hundred pictures are made for them in a second at most. */
static int64_t
tile_pause(const struct fanouts *all)
{
	int64_t pause = (int64_t)all->tiles * TILES_MS;

	return pause > TILE_MS ? pause : TILE_MS;
}

/* Those of a stage are shown the same, later the more they are: so some three hundred
 * views are sent in a second at most, however many look and whatever is printed. */
static int64_t
due_at(const struct watcher *w)
{
	const struct fanout *f = w->fan;
	int64_t pause = (int64_t)f->stage_count * STAGE_MS;

	if (w->is_stage)
		return f->stage_ms + (pause > PICTURE_MS ? pause : PICTURE_MS);
	if (w->shown_ms == 0)
		return 0;
	return w->shown_ms + (w->is_tile && !w->is_played
				     ? tile_pause(w->fan->of)
				     : PICTURE_MS);
}

/* A watcher whose picture is due; NULL: none, and *ms is when the next is. */
static const struct watcher *
next_due(const struct fanout *f, int64_t now, int *ms)
{
	const struct watcher *w;

	LIST_FOREACH(w, &f->watchers, next) {
		int64_t at = due_at(w);

		if (w->state != WATCHER_STALE ||
		    (w->is_stage && f->stage_view.file != -1))
			continue;
		if (at <= now)
			return w;
		if (*ms == -1 || at - now < *ms)
			*ms = (int)(at - now);
	}
	return NULL;
}

/* Of the terminal's own size, for it alone; or for a watcher. */
static void
write_order(struct fanout *f, const struct watcher *w)
{
	f->order = (struct snapshot_order){ .ring = &f->ring,
		.ring_file = f->ring_file,
		.base = f->base.file == -1 ? NULL : &f->base,
		.rows = f->rows,
		.cols = f->cols,
		.to_rows = f->rows,
		.to_cols = f->cols };
	if (w != NULL)
		watcher_order(w, &f->order);
	f->is_for_stage = w != NULL && w->is_stage;
}

static void
turn(struct fanout *f, int64_t now, int *ms)
{
	const struct watcher *w;
	struct err ignored;

	if (f->stage_view.file != -1 && now - f->part_ms >= PART_MS)
		give_part(f, now);
	if (f->stage_view.file != -1)
		*ms = PART_MS;
	if (f->painting.number != 0)
		return; /* it tells when it is done */
	if (now < f->rest_until_ms) {
		if (*ms == -1 || f->rest_until_ms - now < *ms)
			*ms = (int)(f->rest_until_ms - now);
		return;
	}
	w = next_due(f, now, ms);
	if (w == NULL && !f->is_due)
		return;
	if (!painter_has_room(&f->of->painter) && f->of->painter.fd != -1)
		return; /* likewise, another's */
	write_order(f, f->is_due ? NULL : w);
	f->is_due = false;
	if (painter_ask(&f->of->painter, &f->painting, &f->order, &ignored) ==
	    -1) {
		on_made(f, NULL);
		if (*ms == -1 || *ms > REST_MS)
			*ms = REST_MS;
	}
}

/* --- all ---------------------------------------------------------------------- */

int
fanouts_begin(struct fanouts *all, struct err *e)
{
	LIST_INIT(&all->all);
	all->epoll = epoll_create1(EPOLL_CLOEXEC);
	return all->epoll == -1 ? err_set(e, errno, "epoll") : 0;
}

void
fanouts_end(struct fanouts *all)
{
	while (!LIST_EMPTY(&all->all))
		fanout_free(LIST_FIRST(&all->all));
	painter_stop(&all->painter);
	scope_close(&all->epoll);
}

/* None is freed here: it may be in a later event. */
void
fanouts_serve(struct fanouts *all)
{
	struct epoll_event events[EVENTS_MAX];
	int n = epoll_wait(all->epoll, events, EVENTS_MAX, 0);

	for (int i = 0; i < n; i++)
		watcher_serve(events[i].data.ptr, events[i].events);
	if (all->painter.fd != -1)
		painter_serve(&all->painter);
}

static void
sweep(struct fanout *f)
{
	struct watcher *w, *after;

	for (w = LIST_FIRST(&f->watchers); w != NULL; w = after) {
		after = LIST_NEXT(w, next);
		if (w->state == WATCHER_GONE)
			watcher_free(w);
	}
}

int
fanouts_turn(struct fanouts *all)
{
	int64_t now = clock_ms();
	struct fanout *f;
	int ms = -1;

	LIST_FOREACH(f, &all->all, next) {
		if (LIST_EMPTY(&f->watchers))
			continue;
		sweep(f);
		turn(f, now, &ms);
	}
	return ms;
}

/* --- one ---------------------------------------------------------------------- */

struct fanout *
fanout_new(struct fanouts *all, unsigned rows, unsigned cols, struct err *e)
{
	struct fanout *f = calloc(1, sizeof(*f));

	if (f == NULL) {
		err_set(e, ENOMEM, "a watched terminal");
		return NULL;
	}
	if (terminal_ring_create(&f->ring, &f->ring_file, e) == -1) {
		free(f);
		return NULL;
	}
	f->of = all;
	f->rows = rows == 0 ? 24 : rows;
	f->cols = cols == 0 ? 80 : cols;
	f->base.file = f->stage_view.file = -1;
	f->painting.done = on_made;
	f->painting.self = f;
	terminal_due_begin(&f->due, &f->ring, 0);
	LIST_INSERT_HEAD(&all->all, f, next);
	return f;
}

void
fanout_free(struct fanout *f)
{
	while (!LIST_EMPTY(&f->watchers))
		watcher_free(LIST_FIRST(&f->watchers));
	painter_cancel(&f->of->painter, &f->painting);
	snapshot_free(&f->base);
	snapshot_free(&f->stage_view);
	terminal_ring_close(&f->ring);
	scope_close(&f->ring_file);
	LIST_REMOVE(f, next);
	free(f);
}

static struct watcher *
add_watcher(struct fanout *f, uint32_t number, int fd, unsigned rows,
    unsigned cols, bool is_stage, struct err *e)
{
	const int size = is_stage ? STAGE_BYTES : SOCKET_BYTES;
	struct watcher *w = calloc(1, sizeof(*w));
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = w };

	if (w == NULL ||
	    epoll_ctl(f->of->epoll, EPOLL_CTL_ADD, fd, &event) == -1) {
		err_set(e, w == NULL ? ENOMEM : errno, "a watcher");
		free(w);
		close(fd);
		return NULL;
	}
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	*w = (struct watcher){ .fan = f,
		.number = number,
		.fd = fd,
		.rows = rows == 0 ? f->rows : rows,
		.cols = cols == 0 ? f->cols : cols,
		.is_stage = is_stage };
	f->stage_count += is_stage;
	LIST_INSERT_HEAD(&f->watchers, w, next);
	return w;
}

int
fanout_add(struct fanout *f, uint32_t number, int fd, unsigned rows,
    unsigned cols, struct err *e)
{
	return add_watcher(f, number, fd, rows, cols, false, e) == NULL ? -1
									: 0;
}

int
fanout_add_stage(struct fanout *f, uint32_t number, int fd, struct err *e)
{
	return add_watcher(f, number, fd, 0, 0, true, e) == NULL ? -1 : 0;
}

int
fanout_add_tile(struct fanout *f, uint32_t number, int fd, struct err *e)
{
	struct watcher *w = add_watcher(f, number, fd, 0, 0, false, e);

	if (w == NULL)
		return -1;
	w->is_tile = true;
	f->of->tiles++;
	return 0;
}

int
fanout_add_played(struct fanout *f, int fd, struct err *e)
{
	if (fanout_add_tile(f, 0, fd, e) == -1)
		return -1;
	LIST_FIRST(&f->watchers)->is_played = true;
	watcher_step(LIST_FIRST(&f->watchers), WATCHER_SHOWN);
	return 0;
}

void
fanouts_drop(struct fanouts *all, uint32_t number)
{
	struct fanout *f;
	struct watcher *w;

	LIST_FOREACH(f, &all->all, next) {
		LIST_FOREACH(w, &f->watchers, next) {
			if (w->number == number)
				watcher_step(w, WATCHER_GONE);
		}
	}
}
