/*
 * student.c - one student of a rehearsal.
 *
 * That a prompt is there is known by an answer: a line is typed that prints the sum
 * of two numbers, and the sum awaited, so that the line's own echo is no answer.
 * One of the numbers is a variable of the shell that was set at the first prompt:
 * who comes back sees by the sum whether it is the same shell.
 */
#include "gateway/rehearse/student.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/solve_run.h"

#define ASK_AGAIN_MS 5000  /* a line that was typed before there was a shell */
#define ECHO_MS	     10000 /* more is no echo */
#define TRIES	     3	   /* to log in; people try again, too */
#define QUEUED	     "in the queue"

static double
left_ms(const struct student *s)
{
	double end = s->tally->began_ms + s->plan->ms;

	return s->tally->stop ? 0 : end - now_ms();
}

/* From 0.5 to 1.5 of that. */
static double
about(struct student *s, double ms)
{
	return ms * (0.5 + rand_r(&s->dice) / (double)RAND_MAX);
}

static void
note_refused(struct student *s, const char *step, const char *why)
{
	struct err e = { 0 };

	if (left_ms(s) <= 0)
		return; /* the end itself refuses nobody */
	err_set(&e, 0, "%s%s", step, why);
	samples_fail(&s->tally->refused, &e);
}

/* --- the terminal ----------------------------------------------------------- */

/* Of what was shown, the last is kept. */
static void
keep(struct student *s, const char *bytes, size_t n)
{
	size_t half = sizeof(s->text) / 2;

	if (s->length + n >= sizeof(s->text)) {
		memmove(s->text, s->text + s->length - half, half);
		s->length = half;
	}
	for (size_t i = 0; i < n; i++)
		s->text[s->length++] = bytes[i] == '\0' ? ' ' : bytes[i];
	s->text[s->length] = '\0';
	if (s->queued_ms == 0 && strstr(s->text, QUEUED) != NULL)
		s->queued_ms = now_ms();
}

/* So many bytes came within that time; -1: the terminal is closed. */
static int
take_output(struct student *s, double ms)
{
	char bytes[1024];
	int n = ssh_channel_read_timeout(s->c.channel, bytes, sizeof(bytes), 0,
	    ms < 1 ? 1 : (int)ms);

	if (n == SSH_ERROR || (n <= 0 && ssh_channel_is_eof(s->c.channel)))
		return -1;
	if (n <= 0)
		return 0;
	keep(s, bytes, (size_t)n);
	return n;
}

/* Looks at the screen for so long; -1 as above, or it is the end. */
static int
look(struct student *s, double ms)
{
	double until = now_ms() + ms;

	while (now_ms() < until) {
		double some = until - now_ms();

		if (left_ms(s) <= 0 ||
		    take_output(s, some < 200 ? some : 200) == -1)
			return -1;
	}
	return 0;
}

static int
say(struct student *s, const char *line)
{
	size_t n = strlen(line);

	return ssh_channel_write(s->c.channel, line, (uint32_t)n) == (int)n
		   ? 0
		   : -1;
}

/* The last line of atoll's that is on the screen: why there is no shell. */
static const char *
find_reason(struct student *s)
{
	char *line = NULL;

	for (char *at = s->text; (at = strstr(at, "atoll: ")) != NULL; at++)
		line = at;
	if (line == NULL)
		return "the terminal was closed without a word";
	line += strlen("atoll: ");
	line[strcspn(line, "\r\n")] = '\0';
	return line;
}

/* --- a prompt ---------------------------------------------------------------- */

/* Is the sum there?  1: of a shell that knows the mark; 0: of one that does not;
 * -1: not yet. */
static int
find_sum(const struct student *s, unsigned number)
{
	char sum[32];

	snprintf(sum, sizeof(sum), "at-%u-here", s->mark + number);
	if (strstr(s->text, sum) != NULL)
		return s->mark == 0 ? 0 : 1;
	snprintf(sum, sizeof(sum), "at-%u-here", number);
	return strstr(s->text, sum) != NULL ? 0 : -1;
}

/* -1: there is no prompt; else as find_sum(). */
static int
await_prompt(struct student *s, double start, double *first)
{
	/* No sum of one is a sum of another, or a mark. */
	unsigned number = 1000000 + (unsigned)rand_r(&s->dice) % 1000000;
	double asked = 0;
	char line[64];
	int known, n;

	snprintf(line, sizeof(line), "echo at-$((here+%u))-here\r", number);
	while ((known = find_sum(s, number)) == -1) {
		if (left_ms(s) <= 0)
			return -1;
		n = take_output(s, 200);
		if (n == -1)
			return -1;
		if (n > 0 && *first == 0)
			*first = now_ms() - start;
		if (*first > 0 && now_ms() - asked > ASK_AGAIN_MS) {
			asked = now_ms();
			if (say(s, line) == -1)
				return -1;
		}
	}
	return known;
}

/* Log in and get a prompt, with the times of it in to. */
static int
enter_once(struct student *s, struct samples *to, int *known)
{
	double start = now_ms(), first = 0;
	struct err e = { 0 };

	s->length = 0;
	s->text[0] = '\0';
	s->queued_ms = 0;
	if (client_login(&s->c, &s->plan->target, s->number, &e) == -1) {
		note_refused(s, "", e.text);
		return -1;
	}
	samples_add(&s->tally->login, now_ms() - start);
	if (client_start(&s->c, &s->plan->target, NULL, true, &e) == -1) {
		note_refused(s, "", e.text);
		return -1;
	}
	*known = await_prompt(s, start, &first);
	if (first > 0)
		samples_add(&s->tally->first, first);
	if (*known == -1) {
		note_refused(s, "no prompt: ", find_reason(s));
		return -1;
	}
	samples_add(to, now_ms() - start);
	if (s->queued_ms != 0)
		samples_add(&s->tally->queue, now_ms() - s->queued_ms);
	return 0;
}

