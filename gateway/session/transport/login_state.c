/* login_state.c - how far a login is, and the monitor's part in it. */
#include "gateway/session/transport/login_state.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/session/senders.h"
#include "gateway/session/session.h"

#define TO(state) (1u << (state))
static const struct {
	const char *name;
	unsigned next;
} steps[LOGIN_STATES] = {
	[LOGIN_IDLE] = { "idle",
	    TO(LOGIN_PROMPTED) | TO(LOGIN_REGISTERING) | TO(LOGIN_ASKED) },
	[LOGIN_PROMPTED] = { "prompted", TO(LOGIN_IDLE) },
	[LOGIN_REGISTERING] = { "registering", TO(LOGIN_IDLE) },
	[LOGIN_ASKED] = { "asked", TO(LOGIN_IDLE) | TO(LOGIN_ALLOWED) },
	[LOGIN_ALLOWED] = { "allowed", TO(LOGIN_IDLE) | TO(LOGIN_DONE) },
	[LOGIN_DONE] = { "done", 0 },
};

void
login_step(struct session *s, enum login_state next)
{
	if ((steps[s->login.state].next & TO(next)) == 0) {
		session_refuse_step(s, "login", steps[s->login.state].name,
		    steps[next].name);
		return;
	}
	s->login.state = next;
}

void
login_on_answer(struct session *s, const struct msg_login_answer *m)
{
	login_step(s, m->allow == 1 ? LOGIN_ALLOWED : LOGIN_IDLE);
	if (s->stage == STAGE_ENDING)
		return;
	memcpy(s->login.given_account, m->account, NAME_SIZE);
	memcpy(s->login.given_lab, m->lab, NAME_SIZE);
	text_copy(s->login.notice, TEXT_SIZE, m->notice);
	s->login.forwarding = m->forwarding;
	s->login.is_staff = m->staff != 0;
	s->login.wants_walls = m->staff == 2;
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

	login_step(s, LOGIN_ASKED);
	link_tell_monitor(s, m);
	while (s->stage != STAGE_ENDING) {
		int64_t left = s->alive.grace_ends - clock_ms();

		if (left <= 0 || poll(p, 2, (int)left) == 0) {
			session_end(s, EXIT_GRACE, NULL);
			return false;
		}
		if (p[0].revents == 0 && p[1].revents != 0) {
			session_end(s, EXIT_LEFT, NULL);
			return false;
		}
		session_read_monitor(s);
		if (s->login.state != LOGIN_ASKED)
			return s->login.state == LOGIN_ALLOWED;
	}
	tell_refusal(s);
	return false;
}
