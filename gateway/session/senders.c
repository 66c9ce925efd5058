/*
 * senders.c - what a session says to the monitor and to its sandbox's init.
 *
 * Both links are non-blocking.  The monitor is trusted; init belongs to the
 * sandbox, and nothing that it says or fails to say reaches further than this
 * connection.
 */
#include "gateway/session/senders.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gateway/session/clock.h"
#include "gateway/session/session.h"
#include "gateway/session/terminal/channel.h"

#define PATIENCE_MS 5000

static bool
send_patiently(const struct chan *c, const struct msg *m, struct err *e)
{
	while (chan_send(c, m, e) == -1) {
		struct pollfd p = { .fd = c->fd, .events = POLLOUT };

		if (e->code != EAGAIN || poll(&p, 1, PATIENCE_MS) != 1)
			return false;
	}
	return true;
}

void
link_tell_monitor(struct session *s, const struct msg *m)
{
	struct err e;

	if (!send_patiently(&s->monitor, m, &e))
		session_end(s, EXIT_MONITOR,
		    "the gateway has ended; log in again in a minute");
}

bool
link_tell_init(struct session *s, const struct msg *m)
{
	struct err e;

	if (s->init.fd == -1)
		return false;
	if (send_patiently(&s->init, m, &e))
		return true;
	link_log(s, LOG_WARN, "init does not listen: %s", e.text);
	return false;
}

void
link_log(struct session *s, enum log_level level, const char *fmt, ...)
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

/* Everything but LOGIN_ANSWER, which only link_ask_login() expects. */
static void
on_message(struct session *s, struct msg *m)
{
	switch (m->type) {
	case MSG_NOTICE:
		channel_say_all(s, m->notice.text);
		break;
	case MSG_GOODBYE:
		session_end(s, EXIT_TOLD, m->goodbye.text);
		break;
	case MSG_LAB:
	case MSG_LABS_END:
	case MSG_SEAT_WAIT:
	case MSG_SEAT_READY:
	case MSG_SEAT_REFUSED:
		ask_on_message(s, m);
		break;
	default:
		break;
	}
	msg_close(m);
}

/* One message; its type, or MSG_NONE when there is none (any more). */
static enum msg_type
read_one(struct session *s, bool *allow)
{
	struct msg m;
	struct err e;

	switch (chan_recv(&s->monitor, &m, &e)) {
	case CHAN_EMPTY:
		return MSG_NONE;
	case CHAN_CLOSED:
	case CHAN_BROKEN:
		session_end(s, EXIT_MONITOR,
		    "the gateway has ended; log in again in a minute");
		return MSG_NONE;
	case CHAN_MESSAGE:
		break;
	}
	if (m.type != MSG_LOGIN_ANSWER) {
		on_message(s, &m);
		return m.type;
	}
	*allow = m.login_answer.allow == 1;
	memcpy(s->login.given_account, m.login_answer.account, NAME_SIZE);
	memcpy(s->login.given_lab, m.login_answer.lab, NAME_SIZE);
	text_copy(s->login.notice, TEXT_SIZE, m.login_answer.notice);
	s->login.forwarding = m.login_answer.forwarding;
	return m.type;
}

void
link_read_monitor(struct session *s)
{
	bool unasked;

	while (s->stage != STAGE_ENDING && read_one(s, &unasked) != MSG_NONE)
		continue;
}

/* Why there will be no login, while the client still shows banners: it may not
 * wait for the disconnect message that follows. */
static void
tell_refusal(struct session *s)
{
	char text[TEXT_SIZE + 2];
	ssh_string banner;

	if (s->why != EXIT_TOLD || s->last_words[0] == '\0')
		return;
	snprintf(text, sizeof(text), "%s\r\n", s->last_words);
	banner = ssh_string_from_char(text);
	if (banner != NULL)
		ssh_send_issue_banner(s->ssh, banner);
	ssh_string_free(banner);
}

/* A client that hangs up meanwhile is not waited for: its password need not be
 * hashed. */
bool
link_ask_login(struct session *s, const struct msg *m)
{
	struct pollfd p[] = {
		{ .fd = s->monitor.fd, .events = POLLIN },
		{ .fd = ssh_get_fd(s->ssh), .events = POLLRDHUP },
	};
	bool allow = false;

	link_tell_monitor(s, m);
	while (s->stage != STAGE_ENDING) {
		int64_t left = s->alive.grace_ends - now_ms();

		if (left <= 0 || poll(p, 2, (int)left) == 0) {
			session_end(s, EXIT_GRACE, NULL);
			return false;
		}
		if (p[0].revents == 0 && p[1].revents != 0) {
			session_end(s, EXIT_LEFT, NULL);
			return false;
		}
		if (read_one(s, &allow) == MSG_LOGIN_ANSWER)
			return allow;
	}
	tell_refusal(s);
	return false;
}
