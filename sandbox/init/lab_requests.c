/* lab_requests.c - requests of the student's lab program, and what answers
 * them. */
#include "sandbox/init/lab_requests.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"
#include "sandbox/init/activity.h"
#include "sandbox/init/hand.h"
#include "sandbox/init/score.h"
#include "sandbox/init/self_requests.h"

/* Each result is written to the host's disk. */
#define CHECKS_MAX 5	/* at once, */
#define CHECK_MS   2000 /* and then one each */

/* While the student is at work, a step's check is run so long after the last, and
 * so many times as long as that took. */
#define LOOK_MS	    3000
#define LOOK_FACTOR 20

#define STATUS_EXEC_FAILED 126 /* and 127: see child.c */

void
lab_requests_init(struct lab_requests *w)
{
	lab_socket_init(&w->socket);
	capture_init(&w->capture);
	w->check.out = -1;
	w->look_ms = INT64_MAX;
	bucket_fill(&w->checks, CHECKS_MAX, CHECK_MS);
}

int
lab_requests_open(struct lab_requests *w, const struct msg_init_plan *plan,
    const struct chan *monitor, struct err *e)
{
	w->plan = plan;
	w->monitor = monitor;
	if (walk_open(&w->walk, plan, e) == -1)
		return -1;
	return lab_socket_open(&w->socket, plan->uid, e);
}

void
lab_requests_hear(struct lab_requests *w,
    void (*on_terminals)(void *init, struct lab_client *c), void *init)
{
	w->on_terminals = on_terminals;
	w->init = init;
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

/* Of the whole lab, or of the step that the student is at. */
static int
begin_check(struct lab_requests *w, bool goes_on, bool is_unasked,
    struct err *e)
{
	char file[STEP_FILE_SIZE] = "check";
	struct lab_run run = { .file = file,
		.seconds = w->plan->check_seconds,
		.is_unasked = is_unasked };

	if (walk_has_steps(&w->walk)) {
		walk_check(&w->walk, goes_on, file);
		run.step = w->walk.steps.at;
		run.seconds = w->plan->steps_seconds;
	}
	w->check_began_ms = clock_ms();
	return program_start(&w->check, w->plan, &run, e);
}

/* Why no check can be asked for; NULL: it can be. */
static const char *
why_no_check(struct lab_requests *w)
{
	const struct steps *s = &w->walk.steps;

	if (walk_has_steps(&w->walk) && !steps_has_check(s, s->at))
		return steps_is_last(s)
			   ? "There is nothing to check in this step.\n"
			   : "There is nothing to check in this step: 'lab"
			     " next' goes on.\n";
	if (!walk_has_steps(&w->walk) && w->plan->check_seconds == 0)
		return "This lab has no check.\n";
	if (w->check_serial != 0)
		return "A check is running: wait for its end.\n";
	if (!bucket_take(&w->checks, clock_ms()))
		return "Too many checks: try again in two seconds.\n";
	return NULL;
}

static bool
is_running(const struct lab_requests *w)
{
	return w->check.pid != 0;
}

static void
tell_state(struct lab_requests *w, uint32_t serial, enum check_state state,
    const char *how)
{
	struct err ignored;
	struct msg m;

	MSG_NEW(&m, CHECK_STATE, check_state);
	m.serial = serial;
	m.check_state.state = state;
	m.check_state.cpu_us = w->check_us;
	text_copy(m.check_state.how, TEXT_SIZE, how);
	chan_send(w->monitor, &m, &ignored); /* as of tell_result() */
}

/* The gateway's, when it was one, has come to its end. */
static void
end_start(struct lab_requests *w, enum check_state state, const char *how)
{
	if (w->start_serial != 0)
		tell_state(w, w->start_serial, state, how);
	w->start_serial = 0;
}

/* One that nobody asked for may have begun too early to see what was done. */
static void
start_check(struct lab_requests *w, struct lab_client *c, bool goes_on)
{
	const char *why = why_no_check(w);
	char text[ERR_TEXT_SIZE + 64];
	struct err e;

	if (why != NULL) {
		lab_socket_answer(c, LAB_FAILED, why);
		return;
	}
	program_end(&w->check);
	end_start(w, CHECK_BUSY, "");
	if (begin_check(w, goes_on, false, &e) == -1) {
		snprintf(text, sizeof(text), "The check cannot start: %s\n",
		    e.text);
		lab_socket_answer(c, LAB_FAILED, text);
		return;
	}
	w->check_serial = c->serial;
}

/* --- the check that nobody asked for, of the lab or of a step ------------- */

void
lab_requests_active(struct lab_requests *w)
{
	w->started++;
}

/* Has the student done anything since the last time? */
static bool
is_active(struct lab_requests *w)
{
	uint64_t mark = activity_mark();

	if (w->mark == mark && w->started_then == w->started)
		return false;
	w->mark = mark;
	w->started_then = w->started;
	return true;
}

void
lab_requests_check(struct lab_requests *w, uint32_t serial, bool is_attended,
    bool is_last)
{
	struct err e;

	if (is_running(w)) {
		tell_state(w, serial, CHECK_BUSY, "");
	} else if (walk_has_steps(&w->walk) || w->plan->check_seconds == 0 ||
		   (!is_last && (!is_attended || !is_active(w)))) {
		tell_state(w, serial, CHECK_IDLE, "");
	} else if (begin_check(w, false, true, &e) == -1) {
		tell_state(w, serial, CHECK_FAILED, e.text);
	} else {
		w->start_serial = serial;
		tell_state(w, serial, CHECK_BEGUN, "");
	}
}

/* Its next time; a check that takes long takes a small part of the time all the
 * same. */
static void
look_later(struct lab_requests *w, int64_t took_ms)
{
	int64_t pause = took_ms * LOOK_FACTOR;

	w->look_ms = clock_ms() + (pause > LOOK_MS ? pause : LOOK_MS);
}

void
lab_requests_attend(struct lab_requests *w, bool is_attended)
{
	if (!is_attended || !walk_wants_check(&w->walk))
		w->look_ms = INT64_MAX;
	else if (w->look_ms == INT64_MAX)
		look_later(w, 0);
}

static void
look(struct lab_requests *w)
{
	struct err ignored;

	if (clock_ms() < w->look_ms)
		return;
	look_later(w, 0);
	/* What cannot start now, as with too many processes, will later. */
	if (!is_running(w) && walk_wants_check(&w->walk) &&
	    activity_is_recent(time(NULL)))
		begin_check(w, false, true, &ignored);
}

/* --- its end -------------------------------------------------------------- */

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
	snprintf(text, sizeof(text), "%s%s%s", how, line[0] == '\0' ? "" : ": ",
	    line);
	end_start(w, CHECK_FAILED, text);
}

