/*
 * modes.h - what the load generator can do to a server.
 *
 * A mode prints one line, "mode key=value ...", and the reasons of failures on
 * stderr.  It returns 0 when nothing failed.
 */
#ifndef ATOLL_BENCH_MODES_H
#define ATOLL_BENCH_MODES_H

#include "gateway/rehearse/client.h"

struct load {
	struct target target;
	const char *command; /* NULL: the shell */
	unsigned count;	     /* sessions, or keys of the echo mode */
	unsigned clients; /* at a time, in the rate mode; who stream, or type */
	unsigned seconds; /* at most, in the rate mode */
	unsigned pause_ms; /* between two iterations */
};

/* One client after the other: connect to the first output of the command. */
int mode_latency(const struct load *l);

/* Clients that connect, run the command and leave, again and again. */
int mode_rate(const struct load *l);

/* Every client at once: from the start to the first output on a terminal. */
int mode_burst(const struct load *l);

/* Open sessions on terminals, say "holding", keep them until stdin ends. */
int mode_idle(const struct load *l);

/* Keys on a terminal: from a key to its echo. */
int mode_echo(const struct load *l);

/* Open sessions on terminals, of which some stream and are typed in, see
 * stream.h, and say "holding".  Then each line of stdin is answered with what was
 * measured since the last one, until stdin ends. */
int mode_streams(const struct load *l);

/* Open sessions on terminals, in some of which somebody types, and say "holding";
 * keep them until stdin ends. */
int mode_typing(const struct load *l);

/* In a lab whose terminals stay: a screen is filled, and the connection cut; from
 * the request for a shell on the next one until that screen has come.  Again and
 * again. */
int mode_reattach(const struct load *l);

#endif
