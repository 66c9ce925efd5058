/* playing.c - recordings that are played. */
#include "gateway/recorder/playing.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/cast_line.h"
#include "gateway/base/clock.h"
#include "gateway/base/scope.h"
#include "gateway/recorder/archive.h"
#include "gateway/recorder/cast.h"
#include "gateway/recorder/watcher.h"
#include "gateway/wire/rights.h"

#define TURN_BYTES (64u << 10) /* of one file, in one turn */

struct playing {
	TAILQ_ENTRY(playing) next;
	struct playings *of;
	struct fanout *fan; /* owned; it has one watcher */
	int file;	    /* owned */
	struct cast_size size;
	off_t begin, offset; /* of the first event, and of the next */
	uint64_t fed_ms;     /* when the last event was that fan has had */
	uint64_t based_at;   /* fan's ring, when its last base was asked for */
	bool is_changed;     /* since the last view */
};

/* How a turn went: there is more to be read, fan has it all, or it is no recording. */
enum fed { FED_SOME, FED_ALL, FED_BROKEN };

/* Always with one whole line at least, if there is one. */
static char lines[2 * CAST_LINE_MAX + 1];

void
playings_begin(struct playings *all, struct fanouts *fans)
{
	*all = (struct playings){ .fans = fans };
	TAILQ_INIT(&all->all);
}

static void
playing_free(struct playing *p)
{
	TAILQ_REMOVE(&p->of->all, p, next);
	p->of->count--;
	if (p->fan != NULL)
		fanout_free(p->fan);
	scope_close(&p->file);
	free(p);
}

void
playings_end(struct playings *all)
{
	while (!TAILQ_EMPTY(&all->all))
		playing_free(TAILQ_FIRST(&all->all));
}

/* --- the file --------------------------------------------------------------- */