static void
tell_result(struct lab_requests *w, const struct score *s)
{
	char room[STEP_SCORES_MAX * STEP_TEXT_SIZE], step[STEP_TEXT_SIZE];
	char words[2][sizeof(struct word_list)];
	struct err ignored;
	struct msg m;

	MSG_NEW(&m, CHECKED, checked);
	m.serial = w->start_serial;
	m.checked.by_itself = w->check_serial == 0;
	m.checked.cpu_us = w->check_us;
	m.checked.points = s->points;
	m.checked.most = s->most;
	m.checked.text = s->text;
	m.checked.steps = strings_in(room, sizeof(room));
	for (size_t i = 0; i < s->step_count; i++) {
		step_write(step, &s->steps[i]);
		strings_add(&m.checked.steps, step);
	}
	words_tell(&s->words, &m.checked, words);
	/* A monitor that is behind will hear the next one. */
	chan_send(w->monitor, &m, &ignored);
}

/* The result of a walk is what is done of all of it; the words are of the step's
 * check. */
static void
tell_walk(struct lab_requests *w, const struct words *words)
{
	const struct steps *s = &w->walk.steps;
	struct score all = { .points = steps_points(s),
		.most = steps_most(s),
		.words = *words };

	steps_report(s, all.text, sizeof(all.text));
	all.step_count = steps_scores(s, all.steps);
	tell_result(w, &all);
}

/* What a step's check printed, without the sum of points: a step is done or
 * not. */
static void
finish_step(struct lab_requests *w, struct score *s)
{
	size_t n = strlen(s->text);
	uint32_t before = steps_points(&w->walk.steps);
	bool is_asked = w->check_serial != 0;

	while (n > 1 && s->text[n - 2] != '\n')
		n--;
	s->text[n > 0 ? n - 1 : 0] = '\0';
	walk_checked(&w->walk, s->points == s->most, s->text,
	    lab_socket_find(&w->socket, w->check_serial));
	if (is_asked || steps_points(&w->walk.steps) > before)
		tell_walk(w, &s->words);
}

static void
finish_check(struct lab_requests *w, int status)
{
	struct score s;
	char how[64];

	look_later(w, clock_ms() - w->check_began_ms);
	if (WIFSIGNALED(status) || WEXITSTATUS(status) >= STATUS_EXEC_FAILED) {
		program_ending(status, how, sizeof(how));
		fail_check(w, how);
		return;
	}
	score_read(w->check.text, w->check.is_cut, WEXITSTATUS(status) == 0,
	    &s);
	if (walk_has_steps(&w->walk)) {
		finish_step(w, &s);
	} else {
		tell_result(w, &s);
		answer(w, w->check_serial,
		    s.points == s.most ? LAB_DONE : LAB_FAILED, s.text);
	}
	w->check_serial = w->start_serial = 0;
}

static uint64_t
microseconds(const struct timeval *t)
{
	return (uint64_t)t->tv_sec * 1000000 + (uint64_t)t->tv_usec;
}

