/*
 * clients.h - atoll-rehearse: started, told what to do, and listened to.
 *
 * Process: atoll.  It runs here, or through a command that runs it elsewhere, as
 * "ssh laptop /usr/libexec/atoll/atoll-rehearse": its stdin and stdout are all that
 * there is between.
 */
#ifndef ATOLL_ADMIN_REHEARSE_CLIENTS_H
#define ATOLL_ADMIN_REHEARSE_CLIENTS_H

#include <stdio.h>
#include <sys/types.h>

#include "gateway/admin/rehearse/outcome.h"

struct clients {
	pid_t pid;
	FILE *to, *from; /* owned; NULL: closed */
};

/* What solves the lab, and in how many seconds. */
struct clients_solve {
	const char *program; /* NULL: there is none */
	size_t size;
	unsigned seconds;
};

struct clients_plan {
	const char *host, *prefix;
	unsigned port;
	struct clients_solve solve;
};

/* With through, that command of the shell runs it.  key becomes its public key. */
int clients_start(struct clients *c, const char *through, char *key,
    size_t size, struct err *e);

/* And now, as the outcome has it: lab, students, minutes. */
int clients_go(struct clients *c, const struct clients_plan *p,
    const struct outcome *o, struct err *e);

/* It says what it has seen until now, and ends. */
void clients_stop(struct clients *c);

/* Waits until it has ended; what it has seen is in o. */
int clients_report(struct clients *c, struct outcome *o, struct err *e);

/* However it is with it: it is gone. */
void clients_end(struct clients *c);

#endif
