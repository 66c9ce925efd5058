/*
 * repaint.c - what a terminal's program printed, as whoever comes back is shown it.
 *
 * usage: repaint ROWS COLS [TO_ROWS TO_COLS] <PRINTED >PAINTED
 *
 * Does what init does: the bytes go through a ring, of which a snapshot is made
 * each time half of it was written, and one at the end.  With REPAINT_FALLBACK in
 * the environment there is no process, as when it dies.  Says on stderr how long
 * the last snapshot took.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gateway/screen/snapshot_process.h"
#include "gateway/screen/snapshot_tail.h"

static struct terminal_ring ring;
static struct snapshot last = { .file = -1 };

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* The last one is the base of the next. */
static void
make(const struct snapshot_order *order)
{
	struct snapshot_run run;
	struct snapshot next;
	struct err e;
	int status;

	if (getenv("REPAINT_FALLBACK") != NULL) {
		if (snapshot_tail(order, &next, &e) == -1)
			errx(1, "%s", e.text);
	} else if (snapshot_start(&run, order, &e) == -1 ||
		   waitpid(run.pid, &status, 0) == -1 ||
		   snapshot_take(&run, status, &next, &e) == -1) {
		errx(1, "%s", e.text);
	}
	snapshot_free(&last);
	last = next;
}

static void
print(struct snapshot_order *order)
{
	char bytes[4096];
	ssize_t n;

	while ((n = read(STDIN_FILENO, bytes, sizeof(bytes))) > 0) {
		terminal_ring_append(&ring, bytes, (size_t)n);
		if (ring.position - last.position < TERMINAL_RING_BYTES / 2)
			continue;
		make(order);
		order->base = &last;
	}
	if (n == -1)
		err(1, "read");
}

static void
show(void)
{
	char bytes[4096];
	ssize_t n;

	while ((n = read(last.file, bytes, sizeof(bytes))) > 0) {
		if (write(STDOUT_FILENO, bytes, (size_t)n) != n)
			err(1, "write");
	}
}

int
main(int argc, char **argv)
{
	struct snapshot_order order = { .ring = &ring };
	double start;
	int fd;
	struct err e;

	if (snapshot_is_process(argc, argv))
		return snapshot_process();
	if (argc != 3 && argc != 5)
		errx(2, "usage: repaint ROWS COLS [TO_ROWS TO_COLS]");
	order.rows = order.to_rows = (unsigned)atoi(argv[1]);
	order.cols = order.to_cols = (unsigned)atoi(argv[2]);
	if (terminal_ring_create(&ring, &fd, &e) == -1)
		errx(1, "%s", e.text);
	order.ring_file = fd;
	print(&order);
	if (argc == 5) {
		order.to_rows = (unsigned)atoi(argv[3]);
		order.to_cols = (unsigned)atoi(argv[4]);
	}
	start = now_ms();
	make(&order);
	fprintf(stderr, "%.2f ms\n", now_ms() - start);
	show();
	return 0;
}
