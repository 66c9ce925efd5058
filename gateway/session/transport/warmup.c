/* warmup.c - one handshake with ourselves for each cipher, before the jail. */
#include "gateway/session/transport/warmup.h"

#include <errno.h>
#include <fcntl.h>
#include <libssh/libssh.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "gateway/base/scope.h"
#include "gateway/session/transport/algorithms.h"

#define TURNS_MAX 200 /* a handshake takes about ten */

static ssh_session
new_client(int fd, const char *cipher, struct err *e)
{
	ssh_session client = ssh_new();
	bool process_config = false;

	if (client != NULL &&
	    ssh_options_set(client, SSH_OPTIONS_HOST, "warmup") == 0 &&
	    ssh_options_set(client, SSH_OPTIONS_USER, "warmup") == 0 &&
	    ssh_options_set(client, SSH_OPTIONS_SSH_DIR, "/nonexistent") == 0 &&
	    ssh_options_set(client, SSH_OPTIONS_PROCESS_CONFIG,
		&process_config) == 0 &&
	    ssh_options_set(client, SSH_OPTIONS_FD, &fd) == 0 &&
	    ssh_options_set(client, SSH_OPTIONS_CIPHERS_C_S, cipher) == 0 &&
	    ssh_options_set(client, SSH_OPTIONS_CIPHERS_S_C, cipher) == 0) {
		ssh_set_blocking(client, 0);
		return client;
	}
	err_set(e, 0, "warm up: client: %s",
	    client == NULL ? "no memory" : ssh_get_error(client));
	ssh_free(client);
	return NULL;
}

/* Both sides in turn, each as far as it gets without the other. */
static int
shake_hands(ssh_session server, ssh_session client, struct err *e)
{
	int s = SSH_AGAIN, c = SSH_AGAIN;

	for (int turn = 0; turn < TURNS_MAX; turn++) {
		/* Neither function may be called again once it has returned
		 * OK. */
		if (s == SSH_AGAIN)
			s = ssh_handle_key_exchange(server);
		if (c == SSH_AGAIN)
			c = ssh_connect(client);
		if (s == SSH_ERROR)
			return err_set(e, 0, "warm up: %s",
			    ssh_get_error(server));
		if (c == SSH_ERROR)
			return err_set(e, 0, "warm up: client: %s",
			    ssh_get_error(client));
		if (s == SSH_OK && c == SSH_OK)
			return 0;
	}
	return err_set(e, 0, "warm up: no end of the handshake");
}

static int
with_cipher(ssh_bind offer, const char *cipher, struct err *e)
{
	int ends[2];
	ssh_session server, client;
	int rc = -1;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		ends) == -1)
		return err_set(e, errno, "socketpair");
	server = ssh_new();
	client = new_client(ends[1], cipher, e);
	if (server == NULL || client == NULL) {
		close(ends[0]);
		close(ends[1]);
		return -1;
	}
	ssh_set_blocking(server, 0);
	if (ssh_bind_accept_fd(offer, server, ends[0]) == SSH_OK)
		rc = shake_hands(server, client, e);
	else
		err_set(e, 0, "warm up: %s", ssh_get_error(offer));
	/* Not ssh_disconnect(): there is no client that would read why. */
	ssh_free(client);
	ssh_free(server);
	return rc;
}

int
warmup(ssh_bind offer, struct err *e)
{
	for (const char *const *c = algorithms_ciphers; *c != NULL; c++) {
		if (with_cipher(offer, *c, e) == -1)
			return err_wrap(e, "%s", *c);
	}
	return 0;
}
