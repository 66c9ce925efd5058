/*
 * channel_end.c - the orderly end of channels.
 *
 * The order of an end is what ssh, scp, sftp, plink and others insist on:
 * everything that the process wrote, EOF, its status, close.  libssh may take
 * several turns of the loop for each.
 */
#include "gateway/session/terminal/channel_end.h"

#include <signal.h>
#include <stdio.h>

#include "gateway/base/clock.h"
#include "gateway/base/signals.h"
#include "gateway/session/session.h"
#include "gateway/session/terminal/channel.h"
#include "gateway/session/terminal/pump.h"
#include "gateway/session/terminal/spawn.h"

#define SIGNAL_NAME_SIZE 24

/* A signal that RFC 4254 section 6.10 does not name has a name with a domain,
 * as the section asks. */
static const char *
name_of(uint32_t number, char other[SIGNAL_NAME_SIZE])
{
	const char *known = signal_name(number);
	const char *name = number < NSIG ? sigabbrev_np((int)number) : NULL;

	if (known != NULL)
		return known;
	if (name != NULL)
		snprintf(other, SIGNAL_NAME_SIZE, "%s@atoll", name);
	else
		snprintf(other, SIGNAL_NAME_SIZE, "%u@atoll", number);
	return other;
}

static void
send_ending(struct channel *c)
{
	const struct ending *e = &c->ending;
	char other[SIGNAL_NAME_SIZE];

	/* The client has closed the channel and reads no message; or it is a
	 * socket, which has none. */
	if (!e->known || c->forwards != 0)
		return;
	if (e->signal != 0)
		ssh_channel_request_send_exit_signal(c->ssh,
		    name_of(e->signal, other), e->dumped != 0, "", "");
	else
		ssh_channel_request_send_exit_status(c->ssh, (int)e->status);
}

/* EOF, status, close: each only when libssh has taken the one before it. */
static void
finish(struct channel *c)
{
	if (c->out[OUT].tail.data != NULL || c->out[ERR].tail.data != NULL)
		return;
	while (!session_is_congested(c->session)) {
		switch (c->closing_step++) {
		case 0:
			ssh_channel_send_eof(c->ssh);
			break;
		case 1:
			send_ending(c);
			break;
		default:
			/* AGAIN may mean that only EOF went out so far. */
			if (ssh_channel_close(c->ssh) == SSH_AGAIN)
				break;
			channel_step(c, CHANNEL_CLOSED);
			return;
		}
	}
}

/* The client closed first: what is sent now is not read. */
static void
abandon(struct channel *c)
{
	if (c->forwards == 0 &&
	    (c->state == CHANNEL_SPAWNING || c->state == CHANNEL_RUNNING))
		spawn_hang_up(c);
	if (c->state == CHANNEL_OPENING) {
		channel_drop(c);
	} else if (c->state != CHANNEL_ENDING) {
		channel_fail(c, 0, NULL);
		c->ending.known = false;
	}
	tail_drop(&c->out[OUT].tail);
	tail_drop(&c->out[ERR].tail);
}

/* How long a channel whose process was killed stays open for the reason. */
#define REASON_MS 1000

/* As a process that was killed, or a shell that saw one end so. */
static bool
was_killed(const struct ending *e)
{
	return e->signal == SIGKILL || e->status == 128 + SIGKILL;
}

/* The kernel kills at a limit of memory.  init tells that the process has ended, and
 * the builder by way of the monitor that the limit was met: by two ways, so that the
 * end may be here first.  Who reads it is to know why. */
static bool
awaits_reason(const struct channel *c)
{
	int64_t now = clock_ms();

	return c->forwards == 0 && c->ending.known && was_killed(&c->ending) &&
	       now - c->ending.at_ms < REASON_MS &&
	       now - c->session->noticed_ms >= REASON_MS;
}

int
channel_end_timeout(const struct session *s)
{
	const struct channel *c;
	int ms = -1;

	TAILQ_FOREACH(c, &s->channels, next) {
		int64_t left = c->ending.at_ms + REASON_MS - clock_ms();

		if (c->state == CHANNEL_RUNNING && awaits_reason(c))
			ms = poll_sooner(ms, left > 0 ? (int)left : 0);
	}
	return ms;
}

/* A client that is there was told of the end, though it may not have closed
 * yet. */
static bool
knows_of_end(const struct channel *c)
{
	return c->is_kept && c->state == CHANNEL_CLOSED &&
	       c->session->why != EXIT_SILENT;
}

void
channel_settle(struct session *s)
{
	struct channel *c;

	channel_sweep(s);
	TAILQ_FOREACH(c, &s->channels, next) {
		if (knows_of_end(c))
			spawn_hang_up(c);
	}
}

void
channel_sweep(struct session *s)
{
	struct channel *c, *after;

	for (c = TAILQ_FIRST(&s->channels); c != NULL; c = after) {
		after = TAILQ_NEXT(c, next);
		if (c->is_closed && c->state != CHANNEL_CLOSED &&
		    !pump_owes_input(c))
			abandon(c);
		if (c->state == CHANNEL_RUNNING && pump_is_drained(c) &&
		    !c->request.is_typed && !awaits_reason(c))
			channel_fail(c, 0, NULL);
		if (c->state == CHANNEL_ENDING)
			finish(c);
		if (c->state == CHANNEL_CLOSED && c->is_closed) {
			if (c->is_kept) /* its end was told */
				spawn_hang_up(c);
			channel_release(c);
		}
	}
}
