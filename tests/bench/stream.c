/* stream.c - a session whose output never stops, and who types in it. */
#include "tests/bench/stream.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/rehearse/samples.h"

/* Without a process for each line, as sleep(1) would be: 200 of these are to
 * leave the processors to the server.  Nobody writes into the pipe. */
static const char program[] =
    "stty -echo; mkfifo /tmp/f; exec 3<>/tmp/f; n=0;"
    " while :; do echo $n; n=$((n+1)); read -t 0.1 x <&3; done & exec cat";

int
stream_open(struct stream *s, const struct target *t, unsigned index,
    struct err *e)
{
	struct pollfd in = { .events = POLLIN };

	*s = (struct stream){ 0 };
	if (client_login(&s->client, t, index, e) == -1 ||
	    client_start(&s->client, t, program, true, e) == -1)
		return -1;
	in.fd = ssh_get_fd(s->client.session);
	while (s->next == 0) {
		if (poll(&in, 1, (int)t->timeout_s * 1000) == 0)
			return err_set(e, 0, "no number within %u s",
			    t->timeout_s);
		if (stream_read(s, e) == -1)
			return -1;
	}
	stream_mark(s);
	return 0;
}

void
stream_mark(struct stream *s)
{
	s->heard_ms = now_ms();
	s->typed_ms = s->heard_ms;
	s->pause_ms = s->answer_ms = 0;
	s->wrong = 0;
}

static void
longer(double *longest, double ms)
{
	if (ms > *longest)
		*longest = ms;
}

/* A number, or the answer to what was typed last. */
static void
take_line(struct stream *s, double now)
{
	bool is_answer = s->line[0] == 'k';
	unsigned long n = strtoul(s->line + is_answer, NULL, 10);

	if (is_answer) {
		s->wrong += !s->is_awaited || n != s->typed;
		s->is_awaited = false;
		longer(&s->answer_ms, now - s->typed_ms);
	} else {
		s->wrong += n != s->next;
		s->next = (unsigned)n + 1;
	}
}

static void
take(struct stream *s, const char *bytes, size_t count, double now)
{
	for (size_t i = 0; i < count; i++) {
		if (bytes[i] == '\r')
			continue;
		if (bytes[i] != '\n' && s->used < sizeof(s->line) - 1) {
			s->line[s->used++] = bytes[i];
			continue;
		}
		s->line[s->used] = '\0';
		s->used = 0;
		take_line(s, now);
	}
}

int
stream_read(struct stream *s, struct err *e)
{
	char bytes[4096];
	double now = now_ms();
	int n;

	for (;;) {
		n = ssh_channel_read_nonblocking(s->client.channel, bytes,
		    sizeof(bytes), 0);
		if (n <= 0)
			break;
		longer(&s->pause_ms, now - s->heard_ms);
		s->heard_ms = now;
		take(s, bytes, (size_t)n, now);
	}
	if (n == SSH_ERROR || ssh_channel_is_eof(s->client.channel))
		return err_set(e, 0, "a stream ended: %s",
		    ssh_get_error(s->client.session));
	return 0;
}

int
stream_type(struct stream *s, struct err *e)
{
	char text[16];
	int length;

	if (s->is_awaited)
		return 0;
	length = snprintf(text, sizeof(text), "k%u\n", ++s->typed);
	s->typed_ms = now_ms();
	s->is_awaited = true;
	if (ssh_channel_write(s->client.channel, text, (uint32_t)length) !=
	    length)
		return err_set(e, 0, "write: %s",
		    ssh_get_error(s->client.session));
	return 0;
}
