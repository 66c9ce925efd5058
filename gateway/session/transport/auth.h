/*
 * auth.h - who is this?  The client says, the monitor decides.
 */
#ifndef ATOLL_SESSION_TRANSPORT_AUTH_H
#define ATOLL_SESSION_TRANSPORT_AUTH_H

#include <libssh/callbacks.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/wire/msg.h"

struct session;

struct login {
	bool done; /* account and lab are the monitor's yes */
	char account[NAME_SIZE];
	char lab[NAME_SIZE]; /* empty: none was named */
	uint32_t forwarding; /* enum forwarding: what it may hope for */
	uint32_t failures;   /* wrong passwords, and keys with signature */
	uint32_t probes;     /* keys only asked about */
	bool said_none;
	bool saw_banner;
	bool was_heard;	  /* the last request reached a callback */
	bool was_touched; /* its security key, if it is signed by one */
	bool prompted;	  /* for whom a password was asked: */
	char prompted_account[NAME_SIZE];
	char prompted_lab[NAME_SIZE];
	bool is_newcomer;    /* an account was asked for, see register.h */
	bool has_more_time;  /* than login_grace */
	bool was_told_names; /* what one looks like */
	char given_account[NAME_SIZE]; /* who the last login is, */
	char given_lab[NAME_SIZE];     /* and where it goes, when that is set */
	char notice[TEXT_SIZE]; /* for the first terminal, until it saw it */
};

#define AUTH_NO_SERVICE "your client asks for a service that there is not"

/* Fill in the callbacks of the authentication, and say what is offered. */
void auth_init(struct session *s, struct ssh_server_callbacks_struct *cb);

/* Keyboard-interactive, which libssh has no callback for: a request, or the
 * answers to our prompt.  True when the client was answered. */
bool auth_interactive(struct session *s, ssh_message m);

/* A request that libssh kept from us; it was refused. */
void auth_unheard(struct session *s, bool is_probe);

#endif