static size_t
read_lines(const struct playing *p, off_t from)
{
	ssize_t n = pread(p->file, lines, sizeof(lines) - 1, from);

	lines[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

static int
read_header(struct playing *p, struct err *e)
{
	size_t n = read_lines(p, 0);
	char *end = memchr(lines, '\n', n);

	if (end == NULL)
		return err_set(e, 0, "this recording is empty as yet");
	*end = '\0';
	p->begin = p->offset = end + 1 - lines;
	return cast_line_header(lines, &p->size, e);
}

/* The time of its last whole line: it may be written still. */
static uint64_t
duration(const struct playing *p)
{
	off_t size = lseek(p->file, 0, SEEK_END);
	off_t from = size - (off_t)sizeof(lines) + 1;
	size_t n = read_lines(p, from > p->begin ? from : p->begin);
	char *end = memrchr(lines, '\n', n), *begin;
	struct cast_event event;
	struct err ignored;

	if (end == NULL)
		return 0;
	*end = '\0';
	begin = memrchr(lines, '\n', (size_t)(end - lines));
	return cast_line_event(begin == NULL ? lines : begin + 1, &event,
		   &ignored) == -1
		   ? 0
		   : event.at_ms;
}

/* --- its terminal ----------------------------------------------------------- */

/* What the ring is going to lose, and what was printed in a terminal of another size,
 * is in a picture, of which the next ones are made. */
static void
ask_for_base(struct playing *p)
{
	p->fan->is_due = true;
	p->based_at = p->fan->ring.position;
}

/* False: not before there is such a picture. */
static bool
show_event(struct playing *p, const struct cast_event *event)
{
	struct fanout *f = p->fan;
	struct cast_size size;

	if (event->kind == 'o') {
		fanout_output(f, (const uint8_t *)event->text, event->length);
		p->is_changed = true;
	} else if (event->kind == 'r' && cast_line_size(event->text, &size)) {
		if (f->ring.position != p->based_at) {
			ask_for_base(p);
			return false;
		}
		fanout_resize(f, size.rows, size.cols);
		p->is_changed = true;
	}
	if (f->is_due || f->ring.position - p->based_at >= TERMINAL_DUE_BYTES)
		ask_for_base(p);
	return true;
}

static enum fed
feed(struct playing *p, uint64_t to_ms)
{
	size_t n = read_lines(p, p->offset), used = 0;
	struct cast_event event;
	struct err ignored;

	while (used < TURN_BYTES && !p->fan->is_due) {
		char *line = lines + used;
		char *end = memchr(line, '\n', n - used);

		/* One that is not whole is being written. */
		if (end == NULL && used == 0)
			return n == sizeof(lines) - 1 ? FED_BROKEN : FED_ALL;
		if (end == NULL)
			return FED_SOME;
		*end = '\0';
		if (cast_line_event(line, &event, &ignored) == -1)
			return FED_BROKEN;
		if (event.at_ms > to_ms)
			return FED_ALL;
		if (!show_event(p, &event))
			return FED_SOME;
		used += (size_t)(end + 1 - line);
		p->offset += end + 1 - line;
		p->fed_ms = event.at_ms;
	}
	return FED_SOME;
}

/* False without memory: it stays as it was. */
static bool
begin_anew(struct playing *p, struct watcher *w)
{
	struct err ignored;
	struct fanout *f =
	    fanout_new(p->of->fans, p->size.rows, p->size.cols, &ignored);

	if (f == NULL)
		return false;
	LIST_REMOVE(w, next);
	w->fan = f;
	LIST_INSERT_HEAD(&f->watchers, w, next);
	fanout_free(p->fan);
	p->fan = f;
	p->offset = p->begin;
	p->fed_ms = p->based_at = 0;
	p->is_changed = true;
	return true;
}

/* --- who looks -------------------------------------------------------------- */

static void
refuse(int fd, const char *why)
{
	static struct tap_packet p;

	tap_begin_packet(&p);
	tap_add(&p, TAP_MARKER, (uint64_t)clock_ms(), why, strlen(why));
	rights_send(fd, p.bytes, p.used, NULL, 0);
}

static int
open_one(struct playing *p, int dir, const char *file, int *fd, struct err *e)
{
	p->file = archive_open(dir, file, O_RDONLY, e);
	if (p->file == -1 || read_header(p, e) == -1)
		return -1;
	p->fan = fanout_new(p->of->fans, p->size.rows, p->size.cols, e);
	return p->fan == NULL ? -1 : fanout_add_played(p->fan, take_fd(fd), e);
}

void
playings_open(struct playings *all, int dir, const char *file, int watcher)
{
	CLOSES int fd = watcher;
	struct playing *p;
	struct err e = { 0 };

	if (all->count >= PLAYINGS_MAX) {
		refuse(fd, "too many recordings are played now");
		return;
	}
	p = calloc(1, sizeof(*p));
	if (p == NULL) {
		refuse(fd, "the gateway is out of memory");
		return;
	}
	p->of = all;
	p->file = -1;
	p->is_changed = true;
	TAILQ_INSERT_TAIL(&all->all, p, next);
	all->count++;
	if (open_one(p, dir, file, &fd, &e) == -1) {
		if (fd != -1)
			refuse(fd, e.text);
		playing_free(p);
	}
}

static void
tell_there(struct playing *p, struct watcher *w)
{
	w->is_asked = false;
	w->of_ms = duration(p);
	w->at_ms = w->seek_ms < w->of_ms ? w->seek_ms : w->of_ms;
	if (p->is_changed)
		watcher_step(w, WATCHER_STALE);
	else
		watcher_at(w);
	p->is_changed = false;
}

/* NULL: it is over. */
static struct watcher *
watcher_of(const struct playing *p)
{
	struct watcher *w = LIST_FIRST(&p->fan->watchers);

	return w == NULL || w->state == WATCHER_GONE ? NULL : w;
}

/* Not while a picture is made, or is to be: what it is made of stays until then. */
static bool
may_go_on(const struct playing *p, const struct watcher *w)
{
	return w->is_asked && w->state == WATCHER_SHOWN && !p->fan->is_due &&
	       p->fan->painting.number == 0;
}

static void
go_on(struct playing *p, struct watcher *w)
{
	if (w->seek_ms < p->fed_ms && !begin_anew(p, w)) {
		watcher_refuse(w, "the gateway is out of memory");
		return;
	}
	switch (feed(p, w->seek_ms)) {
	case FED_SOME:
		break;
	case FED_ALL:
		tell_there(p, w);
		break;
	case FED_BROKEN:
		watcher_refuse(w, "this recording is damaged here");
		break;
	}
}

bool
playings_turn(struct playings *all)
{
	struct playing *p, *after;

	for (p = TAILQ_FIRST(&all->all); p != NULL; p = after) {
		struct watcher *w = watcher_of(p);

		after = TAILQ_NEXT(p, next);
		if (w == NULL) {
			playing_free(p);
		} else if (may_go_on(p, w)) {
			TAILQ_REMOVE(&all->all, p, next);
			TAILQ_INSERT_TAIL(&all->all, p, next);
			go_on(p, w);
			return true;
		}
	}
	return false;
}
