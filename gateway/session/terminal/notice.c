/* notice.c - what the gateway says on a terminal that a full-screen program has. */
#include "gateway/session/terminal/notice.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"
#include "gateway/session/senders.h"
#include "gateway/session/session.h"
#include "gateway/session/terminal/attach.h"
#include "gateway/session/terminal/channel.h"
#include "gateway/base/width.h"

/* --- saying it -------------------------------------------------------------- */

#define NARROW 20 /* columns: there is nothing to be wrapped nicely */

static bool
is_terminal(const struct channel *c)
{
	return c->request.pty && c->state == CHANNEL_RUNNING;
}

/* Between words, as wide as the window. */
static void
say_wrapped(struct channel *c, const char *text)
{
	char line[sizeof(CHANNEL_MARK) + TEXT_SIZE];
	char wrapped[2 * sizeof(line)];
	unsigned columns = c->request.cols, taken;
	const char *from = line;
	size_t at = 0, next, n;

	if (columns < NARROW) {
		channel_say(c, text);
		return;
	}
	snprintf(line, sizeof(line), CHANNEL_MARK "%s", text);
	while (*from != '\0') {
		n = width_wrap(from, columns, &next, &taken);
		memcpy(wrapped + at, from, n);
		at += n;
		from += next;
		if (*from != '\0')
			wrapped[at++] = '\n';
	}
	wrapped[at] = '\0';
	channel_say(c, wrapped + strlen(CHANNEL_MARK));
}

static void
show_over(struct channel *c, const char *text)
{
	char line[sizeof(CHANNEL_MARK) + TEXT_SIZE];

	snprintf(line, sizeof(line), CHANNEL_MARK "%s", text);
	overlay_add(&c->overlay, line, clock_ms());
}

/* A shell draws the prompt anew, and what stands behind it, on the row below. */
static void
show_people(struct channel *c, const char *text)
{
	if (!is_terminal(c))
		return;
	if (c->stage.is_on) {
		staged_say(&c->stage, text, clock_ms());
		return;
	}
	if (c->fullscreen.is_on) {
		show_over(c, text);
		return;
	}
	say_wrapped(c, text);
	if (!c->request.is_staff)
		attach_draw_anew(c);
}

void
notice_show(struct session *s, const char *text, bool is_for_people)
{
	bool is_heard = false, is_awaited = false;
	struct channel *c;

	s->noticed_ms = clock_ms();
	TAILQ_FOREACH(c, &s->channels, next) {
		is_heard = is_heard || channel_has_listener(c);
		is_awaited = is_awaited || c->state == CHANNEL_NEW;
		if (is_for_people || c->stage.is_on)
			show_people(c, text);
		else if (is_terminal(c) && c->fullscreen.is_on)
			show_over(c, text);
		else
			channel_say(c, text);
	}
	if (!is_for_people && !is_heard && is_awaited)
		text_copy(s->unsaid, TEXT_SIZE, text);
}

void
notice_reader(const struct channel *c)
{
	struct session *s = c->session;
	bool *was_told =
	    &s->has_reader[c->request.is_staff ? READS_OUTSIDE : READS_INSIDE];
	struct msg m;

	if (*was_told)
		return;
	*was_told = true;
	MSG_NEW(&m, READER, reader);
	link_tell_monitor(s, &m);
}

/* --- over a full-screen program --------------------------------------------- */

static void
write_it(struct channel *c, int64_t now)
{
	FREES char *bytes = NULL;
	size_t length = 0;

	channel_end_note(c);
	bytes = overlay_write(&c->overlay, c->request.rows, c->request.cols,
	    now, &length);
	if (bytes == NULL)
		overlay_drop(&c->overlay);
	else
		channel_print(c, bytes, length);
}

static bool
set_rows(const struct channel *c, uint32_t rows)
{
	struct winsize size = { .ws_row = (uint16_t)rows,
		.ws_col = (uint16_t)c->request.cols,
		.ws_xpixel = (uint16_t)c->request.width,
		.ws_ypixel = (uint16_t)c->request.height };

	return c->out[OUT].fd != -1 &&
	       ioctl(c->out[OUT].fd, TIOCSWINSZ, &size) == 0;
}

/* The program left its screen, and with it went what was over it: who cannot have
 * read that finds it on the screen that is there now. */
static void
move_to_line(struct channel *c, int64_t now)
{
	bool was_read = overlay_was_read(&c->overlay, now);
	FREES char *text = take_ptr(&c->overlay.text);

	overlay_drop(&c->overlay);
	if (!was_read)
		channel_say(c, text + strlen(CHANNEL_MARK));
}

static void
end(struct channel *c, int64_t now)
{
	uint32_t rows = c->request.rows;

	/* Of a window whose size is not known there is no other one. */
	if (c->overlay.state != OVERLAY_GOING && rows > 0 &&
	    rows < UINT16_MAX && set_rows(c, rows + 1)) {
		overlay_go(&c->overlay, now);
		return;
	}
	if (c->overlay.state == OVERLAY_GOING)
		set_rows(c, rows);
	else if (!c->request.is_staff)
		attach_draw_anew(c);
	overlay_drop(&c->overlay);
}

void
notice_check(struct channel *c)
{
	struct overlay *o = &c->overlay;
	int64_t now;

	if (o->state == OVERLAY_NONE)
		return;
	now = clock_ms();
	if (c->state != CHANNEL_RUNNING)
		overlay_drop(o);
	else if (o->state != OVERLAY_GOING && !c->fullscreen.is_on)
		move_to_line(c, now);
	else if (now >= o->ends_ms)
		end(c, now);
	else if (c->out[OUT].tail.data == NULL &&
		 overlay_may_write(o, fullscreen_is_between(&c->fullscreen),
		     now))
		write_it(c, now);
}
