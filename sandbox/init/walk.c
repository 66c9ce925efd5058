/* walk.c - the student's way through a lab's steps: what lab(1) is answered. */
#include "sandbox/init/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "gateway/base/tools.h"
#include "sandbox/init/hints.h"

#define SENDS_MAX 5    /* at once, */
#define SEND_MS	  2000 /* and then one each */

/* --- files -------------------------------------------------------------- */

/* A file of the step, to be freed; NULL: it has none. */
static char *
read_file(const char *name, uint32_t step)
{
	char path[sizeof(PROGRAMS_TARGET) + 1 + STEP_FILE_SIZE];
	int at = snprintf(path, sizeof(path), "%s/", PROGRAMS_TARGET);
	CLOSES int fd = -1;
	FREES char *text = malloc(STEP_TEXT_MAX + 1);
	ssize_t n;

	snprintf(path + at, sizeof(path) - (size_t)at, name, step);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1 || text == NULL)
		return NULL;
	n = read(fd, text, STEP_TEXT_MAX);
	if (n == -1)
		return NULL;
	text[n] = '\0';
	return take_ptr(&text);
}

int
walk_read(struct steps *s, const struct msg_init_plan *plan, struct err *e)
{
	FREES char *titles = read_file(STEPS_TITLES, 0);

	if (titles == NULL)
		return err_set(e, errno, "the lab's steps");
	steps_read(s, titles, &plan->progress);
	return 0;
}

int
walk_open(struct walk *w, const struct msg_init_plan *plan, struct err *e)
{
	bucket_fill(&w->sends, SENDS_MAX, SEND_MS);
	return plan->steps_seconds == 0 ? 0 : walk_read(&w->steps, plan, e);
}

/* --- answers ------------------------------------------------------------ */

static void
say_heading(const struct walk *w, const struct lab_client *c)
{
	const struct steps *s = &w->steps;
	char text[STEP_TITLE_MAX + 64];
	int n =
	    snprintf(text, sizeof(text), "Step %" PRIu32 " of %" PRIu32 ": %s",
		s->at, s->count, s->title[s->at - 1]);

	lab_socket_say(c, LAB_KIND_HEADING, text, (size_t)n);
}

/* Of the step that the student is at. */
static unsigned
count_hints(const struct walk *w)
{
	FREES char *text = read_file(STEP_HINTS, w->steps.at);
	unsigned n = text == NULL ? 0 : hints_count(text);

	return n < STEP_HINTS_MAX ? n : STEP_HINTS_MAX;
}

/* " 'lab hint' shows the first of 3 hints.", or nothing. */
static void
offer_hint(const struct walk *w, char *to, size_t size)
{
	unsigned shown = w->steps.hints[w->steps.at - 1];
	unsigned all = count_hints(w);

	to[0] = '\0';
	if (shown < all)
		snprintf(to, size, " 'lab hint' shows hint %u of %u.",
		    shown + 1, all);
	else if (all > 0)
		snprintf(to, size, " 'lab hint %u' shows the last hint again.",
		    all);
}

/* What is next, as the last line of an answer. */
static void
end_answer(const struct walk *w, struct lab_client *c, enum lab_status status)
{
	const struct steps *s = &w->steps;
	bool is_done = steps_has_passed(s, s->at);
	char text[512], hint[128];

	if (!is_done && steps_has_check(s, s->at)) {
		offer_hint(w, hint, sizeof(hint));
		snprintf(text, sizeof(text),
		    "'lab check' says whether it is done.%s\n", hint);
	} else if (!steps_is_last(s)) {
		snprintf(text, sizeof(text), "%s'lab next' goes on.\n",
		    is_done && steps_has_check(s, s->at) ? "Done: " : "");
	} else {
		snprintf(text, sizeof(text),
		    "This is the last step: %" PRIu32 " of %" PRIu32
		    " are done.\n",
		    steps_points(s), steps_most(s));
	}
	lab_socket_answer(c, status, text);
}

static void
show_step(const struct walk *w, struct lab_client *c)
{
	FREES char *text = read_file(STEP_TEXT, w->steps.at);

	say_heading(w, c);
	if (text != NULL)
		lab_socket_say(c, LAB_KIND_MARKDOWN, text, strlen(text));
	end_answer(w, c, LAB_DONE);
}

/* --- hints -------------------------------------------------------------- */

static void
show_hint(const struct lab_client *c, const char *text, unsigned number,
    unsigned all)
{
	char heading[64];
	size_t size;
	const char *hint = hints_find(text, number, &size);
	int n =
	    snprintf(heading, sizeof(heading), "Hint %u of %u", number, all);

	if (hint == NULL)
		return;
	lab_socket_say(c, LAB_KIND_HEADING, heading, (size_t)n);
	lab_socket_say(c, LAB_KIND_MARKDOWN, hint, size);
}

