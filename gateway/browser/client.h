/*
 * client.h - the SSH connection of one terminal.	Process: a fork of browser.
 */
#ifndef ATOLL_BROWSER_CLIENT_H
#define ATOLL_BROWSER_CLIENT_H

#include <libssh/libssh.h>
#include <stdbool.h>

#include "gateway/wire/chan.h"

struct client {
	struct chan web;
	int ssh_fd, bytes;
	unsigned rows, cols;	       /* as the browser said last */
	unsigned said_rows, said_cols; /* and as the gateway was told */
	ssh_session ssh;	       /* owned */
	ssh_event event;     /* owned; with ssh in it once there are keys, */
	bool has_keys;	     /* which is then */
	ssh_channel channel; /* ssh's; NULL before the login */
	char why[TEXT_SIZE]; /* it is over, for its student; "": it is not */
};

/* Exchange keys.  -1: over, and why, as below. */
int client_connect(struct client *c, const char *name);

/* A channel with a pty on it; the shell is asked for by the caller. */
int client_open(struct client *c);

/*
 * Wait until either side says something, and hear it: packets, and the size of the
 * terminal.  1: there is a message of that type in m.  -1: over, since either side has
 * ended, or atoll-web says what it may not.
 *
 * libssh never waits by itself: it would not notice that the gateway has hung up while it
 * waits for an answer.
 */
int client_turn(struct client *c, enum msg_type type, struct msg *m);

/* Over, and why: text, or what the gateway or libssh said when it is NULL.  The first
 * reason stays.  Returns -1. */
int client_over(struct client *c, const char *text);

/* Tell the gateway of a size that it does not know, which no other request of the channel
 * may be waiting for an answer at. */
void client_say_size(struct client *c);

/* Look after packets that have come.  False: the gateway has hung up. */
bool client_hear(struct client *c);

/* A message of atoll-web's: 1, 0 or -1, as of client_turn(). */
int client_receive(struct client *c, enum msg_type type, struct msg *m);

/* The size of a terminal is what a browser says: a sane one. */
void client_take_size(struct client *c, uint32_t rows, uint32_t cols);

#endif
