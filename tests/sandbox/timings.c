/* timings.c - how long sandboxes take, without SSH. */
#include "tests/sandbox/timings.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/scope.h"

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
print_times(const char *what, double *ms, int n)
{
	qsort(ms, (size_t)n, sizeof(*ms), compare);
	printf("%-32s min %.2f  p50 %.2f  p95 %.2f  max %.2f ms\n", what, ms[0],
	    ms[n / 2], ms[n * 95 / 100], ms[n - 1]);
}

/* One after the other: build, run a command, demolish.  So many are to stand
 * ready before each. */
static void
bench_alone(struct fixture *f, int n, uint32_t ready)
{
	double built[1000], ran[1000], ended[1000];

	for (int i = 0; i < n; i++) {
		struct chan c;
		double t0, t1, t2;
		int init;

		await_ready(f, ready);
		t0 = now_ms();
		init = build(f, "plain");
		t1 = now_ms();
		c = introduce(f, init);
		run(f, &c, "echo");
		t2 = now_ms();
		demolish(f, f->sandbox);
		built[i] = t1 - t0;
		ran[i] = t2 - t1;
		ended[i] = now_ms() - t2;
		close(c.fd);
		close(init);
	}
	print_times(ready > 0 ? "BUILD to BUILT, ready" : "BUILD to BUILT",
	    built, n);
	print_times("INTRODUCE to exit of a command", ran, n);
	print_times("DEMOLISH to ENDED", ended, n);
}

/* As many under way as width, until total were built and ended. */
static void
bench_saturated(struct fixture *f, int width, int total)
{
	double t0 = now_ms();
	int asked = 0, ended = 0;

	while (asked < width) {
		ask_build(f, "plain");
		asked++;
	}
	while (ended < total) {
		switch (next(f)) {
		case MSG_BUILT:
			msg_close(&f->in); /* the lifeline: it ends */
			break;
		case MSG_ENDED:
			ended++;
			if (asked < total) {
				ask_build(f, "plain");
				asked++;
			}
			break;
		default:
			die("bench");
		}
	}
	printf("%d sandboxes, %d at once: %.0f per second\n", total, width,
	    total / (now_ms() - t0) * 1e3);
}

/* Many that live: does the next one take longer? */
static void
bench_crowd(struct fixture *f, int preauth)
{
	int *link = calloc((size_t)preauth, sizeof(*link));
	uint32_t first = f->sandbox + 1;

	if (link == NULL)
		die("memory");
	for (int i = 0; i < preauth; i++)
		link[i] = build(f, "plain");
	printf("with %d others alive:\n", preauth);
	bench_alone(f, 50, 0);
	if (getenv("ATOLL_PAUSE") != NULL)
		pause();
	for (int i = 0; i < preauth; i++) {
		demolish(f, first + (uint32_t)i);
		close(link[i]);
	}
	free(link);
}

void
bench(struct fixture *f)
{
	bench_alone(f, 20, 0); /* warm up */
	bench_alone(f, 200, 0);
	load(f, "ready");
	bench_alone(f, 100, 3);
	load(f, "good");
	bench_saturated(f, 1, 200);
	bench_saturated(f, 8, 1000);
	bench_crowd(f, 300);
}
