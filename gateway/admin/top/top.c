/*
 * top.c - atoll top: the seats and what they take, live.
 *
 * An answer for a thousand seats costs the gateway some work, so the time between two is
 * a hundred times what the last one took, and two seconds at least.
 */
#include "gateway/admin/top/top.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "gateway/admin/argument.h"
#include "gateway/admin/screen_signals.h"
#include "gateway/admin/top/layout.h"
#include "gateway/admin/top/top_request.h"
#include "gateway/admin/top/top_screen.h"
#include "gateway/admin/top/top_view.h"
#include "gateway/admin/watch/watch.h"
#include "gateway/base/clock.h"
#include "gateway/base/scope.h"

#define EVERY_MS    2000
#define EVERY_MAX   30000
#define COST_FACTOR 100
#define SECOND_MS   500 /* after the first answer, which has no shares */
#define CTRL_C	    3

struct top {
	const struct invocation *in;
	struct top_request request;
	struct top_rows rows;
	struct view view;
	int64_t next_ms; /* clock_ms() of the next request */
	int signals;	 /* owned; -1: none */
	bool is_over;
	enum status status;
};

/* --- answers ---------------------------------------------------------------------- */

static int
look(struct top *t, const char *lab, struct err *e)
{
	int64_t begun = clock_ms(), took;
	struct answer a;
	struct msg m;
	int rc;

	MSG_NEW(&m, ADMIN_TOP, admin_top);
	text_copy(m.admin_top.lab, NAME_SIZE, lab);
	rc = top_ask(&t->request, &m, &a, e);
	if (rc == 0)
		rc = top_rows_take(&t->rows, &a, clock_us(), e);
	answer_free(&a);
	took = COST_FACTOR * (clock_ms() - begun);
	t->view.every_ms = took < EVERY_MS    ? EVERY_MS
			   : took > EVERY_MAX ? EVERY_MAX
					      : took;
	t->next_ms = clock_ms() + t->view.every_ms;
	top_rows_sort(&t->rows, t->view.sort);
	return rc;
}

/* A gateway that does not answer now may in a moment: what was there last stays. */
static void
look_again(struct top *t)
{
	struct err e = { 0 };

	if (look(t, t->view.lab, &e) == -1)
		text_copy(t->view.note, TEXT_SIZE, e.text);
}

static void
tell(struct top *t, const struct msg *m)
{
	struct err e = { 0 };

	if (top_tell(&t->request, m, t->view.note, &e) == -1)
		text_copy(t->view.note, TEXT_SIZE, e.text);
	t->next_ms = clock_ms();
}

/* --- a list ----------------------------------------------------------------------- */

static enum status
print_list(struct top *t, struct err *e)
{
	char head[TOP_HEAD][TOP_LINE_SIZE], line[TOP_LINE_SIZE];
	const struct timespec pause = { .tv_nsec = SECOND_MS * 1000000 };
	struct top_layout l;

	nanosleep(&pause, NULL);
	if (look(t, t->view.lab, e) == -1)
		return FAILED;
	top_layout(&l, &t->rows, TOP_WIDE);
	top_head(&l, &t->rows, head);
	for (unsigned i = 0; i < TOP_HEAD; i++)
		printf("%s\n", head[i]);
	top_titles(&l, line);
	printf("%s\n", line);
	for (size_t i = 0; i < t->rows.count; i++) {
		top_line(&l, &t->rows.row[i], time(NULL), line);
		for (size_t n = strlen(line); n > 0 && line[n - 1] == ' '; n--)
			line[n - 1] = '\0';
		printf("%s\n", line);
	}
	return DONE;
}

/* --- keys ------------------------------------------------------------------------- */

/* Another lab's rows; one that cannot be shown changes nothing. */
static void
choose_lab(struct top *t, const char *lab)
{
	struct err e = { 0 };

	if ((lab[0] != '\0' && argument_lab(lab, &e) == -1) ||
	    look(t, lab, &e) == -1)
		text_copy(t->view.note, TEXT_SIZE, e.text);
	else
		text_copy(t->view.lab, NAME_SIZE, lab);
}

