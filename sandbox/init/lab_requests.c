/* lab_requests.c - requests of the student's lab program, and what answers
 * them. */
#include "sandbox/init/lab_requests.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"
#include "sandbox/init/score.h"

/* Each result is written to the host's disk. */
#define CHECKS_MAX 5	/* at once, */
#define CHECK_MS   2000 /* and then one each */

#define STATUS_EXEC_FAILED 126 /* and 127: see child.c */

void
lab_requests_init(struct lab_requests *w)
{
	lab_socket_init(&w->socket);
	w->check.out = -1;
	bucket_fill(&w->checks, CHECKS_MAX, CHECK_MS);
}

int
lab_requests_open(struct lab_requests *w, const struct msg_init_plan *plan,
    const struct chan *monitor, struct err *e)
{
	w->plan = plan;
	w->monitor = monitor;
	return lab_socket_open(&w->socket, plan->uid, e);
}

/* --- the check ---------------------------------------------------------- */

static void
answer(struct lab_requests *w, uint32_t serial, enum lab_status status,
    const char *text)
{
	struct lab_client *c = lab_socket_find(&w->socket, serial);

	if (c != NULL)
		lab_socket_answer(c, status, text);
}

static void
start_check(struct lab_requests *w, struct lab_client *c)
{
	char text[ERR_TEXT_SIZE + 64];
	struct err e;

	if (w->plan->check_seconds == 0) {
		lab_socket_answer(c, LAB_FAILED, "This lab has no check.\n");
		return;
	}
	if (w->check_serial != 0) {
		lab_socket_answer(c, LAB_FAILED,
		    "A check is running: wait for its end.\n");
		return;
	}
	if (!bucket_take(&w->checks, clock_ms())) {
		lab_socket_answer(c, LAB_FAILED,
		    "Too many checks: try again in two seconds.\n");
		return;
	}
	if (program_start(&w->check, w->plan, PROGRAM_CHECK,
		w->plan->check_seconds, &e) == -1) {
		snprintf(text, sizeof(text), "The check cannot start: %s\n",
		    e.text);
		lab_socket_answer(c, LAB_FAILED, text);
		return;
	}
	w->check_serial = c->serial;
}

/* The check did not end by itself, or printed no points: that is no result. */
static void
fail_check(struct lab_requests *w, const char *how)
{
	char line[256], text[512];

	program_last_line(&w->check, line, sizeof(line));
	snprintf(text, sizeof(text),
	    "The check failed (%s)%s%s\nTell your instructor.\n", how,
	    line[0] == '\0' ? "." : ": ", line);
	answer(w, w->check_serial, LAB_FAILED, text);
	w->check_serial = 0;
}

static void
tell_result(struct lab_requests *w, const struct score *s)
{
	struct err ignored;
	struct msg m;

	MSG_NEW(&m, CHECKED, checked);
	m.checked.points = s->points;
	m.checked.most = s->most;
	m.checked.text = s->text;
	/* A monitor that is behind will hear the next one. */
	chan_send(w->monitor, &m, &ignored);
}

static void
finish_check(struct lab_requests *w, int status)
{
	struct score s;
	char how[64];

	if (WIFSIGNALED(status) || WEXITSTATUS(status) >= STATUS_EXEC_FAILED) {
		program_ending(status, how, sizeof(how));
		fail_check(w, how);
		return;
	}
	score_read(w->check.text, w->check.is_cut, WEXITSTATUS(status) == 0,
	    &s);
	tell_result(w, &s);
	answer(w, w->check_serial, s.points == s.most ? LAB_DONE : LAB_FAILED,
	    s.text);
	w->check_serial = 0;
}

void
lab_requests_reaped(struct lab_requests *w, pid_t pid, int status)
{
	if (w->check.pid == 0 || pid != w->check.pid)
		return;
	program_read(&w->check);
	program_end(&w->check);
	if (w->check_serial != 0)
		finish_check(w, status);
}

static void
end_overdue_check(struct lab_requests *w)
{
	char how[64];

	if (w->check_serial == 0 || clock_ms() < w->check.ends_ms)
		return;
	program_end(&w->check);
	snprintf(how, sizeof(how), "not over within check_time, %u s",
	    w->plan->check_seconds);
	fail_check(w, how);
}

/* --- the lab socket ----------------------------------------------------- */

static void
on_asked(void *self, struct lab_client *c)
{
	struct lab_requests *w = self;
	struct err e;
	struct msg m;

	if (c->command == LAB_COMMAND_CHECK) {
		start_check(w, c);
		return;
	}
	MSG_NEW(&m, LAB_ASK, lab_ask);
	m.serial = c->serial;
	m.lab_ask.command = c->command;
	if (chan_send(w->monitor, &m, &e) == -1)
		lab_socket_answer(c, LAB_FAILED,
		    "The gateway is busy, try again.\n");
}

/* A student who does not wait for the end wants no result. */
static void
on_gone(void *self, const struct lab_client *c)
{
	struct lab_requests *w = self;

	if (w->check_serial != c->serial)
		return;
	program_end(&w->check);
	w->check_serial = 0;
}

void
lab_requests_told(struct lab_requests *w, const struct msg *m)
{
	answer(w, m->serial, (enum lab_status)m->lab_told.status,
	    m->lab_told.text);
}

/* --- the loop's part ---------------------------------------------------- */

void
lab_requests_wants(const struct lab_requests *w,
    struct pollfd fds[LAB_REQUESTS_FDS])
{
	lab_socket_wants(&w->socket, fds);
	fds[LAB_SOCKET_FDS] = (struct pollfd){ w->check.out, POLLIN };
}

int
lab_requests_timeout(const struct lab_requests *w)
{
	int64_t now = clock_ms(), left = w->check.ends_ms - now;
	int ms = lab_socket_timeout(&w->socket, now);

	if (w->check_serial == 0)
		return ms;
	if (left < 0)
		left = 0;
	return ms == -1 || left < ms ? (int)left : ms;
}

void
lab_requests_serve(struct lab_requests *w,
    const struct pollfd fds[LAB_REQUESTS_FDS])
{
	const struct lab_socket_hears to = { w, on_asked, on_gone };

	if (fds[LAB_SOCKET_FDS].revents != 0 &&
	    fds[LAB_SOCKET_FDS].fd == w->check.out)
		program_read(&w->check);
	end_overdue_check(w);
	lab_socket_serve(&w->socket, fds, clock_ms(), &to);
}
