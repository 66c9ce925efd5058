/*
 * main.c - atoll-session, the order of steps.
 *
 * Process: zygote, started by the builder as root with its link to the monitor
 * as descriptor 3.  It gives up everything before the first connection, and
 * each connection is served by a fork of it.
 */
#include <libssh/libssh.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/session/jail.h"
#include "gateway/session/options.h"
#include "gateway/session/transport/algorithms.h"
#include "gateway/session/transport/hostkey.h"
#include "gateway/session/transport/warmup.h"
#include "gateway/session/zygote.h"

#define MONITOR_FD 3

static _Noreturn void
fatal(const struct err *e)
{
	log_error(NULL, "session: %s", e->text);
	exit(1);
}

#ifdef SHARED_LIBSSH

/* What needs files. */
static int
prepare(struct hostkeys *all, ssh_bind offer, const struct options *o,
    struct err *e)
{
	for (unsigned i = 0; i < o->host_key_count; i++) {
		if (hostkey_load(all, offer, o->host_keys[i], e) == -1)
			return -1;
	}
	for (unsigned i = 0; i < o->next_key_count; i++) {
		if (hostkey_load(all, NULL, o->next_keys[i], e) == -1)
			return -1;
	}
	return warmup(offer, e);
}

#else

/* The host keys that clients are shown are the monitor's first words; until then
 * there is one that nobody will see. */
static int
prepare(struct hostkeys *all, ssh_bind offer, const struct options *o,
    struct err *e)
{
	ssh_bind warm = algorithms_bind(e);
	int rc = -1;

	(void)all;
	(void)offer;
	(void)o;
	if (warm != NULL && hostkey_make(warm, e) == 0)
		rc = warmup(warm, e);
	ssh_bind_free(warm);
	return rc;
}

#endif

int
main(int argc, char *argv[])
{
	struct options o;
	struct jail jail;
	struct hostkeys keys = { .count = 0 };
	struct zygote z;
	struct err e = { 0 };
	ssh_bind offer;

	if (options_parse(&o, argc, argv, &e) == -1)
		fatal(&e);
	closefrom(MONITOR_FD + 1); /* nobody else's descriptors */
	signal(SIGPIPE, SIG_IGN);  /* a command that reads no more */
	tzset();		   /* its file is out of reach in the jail */
	ssh_init(); /* a static libssh does not do it by itself */
	offer = algorithms_bind(&e);
	if (offer == NULL || prepare(&keys, offer, &o, &e) == -1 ||
	    jail_prepare(&jail, &e) == -1 ||
	    zygote_init(&z, MONITOR_FD, &jail, offer, &keys, &e) == -1 ||
	    jail_enter(&jail, &o, &e) == -1) /* from here on: bytes only */
		fatal(&e);
	/* Of what the handshakes left each fork would copy the pages: its own
	 * malloc_trim() writes to all that is free. */
	malloc_trim(0);
	if (zygote_serve(&z, &e) == -1)
		fatal(&e);
	_exit(0); /* a leak checker would look for /proc, which is not here */
}