/* number is of one of its terminals, as a text; or empty. */
static void
watch_seat(struct top *t, const char *number)
{
	char seat[2 * NAME_SIZE + EDIT_SIZE], *words[] = { seat, NULL };
	struct invocation in = *t->in;
	struct err e = { 0 };

	snprintf(seat, sizeof(seat), "%s+%s%s%s", t->view.target.account,
	    t->view.target.lab, number[0] == '\0' ? "" : "#", number);
	in.count = 1;
	in.words = words;
	in.greeted = t->request.link.fd == -1 ? NULL : &t->request.link;
	screen_leave();
	watch_run(&in, &e);
	screen_return();
	text_copy(t->view.note, TEXT_SIZE, e.text);
	t->next_ms = clock_ms();
}

/* The text is whole. */
static void
take_text(struct top *t, enum view_mode mode, const char *text)
{
	struct err e = { 0 };
	struct msg m;
	int rc = 0;

	switch (mode) {
	case VIEW_LAB:
		choose_lab(t, text);
		return;
	case VIEW_TERMINAL:
		watch_seat(t, text);
		return;
	case VIEW_SAY:
		rc = act_say(&m, &t->view.target, text, &e);
		break;
	case VIEW_EXTEND:
		rc = act_extend(&m, &t->view.target, text, &e);
		break;
	default:
		return;
	}
	if (rc == 0)
		tell(t, &m);
	else
		text_copy(t->view.note, TEXT_SIZE, e.text);
}

static void
type(struct top *t, int key)
{
	enum view_mode mode = t->view.mode;
	char text[EDIT_SIZE];
	enum edit_key what = EDIT_GOES_ON;

	if (key == SCREEN_ERASE)
		edit_erase(&t->view.edit);
	else
		what = edit_key(&t->view.edit, key);
	if (what == EDIT_GOES_ON)
		return;
	text_copy(text, sizeof(text), t->view.edit.text);
	view_step(&t->view, VIEW_LIST);
	if (what == EDIT_DONE)
		take_text(t, mode, text);
}

/* Whatever is not a yes is a no. */
static void
answer_question(struct top *t, int key)
{
	struct msg m;

	view_step(&t->view, VIEW_LIST);
	if (key != 'y' && key != 'Y') {
		text_copy(t->view.note, TEXT_SIZE, "nothing was ended");
		return;
	}
	act_kill(&m, &t->view.target);
	tell(t, &m);
}

static void
freeze_or_thaw(struct top *t, const struct msg_seat *s)
{
	struct msg m;

	if (s->restraint == RESTRAINT_NONE)
		act_freeze(&m, &t->view.chosen);
	else
		act_thaw(&m, &t->view.chosen);
	tell(t, &m);
}

static bool
sort_key(struct top *t, int key)
{
	static const char letters[TOP_SORTS + 1] = "cmihn";
	const char *at = key > ' ' && key < 0x80 ? strchr(letters, key) : NULL;

	if (at == NULL)
		return false;
	t->view.sort = (enum top_sort)(at - letters);
	top_rows_sort(&t->rows, t->view.sort);
	return true;
}

/* A key that is about the marked seat. */
static void
seat_key(struct top *t, int key)
{
	ssize_t at = view_row(&t->view, &t->rows);

	if (at == -1)
		return;
	view_move(&t->view, &t->rows, 0);
	switch (key) {
	case 'w':
	case '\r':
		t->view.target = t->view.chosen;
		watch_seat(t, "");
		break;
	case 'W':
		view_step(&t->view, VIEW_TERMINAL);
		break;
	case 's':
		view_step(&t->view, VIEW_SAY);
		break;
	case 'e':
		view_step(&t->view, VIEW_EXTEND);
		break;
	case 'f':
		freeze_or_thaw(t, &t->rows.row[at].seat);
		break;
	case 'k':
		view_step(&t->view, VIEW_KILL);
		break;
	default:
		break;
	}
}

