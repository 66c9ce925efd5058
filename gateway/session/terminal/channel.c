/* channel.c - one SSH channel: its life, and the gateway's own messages on
 * it. */
#include "gateway/session/terminal/channel.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/scope.h"
#include "gateway/session/senders.h"
#include "gateway/session/session.h"
#include "gateway/session/transport/login_state.h"

#define STATUS_CUT_OFF 255 /* as ssh(1) has it for its own errors */
/* What paints a whole terminal, and messages of ours. */
#define TAIL_MAX (TERMINAL_PAINT_BYTES + (64u << 10))

#define TO(state) (1u << (state))
static const struct {
	const char *name;
	unsigned next;
} steps[CHANNEL_STATES] = {
	[CHANNEL_NEW] = { "new", TO(CHANNEL_ASKED) | TO(CHANNEL_OPENING) |
				     TO(CHANNEL_RUNNING) | TO(CHANNEL_ENDING) |
				     TO(CHANNEL_CLOSED) },
	[CHANNEL_ASKED] = { "asked", TO(CHANNEL_MENU) | TO(CHANNEL_PROBING) |
					 TO(CHANNEL_SPAWNING) |
					 TO(CHANNEL_ENDING) },
	[CHANNEL_MENU] = { "menu", TO(CHANNEL_ASKED) | TO(CHANNEL_ENDING) },
	[CHANNEL_PROBING] = { "probing",
	    TO(CHANNEL_ASKED) | TO(CHANNEL_ENDING) },
	[CHANNEL_SPAWNING] = { "spawning",
	    TO(CHANNEL_RUNNING) | TO(CHANNEL_ENDING) },
	[CHANNEL_OPENING] = { "opening",
	    TO(CHANNEL_RUNNING) | TO(CHANNEL_CLOSED) },
	[CHANNEL_RUNNING] = { "running",
	    TO(CHANNEL_MENU) | TO(CHANNEL_SPAWNING) | TO(CHANNEL_ENDING) },
	[CHANNEL_ENDING] = { "ending", TO(CHANNEL_CLOSED) },
	[CHANNEL_CLOSED] = { "closed", 0 },
};

void
channel_step(struct channel *c, enum channel_state next)
{
	if ((steps[c->state].next & TO(next)) == 0) {
		session_refuse_step(c->session, "channel", steps[c->state].name,
		    steps[next].name);
		return;
	}
	c->state = next;
}

/* --- bytes that wait ---------------------------------------------------- */

void
tail_drop(struct tail *t)
{
	free(t->data);
	*t = (struct tail){ 0 };
}

bool
tail_keep(struct tail *t, const char *data, size_t length)
{
	size_t have = t->length - t->at;
	char *grown;

	if (length == 0)
		return true;
	if (have + length > TAIL_MAX)
		return false;
	grown = malloc(have + length);
	if (grown == NULL)
		return false;
	if (have > 0)
		memcpy(grown, t->data + t->at, have);
	memcpy(grown + have, data, length);
	tail_drop(t);
	*t = (struct tail){ .data = grown, .length = have + length };
	return true;
}

/* --- words of our own --------------------------------------------------- */

bool
channel_has_listener(const struct channel *c)
{
	return c->forwards == 0 && c->state != CHANNEL_NEW &&
	       c->state != CHANNEL_CLOSED && c->closing_step == 0;
}

void
channel_print(struct channel *c, const char *text, size_t length)
{
	/* A terminal has one stream only. */
	struct stream *to = &c->out[c->request.pty ? OUT : ERR];

	/* A client that does not read may miss messages: what waits for it has
	 * a limit. */
	tail_keep(&to->tail, text, length);
}

void
channel_end_note(struct channel *c)
{
	if (c->note.under == NULL)
		return;
	channel_print(c, c->note.under, c->note.length);
	note_drop(&c->note);
}

void
channel_end_stage(struct channel *c)
{
	FREES char *said = NULL;

	if (!c->stage.is_on)
		return;
	if (c->stage.is_begun)
		channel_print(c, staged_over, strlen(staged_over));
	said = take_ptr(&c->stage.said);
	staged_drop(&c->stage);
	c->stage.has_left = true;
	if (said != NULL)
		channel_say(c, said);
}

/* Nothing but printable bytes and line ends reaches a terminal: some of these
 * texts come from init. */
void
channel_say(struct channel *c, const char *text)
{
	const char *end = c->request.pty ? "\r\n" : "\n";
	char line[2 * TEXT_SIZE + 16];
	size_t at = 0;

	if (!channel_has_listener(c))
		return;
	channel_end_note(c);
	channel_end_stage(c);
	if (c->request.pty)
		at += strlen(strcpy(line + at, "\r\n"));
	at += strlen(strcpy(line + at, CHANNEL_MARK));
	for (; *text != '\0' && at < sizeof(line) - 3; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte == '\n')
			at += strlen(strcpy(line + at, end));
		else
			line[at++] = byte < 0x20 || byte == 0x7f ? '?' : *text;
	}
	at += strlen(strcpy(line + at, end));
	channel_print(c, line, at);
}

