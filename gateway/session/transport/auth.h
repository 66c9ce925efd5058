/*
 * auth.h - who is this?  The client says, the monitor decides.
 */
#ifndef ATOLL_SESSION_TRANSPORT_AUTH_H
#define ATOLL_SESSION_TRANSPORT_AUTH_H

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <stdbool.h>

struct session;

#define AUTH_NO_SERVICE                                                        \
	"your client asks for a service that SSH servers do not have"

/* Fill in the callbacks of the authentication, and say what is offered. */
void auth_init(struct session *s, struct ssh_server_callbacks_struct *cb);

/* Keyboard-interactive, which libssh has no callback for: a request, or the
 * answers to our prompt.  True when the client was answered. */
bool auth_interactive(struct session *s, ssh_message m);

/* A request that libssh kept from us; it was refused. */
void auth_unheard(struct session *s, bool is_probe);

#endif
