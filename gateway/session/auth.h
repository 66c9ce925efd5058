/*
 * auth.h - who is this?  The client says, the monitor decides.
 */
#ifndef ATOLL_SESSION_AUTH_H
#define ATOLL_SESSION_AUTH_H

#include <libssh/callbacks.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/shared/name.h"

struct session;

struct login {
	bool done; /* account and lab are the monitor's yes */
	char account[NAME_SIZE];
	char lab[NAME_SIZE]; /* empty: none was named */
	uint32_t failures;   /* wrong passwords, and keys with signature */
	uint32_t probes;     /* keys only asked about */
	bool said_none;
	bool key_would_do; /* the last request was a probe we said yes to */
	uint64_t packets_at_yes;
};

/* Fill in the callbacks of the authentication, and say what is offered. */
void auth_init(struct session *s, struct ssh_server_callbacks_struct *cb);

/* After each turn of the loop before the login: notices a signature that
 * libssh dropped without a word. */
void auth_watch(struct session *s);

#endif