void
lab_requests_reaped(struct lab_requests *w, pid_t pid, int status,
    const struct rusage *used)
{
	if (capture_reaped(&w->capture, &w->socket, pid, status))
		return;
	if (w->check.pid == 0 || pid != w->check.pid)
		return;
	program_read(&w->check);
	program_end(&w->check);
	w->check_us =
	    microseconds(&used->ru_utime) + microseconds(&used->ru_stime);
	finish_check(w, status);
}

static void
end_overdue_check(struct lab_requests *w)
{
	char how[64];

	if (!is_running(w) || clock_ms() < w->check.ends_ms)
		return;
	program_end(&w->check);
	w->check_us = 0; /* nobody knows before it is reaped */
	look_later(w, clock_ms() - w->check_began_ms);
	snprintf(how, sizeof(how), "not over within check_time, %u s",
	    walk_has_steps(&w->walk) ? w->plan->steps_seconds
				     : w->plan->check_seconds);
	fail_check(w, how);
}

/* --- the lab socket ----------------------------------------------------- */

/* Neither the gateway nor the lab's check is here. */
static void
answer_elsewhere(const struct lab_requests *w, struct lab_client *c)
{
	char text[160];

	snprintf(text, sizeof(text),
	    "This is machine %s: type lab on the machine where you logged"
	    " in.\n",
	    w->plan->machine);
	lab_socket_answer(c, LAB_FAILED, text);
}

/* A process of the check's session, which nobody else can join.  Its number is what it
 * was when it connected: another can have that only when the first is gone, and has
 * left its socket to somebody who asks within REQUEST_MS. */
static bool
is_of_check(const struct lab_requests *w, const struct lab_client *c)
{
	return is_running(w) && getsid(c->pid) == w->check.pid;
}

static void
switch_link(const struct lab_requests *w, struct lab_client *c)
{
	if (is_of_check(w, c))
		self_requests_pass(w->monitor, c);
	else
		lab_socket_answer(c, LAB_FAILED,
		    "Only this lab's check pulls cables and puts them back:"
		    " 'lab check' runs it.\n");
}

static void
on_asked(void *self, struct lab_client *c)
{
	struct lab_requests *w = self;
	struct err e;
	struct msg m;

	if (w->plan->machine[0] != '\0' && w->plan->is_first == 0 &&
	    c->command != LAB_COMMAND_CAPTURE) {
		answer_elsewhere(w, c);
		return;
	}
	switch (c->command) {
	case LAB_COMMAND_CHECK:
		start_check(w, c, false);
		return;
	case LAB_COMMAND_STEP:
	case LAB_COMMAND_NEXT:
	case LAB_COMMAND_BACK:
	case LAB_COMMAND_HINT:
		if (!walk_asked(&w->walk, c))
			start_check(w, c, true);
		return;
	case LAB_COMMAND_TERMINALS:
	case LAB_COMMAND_NEW:
	case LAB_COMMAND_ATTACH:
	case LAB_COMMAND_PING:
	case LAB_COMMAND_STAGE:
	case LAB_COMMAND_MACHINES:
	case LAB_COMMAND_CONSOLE:
		w->on_terminals(w->init, c);
		return;
	case LAB_COMMAND_CAPTURE:
		capture_asked(&w->capture, c);
		return;
	case LAB_COMMAND_HAND:
		hand_pass(w->monitor, c);
		return;
	case LAB_COMMAND_SELF_MAY:
	case LAB_COMMAND_PASSWD:
	case LAB_COMMAND_KEYS:
	case LAB_COMMAND_KEY_ADD:
	case LAB_COMMAND_KEY_REMOVE:
	case LAB_COMMAND_EXPORT:
		self_requests_pass(w->monitor, c);
		return;
	case LAB_COMMAND_RESET: /* of one machine it has a name */
		if (c->words_size == 0)
			break;
		self_requests_pass(w->monitor, c);
		return;
	case LAB_COMMAND_LINK:
		switch_link(w, c);
		return;
	case LAB_COMMAND_HELP:
	case LAB_COMMAND_TIME:
	case LAB_COMMAND_WHY:
	case LAB_COMMAND_RECEIPTS:
	case LAB_COMMAND_PUBLISH:
	case LAB_COMMAND_BROWSER:
	case LAB_COMMANDS:
		break;
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

	capture_gone(&w->capture, c->serial);
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

/* Of a timeout of poll(2), -1 for none, and milliseconds until something. */
static int
sooner(int ms, int64_t left)
{
	if (left < 0)
		left = 0;
	return ms == -1 || left < ms ? (int)left : ms;
}

int
lab_requests_timeout(const struct lab_requests *w)
{
	int64_t now = clock_ms();
	int ms = lab_socket_timeout(&w->socket, now);
	int walk = walk_timeout(&w->walk, now);

	if (walk != -1 && (ms == -1 || walk < ms))
		ms = walk;
	if (is_running(w))
		ms = sooner(ms, w->check.ends_ms - now);
	if (w->look_ms != INT64_MAX)
		ms = sooner(ms, w->look_ms - now);
	return ms;
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
	look(w);
	walk_serve(&w->walk, w->monitor, clock_ms());
}
