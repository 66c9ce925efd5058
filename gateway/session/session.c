/* session.c - what one process knows of the one connection that it serves. */
#include "gateway/session/session.h"

#include <stdarg.h>
#include <stdio.h>

#include "gateway/base/clock.h"

#define FLUSH_MS 2000

static const struct {
	const char *name;
	unsigned next;
} stages[STAGES] = {
	[STAGE_KEX] = { "kex", 1u << STAGE_LOGIN | 1u << STAGE_ENDING },
	[STAGE_LOGIN] = { "login", 1u << STAGE_OPEN | 1u << STAGE_ENDING },
	[STAGE_OPEN] = { "open", 1u << STAGE_ENDING },
	[STAGE_ENDING] = { "ending", 0 },
};

void
session_log(struct session *s, enum log_level level, const char *fmt, ...)
{
	struct msg m;
	struct err e;
	va_list ap;

	if (s->logs_left == 0)
		return;
	s->logs_left--;
	MSG_NEW(&m, LOG, log);
	m.log.level = level;
	va_start(ap, fmt);
	vsnprintf(m.log.text, sizeof(m.log.text), fmt, ap);
	va_end(ap);
	chan_send(&s->monitor, &m, &e);
}

void
session_step(struct session *s, enum stage next)
{
	if ((stages[s->stage].next & 1u << next) == 0) {
		session_refuse_step(s, "session", stages[s->stage].name,
		    stages[next].name);
		return;
	}
	s->stage = next;
}

void
session_end(struct session *s, enum session_exit why, const char *text)
{
	if (s->stage == STAGE_ENDING)
		return;
	session_step(s, STAGE_ENDING);
	s->why = why;
	/* The other ends have no client left, or none that is worth waiting
	 * for. */
	if (why == EXIT_TOLD || why == EXIT_IDLE || why == EXIT_MONITOR ||
	    why == EXIT_STEP)
		s->alive.flush_ends = clock_ms() + FLUSH_MS;
	/* Said in hang_up(): this may be a callback in the middle of a write. */
	if (text != NULL)
		text_copy(s->last_words, sizeof(s->last_words), text);
}

void
session_refuse_step(struct session *s, const char *what, const char *from,
    const char *to)
{
	session_log(s, LOG_ERROR, "impossible step of=%s from=%s to=%s", what,
	    from, to);
	session_end(s, EXIT_STEP,
	    "the gateway made a mistake and ends this connection: log in"
	    " again, and tell the administrator");
}

void
session_read_monitor(struct session *s)
{
	s->read->monitor(s);
}

void
session_read_init(struct session *s)
{
	s->read->init(s);
}

bool
session_is_congested(const struct session *s)
{
	return (ssh_get_poll_flags(s->ssh) & SSH_WRITE_PENDING) != 0;
}
