/* staging.c - the room's screen on a channel. */
#include "gateway/session/terminal/staging.h"

#include <errno.h>
#include <stdlib.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"
#include "gateway/session/senders.h"
#include "gateway/session/session.h"
#include "gateway/session/terminal/attach.h"
#include "gateway/session/terminal/channel.h"
#include "gateway/session/transport/alive.h"
#include "gateway/wire/chan.h"
#include "gateway/wire/rights.h"

#define PACKET_SIZE 256 /* of a view: two frames */
#define PACKETS	    16	/* of one turn */

/* The program of a screen of its own draws that anew. */
static void
end(struct channel *c)
{
	bool is_full = c->fullscreen.is_on;

	channel_end_stage(c);
	if (is_full)
		attach_draw_anew(c);
}

void
staging_on_message(struct session *s, struct msg *m)
{
	struct channel *c;
	struct err ignored;

	TAILQ_FOREACH(c, &s->channels, next) {
		if (c->tap.told == 0 || c->tap.told != m->serial)
			continue;
		if (m->type == MSG_STAGE_OVER) {
			end(c);
			c->stage.has_left = false;
		} else if (c->state == CHANNEL_RUNNING && !c->ending.known) {
			chan_nonblock(m->fd[0], &ignored);
			channel_end_note(c);
			staged_begin(&c->stage, take_fd(&m->fd[0]),
			    m->stage_view.label);
		}
		return;
	}
}

static bool
can_take(const struct channel *c)
{
	return c->stage.is_on && c->out[OUT].tail.data == NULL;
}

unsigned
staging_wants(const struct channel *c, struct pollfd *fds)
{
	if (!can_take(c) || c->stage.fd == -1)
		return 0;
	fds[0] = (struct pollfd){ .fd = c->stage.fd, .events = POLLIN };
	return 1;
}

/* False when there is nothing more now. */
static bool
read_packet(struct channel *c)
{
	uint8_t packet[PACKET_SIZE];
	struct rights r;
	ssize_t n = rights_recv(c->stage.fd, packet, sizeof(packet), 1, &r);
	bool is_good;

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return false;
	is_good = n > 0 && r.whole &&
		  staged_take(&c->stage, packet, (size_t)n,
		      r.count == 1 ? r.fd[0] : -1);
	rights_close(&r);
	/* The monitor says what that means, or hands over another. */
	if (!is_good)
		scope_close(&c->stage.fd);
	else
		alive_typed(c->session); /* who looks does not type */
	return is_good;
}

static void
draw(struct channel *c)
{
	struct staged_bytes b = staged_draw(&c->stage, c->request.rows,
	    c->request.cols, clock_ms());

	if (b.at != NULL)
		channel_print(c, b.at, b.n);
	free(b.at);
}

static void
tell_left(struct channel *c)
{
	struct msg m;

	c->stage.has_left = false;
	if (c->tap.told == 0)
		return;
	MSG_NEW(&m, STAGE_LEFT, stage_left);
	m.serial = c->tap.told;
	link_tell_monitor(c->session, &m);
}

void
staging_turn(struct channel *c)
{
	if (c->stage.is_on && (c->state != CHANNEL_RUNNING || c->ending.known))
		end(c);
	if (can_take(c)) {
		for (int i = 0; i < PACKETS && c->stage.fd != -1; i++) {
			if (!read_packet(c))
				break;
		}
		draw(c);
	}
	if (c->stage.has_left)
		tell_left(c);
}

void
staging_typed(struct channel *c, const char *keys, size_t n)
{
	if (staged_is_left_by(keys, n))
		end(c);
}

int
staging_timeout(const struct channel *c)
{
	return can_take(c) ? staged_timeout(&c->stage, clock_ms()) : -1;
}