static void
rest(const struct student *s, double ms)
{
	double until = now_ms() + ms;

	while (left_ms(s) > 0 && now_ms() < until)
		poll(NULL, 0, until - now_ms() < 100 ? 10 : 100);
}

/* As people do who are turned away: again, some times. */
static int
enter(struct student *s, struct samples *to, int *known)
{
	for (int i = 0; i < TRIES && left_ms(s) > 0; i++) {
		if (enter_once(s, to, known) == 0)
			return 0;
		client_close(&s->c);
		rest(s, about(s, s->plan->ms / 60.0));
	}
	return -1;
}

/* --- work -------------------------------------------------------------------- */

/* Has it come in the last n bytes? */
static bool
has_shown(const struct student *s, int n, char key)
{
	size_t shown = (size_t)n < s->length ? (size_t)n : s->length;

	return memchr(s->text + s->length - shown, key, shown) != NULL;
}

static int
type_key(struct student *s, char key)
{
	double start;
	int n;

	/* What an earlier command still prints is no echo. */
	while (take_output(s, 1) > 0)
		continue;
	start = now_ms();
	if (ssh_channel_write(s->c.channel, &key, 1) != 1)
		return -1;
	while (now_ms() - start < ECHO_MS && left_ms(s) > 0) {
		n = take_output(s, 100);
		if (n == -1)
			return -1;
		if (n > 0 && has_shown(s, n, key)) {
			samples_add(&s->tally->echo, now_ms() - start);
			return 0;
		}
	}
	return 0;
}

/* As fast as people type. */
static int
type_line(struct student *s, const char *line)
{
	for (; *line != '\0' && left_ms(s) > 0; line++) {
		if (type_key(s, *line) == -1 || look(s, about(s, 150)) == -1)
			return -1;
	}
	return say(s, "\r");
}

/* A command on a channel of its own, as "ssh HOST COMMAND <input". */
static int
run(struct student *s, const char *command, const char *input, size_t size,
    struct err *e)
{
	struct client one = { .session = s->c.session };
	struct target t = s->plan->target;
	int rc;

	t.timeout_s = s->plan->solve_seconds + 10;
	rc = client_start(&one, &t, command, false, e);
	while (rc == 0 && size > 0) {
		uint32_t some = size < 32768 ? (uint32_t)size : 32768;

		if (ssh_channel_write(one.channel, input, some) != (int)some)
			rc = err_set(e, 0, "the connection ended");
		input += some;
		size -= some;
	}
	if (rc == 0) {
		ssh_channel_send_eof(one.channel);
		rc = client_finish(&one, &t, e);
	}
	if (one.channel != NULL) {
		ssh_channel_close(one.channel);
		ssh_channel_free(one.channel);
	}
	return rc;
}

static void
solve(struct student *s)
{
	struct err e = { 0 };

	if (run(s, SOLVE_RUN, s->plan->solve, s->plan->solve_size, &e) == -1) {
		s->tally->unsolved++;
		note_refused(s, "solve: ", e.text);
		return;
	}
	if (run(s, "lab check", NULL, 0, &e) == -1) {
		s->tally->unsolved++;
		note_refused(s, "lab check after solve: ", e.text);
		return;
	}
	s->tally->solved++;
}

/* Types a line now and then, and thinks, until that time is over. */
static int
work(struct student *s, double until)
{
	static const char *const lines[] = { "ls -l /", "cat /etc/passwd",
		"echo what was that", "id", "ls /bin | head", "pwd" };
	double pause = s->plan->ms / 60.0;

	while (left_ms(s) > 0 && now_ms() < until) {
		unsigned n = (unsigned)rand_r(&s->dice) %
			     (sizeof(lines) / sizeof(lines[0]));

		if (type_line(s, lines[n]) == -1 ||
		    look(s, about(s, pause < 5000 ? pause : 5000)) == -1)
			return -1;
	}
	return 0;
}

/* --- a life ------------------------------------------------------------------ */

static int
set_mark(struct student *s)
{
	char line[32];

	s->mark = 10000000 + (unsigned)rand_r(&s->dice) % 10000000;
	snprintf(line, sizeof(line), "here=%u\r", s->mark);
	return say(s, line);
}

static void
come_back(struct student *s)
{
	int known;

	client_drop(&s->c);
	rest(s, about(s, s->plan->ms / 30.0));
	if (enter(s, &s->tally->again, &known) == -1)
		return;
	if (known == 1)
		s->tally->reattached++;
	work(s, now_ms() + left_ms(s));
}

void
student_live(struct student *s)
{
	double arrival =
	    s->plan->ms / 10.0 * (rand_r(&s->dice) / (double)RAND_MAX);
	double start, half;
	int known;

	rest(s, arrival);
	if (left_ms(s) <= 0)
		return;
	s->tally->came++;
	if (enter(s, &s->tally->prompt, &known) == 0 && set_mark(s) == 0) {
		start = now_ms();
		half = start + about(s, left_ms(s) / 2.5);
		if (s->plan->solve != NULL)
			solve(s);
		if (work(s, half) == 0)
			come_back(s);
	}
	if (s->c.channel != NULL)
		say(s, "\003\rexit\r");
	client_close(&s->c);
}