/* The next one counts; one that was shown is shown again for nothing. */
static void
on_hint(struct walk *w, struct lab_client *c)
{
	uint8_t *shown = &w->steps.hints[w->steps.at - 1];
	FREES char *text = read_file(STEP_HINTS, w->steps.at);
	unsigned all = count_hints(w);
	unsigned number = c->number == 0 ? *shown + 1U : c->number;
	char why[256];

	if (text == NULL || all == 0) {
		lab_socket_answer(c, LAB_FAILED, "This step has no hint.\n");
		return;
	}
	if (number > all) {
		snprintf(why, sizeof(why),
		    "There are %u hints in this step%s: 'lab hint 1' shows the"
		    " first again.\n",
		    all, c->number == 0 ? ", and you have seen all" : "");
		lab_socket_answer(c, LAB_FAILED, why);
		return;
	}
	if (number > *shown + 1U) {
		snprintf(why, sizeof(why),
		    "Hint %u comes after hint %u: 'lab hint' shows that.\n",
		    number, *shown + 1U);
		lab_socket_answer(c, LAB_FAILED, why);
		return;
	}
	if (number > *shown) {
		*shown = (uint8_t)number;
		w->is_due = true;
	}
	show_hint(c, text, number, all);
	lab_socket_answer(c, LAB_DONE, "");
}

/* --- moving ------------------------------------------------------------- */

bool
walk_wants_check(const struct walk *w)
{
	return walk_has_steps(w) && steps_has_check(&w->steps, w->steps.at) &&
	       !steps_has_passed(&w->steps, w->steps.at);
}

static void
go_on(struct walk *w, struct lab_client *c)
{
	if (!steps_go_on(&w->steps)) {
		end_answer(w, c, LAB_FAILED);
		return;
	}
	w->is_due = true;
	show_step(w, c);
}

static void
go_back(struct walk *w, struct lab_client *c)
{
	if (!steps_go_back(&w->steps)) {
		lab_socket_answer(c, LAB_FAILED,
		    "This is the first step: there is none before.\n");
		return;
	}
	w->is_due = true;
	show_step(w, c);
}

bool
walk_asked(struct walk *w, struct lab_client *c)
{
	if (!walk_has_steps(w)) {
		if (c->command == LAB_COMMAND_STEP)
			lab_socket_answer(c, LAB_USAGE, "");
		else
			lab_socket_answer(c, LAB_FAILED,
			    "This lab has no steps.\n");
		return true;
	}
	switch (c->command) {
	case LAB_COMMAND_NEXT:
		if (walk_wants_check(w))
			return false;
		go_on(w, c);
		return true;
	case LAB_COMMAND_BACK:
		go_back(w, c);
		return true;
	case LAB_COMMAND_HINT:
		on_hint(w, c);
		return true;
	default:
		show_step(w, c);
		return true;
	}
}

/* --- the check ---------------------------------------------------------- */

void
walk_check(struct walk *w, bool goes_on, char *file)
{
	w->checked = w->steps.at;
	w->goes_on = goes_on;
	snprintf(file, STEP_FILE_SIZE, STEP_CHECK, w->checked);
}

static void
say_not_yet(const struct walk *w, struct lab_client *c)
{
	char text[256], hint[128];

	offer_hint(w, hint, sizeof(hint));
	snprintf(text, sizeof(text), "Step %" PRIu32 " is not done yet%s.%s\n",
	    w->checked,
	    w->goes_on ? ", and the next is closed until it is" : "",
	    w->checked == w->steps.at ? hint : "");
	lab_socket_answer(c, LAB_FAILED, text);
}

void
walk_checked(struct walk *w, bool is_done, const char *output,
    struct lab_client *c)
{
	bool is_new = is_done && steps_pass(&w->steps, w->checked);

	if (is_new) {
		w->is_due = true;
		w->passed = c == NULL ? w->checked : 0;
	}
	if (c == NULL)
		return;
	if (w->goes_on && is_done && w->checked == w->steps.at) {
		go_on(w, c);
		return;
	}
	lab_socket_say(c, LAB_KIND_PLAIN, output, strlen(output));
	if (is_done && w->checked == w->steps.at)
		end_answer(w, c, LAB_DONE);
	else if (is_done)
		lab_socket_answer(c, LAB_DONE, "Done.\n");
	else
		say_not_yet(w, c);
}

/* --- the monitor -------------------------------------------------------- */

int
walk_timeout(const struct walk *w, int64_t now_ms)
{
	if (!w->is_due)
		return -1;
	return w->sends.left > 0 ? 0 : (int)bucket_wait_ms(&w->sends, now_ms);
}

void
walk_serve(struct walk *w, const struct chan *monitor, int64_t now_ms)
{
	struct err ignored;
	struct msg m;

	if (!w->is_due || !bucket_take(&w->sends, now_ms))
		return;
	MSG_NEW(&m, PROGRESS, progress);
	steps_progress(&w->steps, &m.progress.progress);
	m.progress.passed = w->passed;
	/* A monitor that is behind hears it at the next try. */
	if (chan_send(monitor, &m, &ignored) == -1)
		return;
	w->is_due = false;
	w->passed = 0;
}
