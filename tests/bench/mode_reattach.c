/* mode_reattach.c - the link is lost, and the screen is back. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/bench/modes.h"
#include "gateway/rehearse/samples.h"

#define LAST_WORD "screen-is-full" /* of what is on the screen */

/* All that is remembered of a terminal, 128 KiB, and more.  What is typed does not
 * hold the last word itself. */
static const char fill[] =
    "stty -echo; i=0; while [ $i -lt 4000 ]; do i=$((i+1));"
    " echo \"line $i of what was on the screen before\"; done;"
    " echo screen-is''-full\n";

/* Read until the word has come: all of it may be there, or its beginning. */
static int
await(struct client *c, const struct target *t, struct err *e)
{
	const size_t keep = sizeof(LAST_WORD) - 2;
	char text[65536];
	size_t used = 0;

	for (;;) {
		int n = ssh_channel_read_timeout(c->channel, text + used,
		    (uint32_t)(sizeof(text) - 1 - used), 0,
		    (int)t->timeout_s * 1000);

		if (n <= 0)
			return err_set(e, 0, "no \"" LAST_WORD "\": %s",
			    ssh_get_error(c->session));
		used += (size_t)n;
		text[used] = '\0';
		if (strstr(text, LAST_WORD) != NULL)
			return 0;
		if (used > keep)
			memmove(text, text + used - keep, keep);
		used = used > keep ? keep : used;
	}
}

/* Without a word of SSH, as a cable that is cut; the server's kernel notices. */
static void
cut(struct client *c)
{
	shutdown(ssh_get_fd(c->session), SHUT_RDWR);
	ssh_channel_free(c->channel);
	ssh_free(c->session);
	*c = (struct client){ 0 };
}

/* From the request for a shell to the last word of the screen of before. */
static int
come_back(struct client *c, const struct load *l, double *took, struct err *e)
{
	double start;

	if (client_login(c, &l->target, 0, e) == -1)
		return -1;
	start = now_ms();
	if (client_start(c, &l->target, NULL, true, e) == -1 ||
	    await(c, &l->target, e) == -1)
		return -1;
	*took = now_ms() - start;
	return 0;
}

static int
fill_screen(struct client *c, const struct load *l, struct err *e)
{
	const uint32_t length = sizeof(fill) - 1;

	if (client_login(c, &l->target, 0, e) == -1 ||
	    client_start(c, &l->target, NULL, true, e) == -1)
		return -1;
	if (ssh_channel_write(c->channel, fill, length) != (int)length)
		return err_set(e, 0, "write: %s", ssh_get_error(c->session));
	return await(c, &l->target, e);
}

int
mode_reattach(const struct load *l)
{
	struct samples s = SAMPLES_INIT;
	struct client c;
	struct err e;
	double took;

	if (fill_screen(&c, l, &e) == -1)
		samples_fail(&s, &e);
	for (unsigned i = 0; s.failed == 0 && i < l->count; i++) {
		cut(&c);
		poll(NULL, 0, (int)l->pause_ms);
		if (come_back(&c, l, &took, &e) == 0)
			samples_add(&s, took);
		else
			samples_fail(&s, &e);
	}
	client_close(&c);
	printf("reattach");
	samples_print(&s);
	printf("\n");
	samples_free(&s);
	return s.failed == 0 ? 0 : -1;
}
