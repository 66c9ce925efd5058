/* mode_streams.c - sessions of which some are busy all the time. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/bench/modes.h"
#include "gateway/rehearse/samples.h"
#include "tests/bench/stream.h"

#define TYPE_MS 100.0

struct crowd {
	const struct load *load;
	struct stream *streams; /* load->clients of them are there */
	struct client *idle;	/* and the rest of load->count */
	unsigned streaming, idling;
	struct pollfd *fds; /* stdin, and the streams' */
};

static int
open_all(struct crowd *c, struct err *e)
{
	const struct load *l = c->load;
	unsigned rest = l->count - l->clients;

	for (; c->idling < rest; c->idling++) {
		struct client *one = &c->idle[c->idling];
		unsigned i = l->clients + c->idling;

		if (client_login(one, &l->target, i, e) == -1 ||
		    client_start(one, &l->target, l->command, true, e) == -1 ||
		    client_first_output(one, &l->target, e) == -1)
			return -1;
	}
	for (; c->streaming < l->clients; c->streaming++) {
		struct stream *s = &c->streams[c->streaming];

		if (stream_open(s, &l->target, c->streaming, e) == -1)
			return -1;
		c->fds[1 + c->streaming] =
		    (struct pollfd){ ssh_get_fd(s->client.session), POLLIN, 0 };
	}
	return 0;
}

/* What was measured since the last time, and measure anew. */
static void
report(struct crowd *c)
{
	struct samples pauses = SAMPLES_INIT, answers = SAMPLES_INIT;
	unsigned wrong = 0;

	for (unsigned i = 0; i < c->streaming; i++) {
		struct stream *s = &c->streams[i];

		samples_add(&pauses, s->pause_ms);
		samples_add(&answers, s->answer_ms);
		wrong += s->wrong;
		stream_mark(s);
	}
	printf("streams count=%u wrong=%u pause_p50_ms=%.3f pause_max_ms=%.3f"
	       " answer_p50_ms=%.3f answer_max_ms=%.3f\n",
	    c->streaming, wrong, samples_percentile(&pauses, 50),
	    samples_percentile(&pauses, 100), samples_percentile(&answers, 50),
	    samples_percentile(&answers, 100));
	fflush(stdout);
	samples_free(&pauses);
	samples_free(&answers);
}

static int
turn(struct crowd *c, double now, struct err *e)
{
	for (unsigned i = 0; i < c->streaming; i++) {
		struct stream *s = &c->streams[i];

		if (c->fds[1 + i].revents != 0 && stream_read(s, e) == -1)
			return -1;
		if (now - s->typed_ms >= TYPE_MS && stream_type(s, e) == -1)
			return -1;
	}
	return 0;
}

/* Each line of stdin asks for a report, and its end is ours. */
static int
serve(struct crowd *c, struct err *e)
{
	double looked = now_ms();
	char asked;

	for (;;) {
		double now;

		poll(c->fds, 1 + c->streaming, 10);
		now = now_ms();
		if (turn(c, now, e) == -1)
			return -1;
		if (c->fds[0].revents != 0) {
			if (read(STDIN_FILENO, &asked, 1) <= 0)
				return 0;
			report(c);
		}
		/* What servers ask of idle clients, libssh answers. */
		for (unsigned i = 0; now - looked > 1000 && i < c->idling; i++)
			if (ssh_channel_poll(c->idle[i].channel, 0) < 0)
				return err_set(e, 0, "an idle session ended");
		if (now - looked > 1000)
			looked = now;
	}
}

int
mode_streams(const struct load *l)
{
	struct crowd c = { .load = l };
	struct err e = { 0 };
	int rc = -1;

	if (l->clients > l->count) {
		fprintf(stderr, "streams: of %u sessions %u cannot stream\n",
		    l->count, l->clients);
		return -1;
	}
	c.streams = calloc(l->clients + 1, sizeof(*c.streams));
	c.idle = calloc(l->count - l->clients + 1, sizeof(*c.idle));
	c.fds = calloc(l->clients + 1, sizeof(*c.fds));
	if (c.streams == NULL || c.idle == NULL || c.fds == NULL)
		return -1;
	c.fds[0] = (struct pollfd){ STDIN_FILENO, POLLIN, 0 };
	if (open_all(&c, &e) == 0) {
		printf("holding %u\n", l->count);
		fflush(stdout);
		rc = serve(&c, &e);
	}
	if (rc == -1)
		fprintf(stderr, "streams: %s\n", e.text);
	for (unsigned i = 0; i < l->clients; i++)
		client_close(&c.streams[i].client);
	for (unsigned i = 0; i < l->count - l->clients; i++)
		client_close(&c.idle[i]);
	free(c.streams);
	free(c.idle);
	free(c.fds);
	return rc;
}
