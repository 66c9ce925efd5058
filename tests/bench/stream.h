/*
 * stream.h - a session whose output never stops, and who types in it.
 *
 * Its program counts aloud, ten lines a second, and answers each line that is
 * typed.  So a byte that is lost, doubled or late is seen.
 */
#ifndef ATOLL_BENCH_STREAM_H
#define ATOLL_BENCH_STREAM_H

#include "gateway/rehearse/client.h"

#define STREAM_LINE_MAX 64

struct stream {
	struct client client;
	char line[STREAM_LINE_MAX]; /* as far as it has come */
	size_t used;
	unsigned next;	  /* the number that its program says next */
	double heard_ms;  /* now_ms() of the last output */
	unsigned typed;	  /* lines, ever */
	bool is_awaited;  /* the last is not answered yet */
	double typed_ms;  /* when that was */
	double pause_ms;  /* the longest without output, since stream_mark() */
	double answer_ms; /* the longest that an answer took, since then */
	unsigned wrong;	  /* lines that were not the next, since then */
};

/* Log in and wait for the first number; client_close(&s->client) it, whatever
 * was returned. */
int stream_open(struct stream *s, const struct target *t, unsigned index,
    struct err *e);

/* Take what has come.  -1: the connection is over. */
int stream_read(struct stream *s, struct err *e);

/* Type a line, when the one before was answered; its time runs on until then. */
int stream_type(struct stream *s, struct err *e);

/* Measure from now on. */
void stream_mark(struct stream *s);

#endif
