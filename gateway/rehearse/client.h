/*
 * client.h - one SSH client, as cheap as libssh can be: for rehearsals, and for the
 * load generator of tests/bench.
 *
 * Client and server share the machine's cores, so every cycle spent here is
 * missing there: no configuration files, no known hosts, the key loaded once,
 * the cheapest modern algorithms, the same for every server that is measured.
 */
#ifndef ATOLL_REHEARSE_CLIENT_H
#define ATOLL_REHEARSE_CLIENT_H

#include <libssh/libssh.h>
#include <stdbool.h>
#include <stddef.h>

#include "gateway/base/err.h"

/* Whom to connect to, and as whom. */
struct target {
	const char *host;
	unsigned port;
	const char *account; /* followed by %03u when there are several */
	unsigned accounts;   /* 0: account is the whole name */
	const char *lab;     /* to be entered at once; NULL: none is named */
	ssh_key key;	     /* NULL: the password is used */
	const char *password;
	unsigned timeout_s; /* for each step */
	bool quickack;	    /* acknowledge at once, see client_start() */
};

struct client {
	ssh_session session; /* NULL when there is none, as is the channel */
	ssh_channel channel;
};

/* TCP connection, key exchange and authentication as account number index
 * (modulo their number).  client_close() it, whatever was returned. */
int client_login(struct client *c, const struct target *t, unsigned index,
    struct err *e);

/*
 * A channel, on a terminal or not, with a command or (NULL) the shell.
 *
 * A server without TCP_NODELAY sends its second small packet only after the
 * client's acknowledgement of the first, which any client's kernel delays by
 * 40 ms.  That is what people wait for, so it is measured; with quickack it can
 * be told from what the server works.
 */
int client_start(struct client *c, const struct target *t, const char *command,
    bool pty, struct err *e);

/* Wait for the first output. */
int client_first_output(struct client *c, const struct target *t,
    struct err *e);

/* Read up to the end of the output; the exit status must be 0. */
int client_finish(struct client *c, const struct target *t, struct err *e);

/* Send a key and wait until it comes back. */
int client_echo(struct client *c, const struct target *t, char key,
    struct err *e);

void client_close(struct client *c);

/* As a cut cable: the server hears no word of it. */
void client_drop(struct client *c);

#endif
