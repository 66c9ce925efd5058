/* modes.c - what the load generator can do to a server. */
#include "tests/bench/modes.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "gateway/rehearse/samples.h"

static void
pause_for(unsigned ms)
{
	if (ms > 0)
		poll(NULL, 0, (int)ms);
}

/* --- latency -------------------------------------------------------------- */

/* From nothing to the first output; login is the time up to being in. */
static int
to_first_output(struct client *c, const struct load *l, unsigned i,
    double *login, double *total, struct err *e)
{
	double start = now_ms();

	if (client_login(c, &l->target, i, e) == -1)
		return -1;
	*login = now_ms() - start;
	if (client_start(c, &l->target, l->command, false, e) == -1 ||
	    client_first_output(c, &l->target, e) == -1)
		return -1;
	*total = now_ms() - start;
	return client_finish(c, &l->target, e);
}

int
mode_latency(const struct load *l)
{
	struct samples logins = SAMPLES_INIT, totals = SAMPLES_INIT;
	double login, total;
	struct client c;
	struct err e;

	for (unsigned i = 0; i < l->count; i++) {
		if (to_first_output(&c, l, i, &login, &total, &e) == 0) {
			samples_add(&logins, login);
			samples_add(&totals, total);
		} else {
			samples_fail(&totals, &e);
		}
		client_close(&c);
		pause_for(l->pause_ms);
	}
	printf("latency");
	samples_print(&totals);
	printf(" login_p50_ms=%.3f\n", samples_percentile(&logins, 50));
	samples_free(&logins);
	samples_free(&totals);
	return totals.failed == 0 ? 0 : -1;
}

/* --- rate ----------------------------------------------------------------- */

struct rate {
	const struct load *load;
	atomic_uint next;
	double deadline; /* ms */
	struct samples samples;
};

static int
whole_session(const struct load *l, unsigned i, struct err *e)
{
	struct client c;
	int rc = -1;

	if (client_login(&c, &l->target, i, e) == 0 &&
	    client_start(&c, &l->target, l->command, false, e) == 0)
		rc = client_finish(&c, &l->target, e);
	client_close(&c);
	return rc;
}

static void *
rate_thread(void *arg)
{
	struct rate *r = arg;
	struct err e;

	while (now_ms() < r->deadline) {
		unsigned i = atomic_fetch_add(&r->next, 1);
		double start = now_ms();

		if (i >= r->load->count)
			break;
		if (whole_session(r->load, i, &e) == 0)
			samples_add(&r->samples, now_ms() - start);
		else
			samples_fail(&r->samples, &e);
	}
	return NULL;
}

