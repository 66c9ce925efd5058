/* mode_typing.c - a room full of terminals, in some of which somebody types. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/bench/modes.h"
#include "gateway/rehearse/samples.h"

#define KEY_MS	200.0  /* nobody types faster for long */
#define LOOK_MS 1000.0 /* at each of those who do not */
#define TURN_MS 10

struct room {
	const struct load *load;
	struct client *clients; /* the first load->clients type */
	unsigned open;
	double since_ms;
	unsigned keys, looks; /* so many were typed, and taken, since then */
	double looked_ms;     /* at all, while they are opened */
};

/* What has come; libssh answers meanwhile what servers ask of idle clients. */
static int
take(struct client *c, struct err *e)
{
	char buf[1024];
	int n;

	do {
		n = ssh_channel_read_nonblocking(c->channel, buf, sizeof(buf),
		    0);
	} while (n > 0);
	if (n == SSH_ERROR || ssh_channel_is_eof(c->channel))
		return err_set(e, 0, "a session ended");
	return 0;
}

/* A letter, and the next time the key that takes it back: the line stays
 * short. */
static int
type(struct room *r, struct err *e)
{
	struct client *c = &r->clients[r->keys % r->load->clients];
	const char *key = r->keys / r->load->clients % 2 == 0 ? "x" : "\177";

	r->keys++;
	if (take(c, e) == -1)
		return -1;
	if (ssh_channel_write(c->channel, key, 1) != 1)
		return err_set(e, 0, "a key could not be sent");
	return 0;
}

/* Keys and looks are spread over the time, as those of many people are. */
static int
turn(struct room *r, struct err *e)
{
	double past = now_ms() - r->since_ms;

	while (r->keys < past / KEY_MS * r->load->clients) {
		if (type(r, e) == -1)
			return -1;
	}
	while (r->looks < past / LOOK_MS * r->open) {
		if (take(&r->clients[r->looks++ % r->open], e) == -1)
			return -1;
	}
	return 0;
}

/* Until the end of stdin. */
static int
serve(struct room *r, struct err *e)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	char c;

	r->since_ms = now_ms();
	for (;;) {
		if (poll(&in, 1, TURN_MS) != 0 &&
		    read(STDIN_FILENO, &c, 1) <= 0)
			return 0;
		if (turn(r, e) == -1)
			return -1;
	}
}

/* A server asks those who are open whether they are still there, and has no
 * patience until the last one is. */
static int
look_at_all(struct room *r, struct err *e)
{
	if (now_ms() - r->looked_ms < LOOK_MS)
		return 0;
	r->looked_ms = now_ms();
	for (unsigned i = 0; i < r->open; i++) {
		if (take(&r->clients[i], e) == -1)
			return -1;
	}
	return 0;
}

static int
open_all(struct room *r, struct err *e)
{
	const struct load *l = r->load;

	for (; r->open < l->count; r->open++) {
		struct client *c = &r->clients[r->open];

		if (look_at_all(r, e) == -1 ||
		    client_login(c, &l->target, r->open, e) == -1 ||
		    client_start(c, &l->target, l->command, true, e) == -1 ||
		    client_first_output(c, &l->target, e) == -1)
			return -1;
	}
	return 0;
}

int
mode_typing(const struct load *l)
{
	struct room r = { .load = l };
	struct err e = { 0 };
	int rc = -1;

	if (l->clients == 0 || l->clients > l->count) {
		fprintf(stderr, "typing: of %u sessions %u cannot type\n",
		    l->count, l->clients);
		return -1;
	}
	r.clients = calloc(l->count, sizeof(*r.clients));
	if (r.clients == NULL)
		return -1;
	if (open_all(&r, &e) == 0) {
		printf("holding %u\n", r.open);
		fflush(stdout);
		rc = serve(&r, &e);
	}
	if (rc == -1)
		fprintf(stderr, "typing: %u sessions: %s\n", r.open, e.text);
	for (unsigned i = 0; i < l->count; i++)
		client_close(&r.clients[i]);
	free(r.clients);
	return rc;
}