static bool
move_key(struct top *t, int key)
{
	static const struct {
		int key;
		long rows, pages;
	} moves[] = {
		{ SCREEN_UP, -1, 0 },
		{ SCREEN_DOWN, 1, 0 },
		{ SCREEN_PAGE_UP, 0, -1 },
		{ SCREEN_PAGE_DOWN, 0, 1 },
		{ SCREEN_FIRST, -65536, 0 },
		{ SCREEN_LAST, 65536, 0 },
	};

	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
		if (moves[i].key != key)
			continue;
		view_move(&t->view, &t->rows,
		    moves[i].rows + moves[i].pages * (long)view_page());
		return true;
	}
	return false;
}

static void
list_key(struct top *t, int key)
{
	t->view.note[0] = '\0';
	if (key == 'q' || key == 'Q' || key == CTRL_C)
		t->is_over = true;
	else if (key == ' ')
		t->next_ms = clock_ms();
	else if (key == 'l')
		view_step(&t->view, VIEW_LAB);
	else if (key == '?')
		view_step(&t->view, VIEW_HELP);
	else if (!sort_key(t, key) && !move_key(t, key))
		seat_key(t, key);
}

static void
take_key(struct top *t, int key)
{
	if (t->view.mode == VIEW_LIST)
		list_key(t, key);
	else if (t->view.mode == VIEW_HELP)
		view_step(&t->view, VIEW_LIST);
	else if (t->view.mode == VIEW_KILL)
		answer_question(t, key);
	else
		type(t, key);
}

/* --- the loop --------------------------------------------------------------------- */

static void
read_signals(struct top *t)
{
	struct signalfd_siginfo told;

	while (read(t->signals, &told, sizeof(told)) == sizeof(told)) {
		if (told.ssi_signo == SIGWINCH) {
			screen_resized();
		} else if (told.ssi_signo != SIGTSTP) {
			t->is_over = true;
			t->status = FAILED;
		}
	}
}

/* Until something happens, or it is time to look again.  Between two requests nothing
 * comes on staff's link but its end. */
static void
turn(struct top *t, struct err *e)
{
	int64_t wait = t->next_ms - clock_ms();
	struct pollfd fds[] = {
		{ STDIN_FILENO, POLLIN, 0 },
		{ t->signals, POLLIN, 0 },
		{ t->request.link.fd, POLLIN, 0 },
	};
	int key;

	view_draw(&t->view, &t->rows);
	if (poll(fds, 3, wait < 0 ? 0 : (int)wait) == -1 && errno != EINTR) {
		err_set(e, errno, "poll");
		t->is_over = true;
		t->status = FAILED;
		return;
	}
	if (fds[1].revents != 0)
		read_signals(t);
	while (!t->is_over && (key = screen_key()) != SCREEN_NO_KEY)
		take_key(t, key);
	if ((fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
		t->is_over = true;
	if (fds[2].revents != 0) {
		err_set(e, 0, "the gateway was interrupted: try again");
		t->is_over = true;
		t->status = FAILED;
	}
	if (!t->is_over && clock_ms() >= t->next_ms)
		look_again(t);
}

static enum status
show(struct top *t, struct err *e)
{
	t->signals = screen_signals_open(true, e);
	if (t->signals == -1 || screen_open(e) == -1)
		return FAILED;
	t->next_ms = clock_ms() + SECOND_MS;
	while (!t->is_over)
		turn(t, e);
	screen_close();
	return t->status;
}

enum status
top_run(const struct invocation *in, struct err *e)
{
	const char *lab = in->count > 0 ? in->words[0] : "";
	static struct top t; /* too much for a stack */
	enum status status;

	t = (struct top){ .in = in, .signals = -1, .status = DONE };
	if (lab[0] != '\0' && argument_lab(lab, e) == -1)
		return USAGE;
	text_copy(t.view.lab, NAME_SIZE, lab);
	if (top_request_begin(&t.request, in, e) == -1 ||
	    look(&t, lab, e) == -1)
		status = FAILED;
	else if (in->once || !screen_is_able())
		status = print_list(&t, e);
	else
		status = show(&t, e);
	top_rows_free(&t.rows);
	scope_close(&t.signals);
	return status;
}