void
channel_say_all(struct session *s, const char *text)
{
	struct channel *c;

	TAILQ_FOREACH(c, &s->channels, next)
		channel_say(c, text);
}

/* --- beginning and end -------------------------------------------------- */

struct channel *
channel_add(struct session *s)
{
	struct channel *c;

	if (!login_is_done(s) || s->stage == STAGE_ENDING)
		return NULL;
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->session = s;
	c->number = UINT32_MAX; /* not known yet */
	c->in = c->out[OUT].fd = c->out[ERR].fd = c->tap.fd = c->joined = -1;
	c->stage.fd = -1;
	c->out[ERR].is_stderr = true;
	c->ssh = ssh_channel_new(s->ssh);
	if (c->ssh == NULL) {
		free(c);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&s->channels, c, next);
	s->channel_count++;
	return c;
}

/* The newest: a number is the client's to use again once both have closed. */
struct channel *
channel_numbered(struct session *s, uint32_t number)
{
	struct channel *c;

	TAILQ_FOREACH_REVERSE(c, &s->channels, channels, next) {
		if (c->number == number)
			return c;
	}
	return NULL;
}

struct channel *
channel_of(struct session *s, ssh_channel ssh)
{
	struct channel *c;

	TAILQ_FOREACH(c, &s->channels, next) {
		if (c->ssh == ssh)
			return c;
	}
	return NULL;
}

const char *
channel_obstacle(const struct session *s)
{
	if (s->no_more_sessions)
		return "your client has said that it opens no more sessions: "
		       "connect"
		       " again";
	if (s->packet_max < PACKET_MIN)
		return PACKETS_TOO_SMALL;
	if (s->channel_count - s->forward_count >= SESSIONS_MAX)
		return "too many sessions on this connection: close one, or "
		       "connect again";
	return NULL;
}

/* Nothing follows from it here, so a full link need not be waited for. */
static void
close_tap(struct channel *c)
{
	struct msg m;

	if (c->tap.told != 0) {
		MSG_NEW(&m, TERMINAL_OVER, terminal_over);
		m.serial = c->tap.told;
		m.terminal_over.has_ended =
		    c->ending.known && c->session->stage != STAGE_ENDING;
		link_hint_monitor(c->session, &m);
	}
	tap_close(&c->tap, c->ending.status, c->ending.signal);
}

static void
close_descriptors(struct channel *c)
{
	close_tap(c);
	staged_drop(&c->stage);
	scope_close(&c->joined);
	scope_close(&c->in);
	scope_close(&c->out[OUT].fd);
	scope_close(&c->out[ERR].fd);
	terminal_ring_close(&c->ring);
}

void
channel_let_go(struct channel *c)
{
	channel_end_note(c);
	channel_end_stage(c);
	c->is_noted = false;
	overlay_drop(&c->overlay);
	c->fullscreen = (struct fullscreen){ 0 };
	close_descriptors(c);
	tail_drop(&c->in_tail);
	c->quiet_since = 0;
	c->is_kept = false;
}

void
channel_drop(struct channel *c)
{
	close_descriptors(c);
	c->is_closed = true; /* the client has nothing to close */
	channel_step(c, CHANNEL_CLOSED);
}

void
channel_fail(struct channel *c, uint32_t status, const char *text)
{
	channel_end_stage(c);
	if (text != NULL)
		channel_say(c, text);
	if (!c->ending.known)
		c->ending = (struct ending){ .known = true, .status = status };
	close_descriptors(c);
	channel_step(c, CHANNEL_ENDING);
}

void
channel_end_all(struct session *s)
{
	struct channel *c;

	TAILQ_FOREACH(c, &s->channels, next) {
		if (c->state == CHANNEL_OPENING)
			channel_drop(c);
		else if (c->state < CHANNEL_ENDING)
			channel_fail(c, STATUS_CUT_OFF, NULL);
	}
}

void
channel_release(struct channel *c)
{
	struct session *s = c->session;

	TAILQ_REMOVE(&s->channels, c, next);
	s->channel_count--;
	if (c->forwards != 0)
		s->forward_count--;
	/* libssh keeps its channel until the client closed it too, and would
	 * call back even then. */
	ssh_remove_channel_callbacks(c->ssh, &c->callbacks);
	ssh_channel_free(c->ssh);
	close_descriptors(c);
	tail_drop(&c->out[OUT].tail);
	tail_drop(&c->out[ERR].tail);
	tail_drop(&c->in_tail);
	note_drop(&c->note);
	overlay_drop(&c->overlay);
	for (unsigned i = 0; i < c->request.env_count; i++)
		free(c->request.env[i]);
	free(c->request.command);
	free(c);
}

void
channel_expect(struct channel *c, uint32_t window)
{
	c->is_counted = true;
	c->may_come += window;
}
