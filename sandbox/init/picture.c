/*
 * picture.c - the bytes that paint a terminal's screen when it is attached again.
 *
 * Whoever asks is the student to whom the whole sandbox belongs, and who is
 * waiting for just this: so init waits, too.
 */
#include "sandbox/init/picture.h"

#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>

#include "gateway/base/scope.h"
#include "gateway/screen/snapshot_tail.h"

#define ROWS_UNSAID 24
#define COLS_UNSAID 80

/* As its program knows it, who was told by the kernel. */
static void
read_size(const struct terminal *t, struct snapshot_order *to)
{
	struct winsize size = { 0 };

	if (t->master != -1)
		ioctl(t->master, TIOCGWINSZ, &size);
	to->rows = size.ws_row == 0 ? ROWS_UNSAID : size.ws_row;
	to->cols = size.ws_col == 0 ? COLS_UNSAID : size.ws_col;
}

static void
write_order(const struct terminal *t, struct snapshot_order *order)
{
	*order = (struct snapshot_order){ .ring = &t->ring,
		.ring_file = t->ring_file,
		.base = t->picture.file == -1 ? NULL : &t->picture };
	read_size(t, order);
	order->to_rows = order->rows;
	order->to_cols = order->cols;
}

static void
replace(struct terminal *t, const struct snapshot *made)
{
	snapshot_free(&t->picture);
	t->picture = *made;
}

/* Without one the old picture is as good as it was. */
static void
finish(struct terminal *t, int status)
{
	struct snapshot made;
	struct err ignored;

	if (snapshot_take(&t->run, status, &made, &ignored) == 0)
		replace(t, &made);
}

/* --- while somebody waits for it ---------------------------------------- */

/* Until the process has ended; its status as of wait(2). */
static int
wait_for(struct snapshot_run *run)
{
	CLOSES int process = (int)syscall(SYS_pidfd_open, run->pid, 0);
	struct pollfd p = { .fd = process, .events = POLLIN };
	int status = 0;

	if (process == -1 || poll(&p, 1, snapshot_timeout(run)) != 1)
		snapshot_kill(run);
	while (waitpid(run->pid, &status, 0) == -1 && errno == EINTR)
		continue;
	return status;
}

static int
paint(const struct snapshot_order *order, struct snapshot *made)
{
	struct snapshot_run run;
	struct err ignored;

	if (snapshot_start(&run, order, &ignored) == -1)
		return -1;
	return snapshot_take(&run, wait_for(&run), made, &ignored);
}

int
picture_make(struct terminal *t, unsigned rows, unsigned cols, struct err *e)
{
	struct snapshot_order order;
	struct snapshot made;

	if (t->run.pid != 0)
		finish(t, wait_for(&t->run));
	t->is_due = false;
	write_order(t, &order);
	if (rows != 0)
		order.to_rows = rows;
	if (cols != 0)
		order.to_cols = cols;
	if (paint(&order, &made) == -1 && snapshot_tail(&order, &made, e) == -1)
		return -1;
	replace(t, &made);
	return 0;
}

/* --- while nobody does -------------------------------------------------- */

void
picture_renew(struct terminal *t)
{
	struct snapshot_order order;
	struct err ignored;

	t->is_due = t->run.pid != 0;
	if (t->is_due)
		return;
	write_order(t, &order);
	snapshot_start(&t->run, &order, &ignored);
}

bool
pictures_reaped(struct terminals *all, pid_t pid, int status)
{
	for (int i = 0; i < TERMINALS_MAX; i++) {
		struct terminal *t = &all->at[i];

		if (t->run.pid != pid)
			continue;
		finish(t, status);
		return true;
	}
	return false;
}

int
pictures_timeout(const struct terminals *all)
{
	int ms = -1;

	for (int i = 0; i < TERMINALS_MAX; i++) {
		int left = snapshot_timeout(&all->at[i].run);

		if (left != -1 && (ms == -1 || left < ms))
			ms = left;
	}
	return ms;
}

void
pictures_serve(struct terminals *all)
{
	for (int i = 0; i < TERMINALS_MAX; i++) {
		struct terminal *t = &all->at[i];

		if (snapshot_timeout(&t->run) == 0)
			snapshot_kill(&t->run);
		else if (t->is_due && t->run.pid == 0)
			picture_renew(t);
	}
}
