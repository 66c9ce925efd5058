/* login.c - the monitor is asked who may log in, and its word is awaited. */
#include "gateway/session/transport/login.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "gateway/session/clock.h"
#include "gateway/session/senders.h"
#include "gateway/session/session.h"

void
login_on_answer(struct session *s, const struct msg_login_answer *m)
{
	s->login.is_answered = true;
	s->login.is_allowed = m->allow == 1;
	memcpy(s->login.given_account, m->account, NAME_SIZE);
	memcpy(s->login.given_lab, m->lab, NAME_SIZE);
	text_copy(s->login.notice, TEXT_SIZE, m->notice);
	s->login.forwarding = m->forwarding;
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
login_ask(struct session *s, const struct msg *m)
{
	struct pollfd p[] = {
		{ .fd = s->monitor.fd, .events = POLLIN },
		{ .fd = ssh_get_fd(s->ssh), .events = POLLRDHUP },
	};

	s->login.is_answered = false;
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
		session_read_monitor(s);
		if (s->login.is_answered)
			return s->login.is_allowed;
	}
	tell_refusal(s);
	return false;
}