int
mode_rate(const struct load *l)
{
	double start = now_ms(), took;
	struct rate r = { .load = l,
		.deadline = start + 1e3 * l->seconds,
		.samples = SAMPLES_INIT };
	pthread_t *threads = calloc(l->clients, sizeof(*threads));
	unsigned started = 0;

	if (threads == NULL)
		return -1;
	while (started < l->clients &&
	       pthread_create(&threads[started], NULL, rate_thread, &r) == 0)
		started++;
	for (unsigned i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	took = now_ms() - start;
	free(threads);
	printf("rate");
	samples_print(&r.samples);
	printf(" clients=%u seconds=%.2f per_second=%.2f\n", started,
	    took / 1e3, (double)r.samples.count / (took / 1e3));
	samples_free(&r.samples);
	return r.samples.failed == 0 && started == l->clients ? 0 : -1;
}

/* --- burst ---------------------------------------------------------------- */

struct burst {
	const struct load *load;
	pthread_barrier_t start, done;
	atomic_uint next;
	struct samples samples;
};

static void *
burst_thread(void *arg)
{
	struct burst *b = arg;
	unsigned i = atomic_fetch_add(&b->next, 1);
	struct client c;
	struct err e;
	double start;

	pthread_barrier_wait(&b->start);
	start = now_ms();
	if (client_login(&c, &b->load->target, i, &e) == 0 &&
	    client_start(&c, &b->load->target, b->load->command, true, &e) ==
		0 &&
	    client_first_output(&c, &b->load->target, &e) == 0)
		samples_add(&b->samples, now_ms() - start);
	else
		samples_fail(&b->samples, &e);
	/* All stay until the last has its prompt, as a class does. */
	pthread_barrier_wait(&b->done);
	client_close(&c);
	return NULL;
}

int
mode_burst(const struct load *l)
{
	struct burst b = { .load = l, .samples = SAMPLES_INIT };
	pthread_t *threads = calloc(l->count, sizeof(*threads));

	if (threads == NULL ||
	    pthread_barrier_init(&b.start, NULL, l->count) != 0 ||
	    pthread_barrier_init(&b.done, NULL, l->count) != 0) {
		free(threads);
		return -1;
	}
	for (unsigned i = 0; i < l->count; i++) {
		/* Those that started wait for all: there is no going on. */
		if (pthread_create(&threads[i], NULL, burst_thread, &b) != 0) {
			fprintf(stderr, "burst: %u threads at most\n", i);
			exit(1);
		}
	}
	for (unsigned i = 0; i < l->count; i++)
		pthread_join(threads[i], NULL);
	free(threads);
	printf("burst");
	samples_print(&b.samples);
	printf("\n");
	samples_free(&b.samples);
	return b.samples.failed == 0 ? 0 : -1;
}

/* --- idle ----------------------------------------------------------------- */

/* Until stdin ends, let libssh answer what servers ask of idle clients. */
static void
hold(struct client *clients, unsigned count)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	char c;

	while (poll(&in, 1, 1000) == 0 || (in.revents & POLLIN) != 0) {
		if (in.revents != 0 && read(STDIN_FILENO, &c, 1) <= 0)
			return;
		for (unsigned i = 0; i < count; i++)
			ssh_channel_poll(clients[i].channel, 0);
	}
}

int
mode_idle(const struct load *l)
{
	struct client *clients = calloc(l->count, sizeof(*clients));
	unsigned open = 0;
	struct err e;

	if (clients == NULL)
		return -1;
	while (open < l->count &&
	       client_login(&clients[open], &l->target, open, &e) == 0 &&
	       client_start(&clients[open], &l->target, l->command, true, &e) ==
		   0 &&
	       client_first_output(&clients[open], &l->target, &e) == 0)
		open++;
	if (open < l->count)
		fprintf(stderr, "session %u failed: %s\n", open, e.text);
	printf("holding %u\n", open);
	fflush(stdout);
	hold(clients, open);
	for (unsigned i = 0; i < l->count; i++)
		client_close(&clients[i]);
	free(clients);
	return open == l->count ? 0 : -1;
}

/* --- echo ----------------------------------------------------------------- */

/* The terminal takes lines of 4095 bytes, see termios(3). */
#define LINE_MAX_KEYS 2000

static int
type_keys(struct client *c, const struct load *l, struct samples *s,
    struct err *e)
{
	for (unsigned i = 0; i < l->count; i++) {
		double start = now_ms();

		if (client_echo(c, &l->target, 'x', e) == -1)
			return -1;
		samples_add(s, now_ms() - start);
		pause_for(l->pause_ms);
	}
	return 0;
}

int
mode_echo(const struct load *l)
{
	struct samples s = SAMPLES_INIT;
	struct err e = { 0 };
	struct client c;

	if (l->count > LINE_MAX_KEYS) {
		fprintf(stderr, "echo: at most %d keys\n", LINE_MAX_KEYS);
		return -1;
	}
	/* The command says one byte when it is there.  After that only the
	 * terminal itself speaks: the kernel echoes each key. */
	if (client_login(&c, &l->target, 0, &e) == -1 ||
	    client_start(&c, &l->target, "printf x; exec cat", true, &e) ==
		-1 ||
	    client_first_output(&c, &l->target, &e) == -1 ||
	    type_keys(&c, l, &s, &e) == -1)
		samples_fail(&s, &e);
	client_close(&c);
	printf("echo");
	samples_print(&s);
	printf("\n");
	samples_free(&s);
	return s.failed == 0 ? 0 : -1;
}
