/* client.c - one SSH client, as cheap as libssh can be. */
#include "gateway/rehearse/client.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>

/* libssh's own words for what went wrong. */
static int
failed(const struct client *c, const char *step, struct err *e)
{
	const char *why = ssh_get_error(c->session);

	return err_set(e, 0, "%s: %s", step, why[0] == '\0' ? "refused" : why);
}

static int
set_options(const struct client *c, const struct target *t, const char *account,
    struct err *e)
{
	static const struct {
		enum ssh_options_e option;
		const char *value;
	} texts[] = {
		{ SSH_OPTIONS_KEY_EXCHANGE, "curve25519-sha256" },
		{ SSH_OPTIONS_HOSTKEYS, "ssh-ed25519" },
		{ SSH_OPTIONS_CIPHERS_C_S, "aes128-gcm@openssh.com" },
		{ SSH_OPTIONS_CIPHERS_S_C, "aes128-gcm@openssh.com" },
		{ SSH_OPTIONS_COMPRESSION, "no" },
	};
	bool config = false;
	long timeout = t->timeout_s;
	int nodelay = 1;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (ssh_options_set(c->session, texts[i].option,
			texts[i].value) != SSH_OK)
			return failed(c, texts[i].value, e);
	}
	if (ssh_options_set(c->session, SSH_OPTIONS_PROCESS_CONFIG, &config) ||
	    ssh_options_set(c->session, SSH_OPTIONS_HOST, t->host) ||
	    ssh_options_set(c->session, SSH_OPTIONS_PORT, &t->port) ||
	    ssh_options_set(c->session, SSH_OPTIONS_USER, account) ||
	    ssh_options_set(c->session, SSH_OPTIONS_TIMEOUT, &timeout) ||
	    ssh_options_set(c->session, SSH_OPTIONS_NODELAY, &nodelay))
		return failed(c, "options", e);
	return 0;
}

int
client_login(struct client *c, const struct target *t, unsigned index,
    struct err *e)
{
	char account[128];
	int rc;

	*c = (struct client){ .session = ssh_new() };
	if (c->session == NULL)
		return err_set(e, 0, "ssh_new failed");
	if (t->accounts == 0)
		snprintf(account, sizeof(account), "%s", t->account);
	else
		snprintf(account, sizeof(account), "%s%03u%s%s", t->account,
		    index % t->accounts, t->lab == NULL ? "" : "+",
		    t->lab == NULL ? "" : t->lab);
	if (set_options(c, t, account, e) == -1)
		return -1;
	if (ssh_connect(c->session) != SSH_OK)
		return failed(c, "connect", e);
	rc = t->key != NULL
		 ? ssh_userauth_publickey(c->session, NULL, t->key)
		 : ssh_userauth_password(c->session, NULL, t->password);
	return rc == SSH_AUTH_SUCCESS ? 0 : failed(c, "authentication", e);
}

static int
open_session(struct client *c, const char *command)
{
	(void)command;
	return ssh_channel_open_session(c->channel);
}

static int
request_pty(struct client *c, const char *command)
{
	(void)command;
	return ssh_channel_request_pty_size(c->channel, "xterm", 80, 24);
}

static int
request_start(struct client *c, const char *command)
{
	return command == NULL ? ssh_channel_request_shell(c->channel)
			       : ssh_channel_request_exec(c->channel, command);
}

/*
 * One request and its answer.  The kernel forgets TCP_QUICKACK with the next
 * packet that is sent, see tcp(7): so it is set between sending and waiting,
 * and libssh must not wait itself.
 */
static int
request(struct client *c, const struct target *t,
    int (*step)(struct client *c, const char *command), const char *command)
{
	struct pollfd in = { .fd = ssh_get_fd(c->session), .events = POLLIN };
	int rc, on = 1;

	if (!t->quickack)
		return step(c, command);
	ssh_set_blocking(c->session, 0);
	while ((rc = step(c, command)) == SSH_AGAIN) {
		setsockopt(in.fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
		if (poll(&in, 1, (int)t->timeout_s * 1000) == 0)
			break;
	}
	ssh_set_blocking(c->session, 1);
	return rc;
}

int
client_start(struct client *c, const struct target *t, const char *command,
    bool pty, struct err *e)
{
	c->channel = ssh_channel_new(c->session);
	if (c->channel == NULL || request(c, t, open_session, NULL) != SSH_OK)
		return failed(c, "channel", e);
	if (pty && request(c, t, request_pty, NULL) != SSH_OK)
		return failed(c, "pty", e);
	if (request(c, t, request_start, command) != SSH_OK)
		return failed(c, "start", e);
	return 0;
}

/* Some output, or its end (0). */
static int
read_some(struct client *c, const struct target *t, void *to, uint32_t size,
    struct err *e)
{
	int n = ssh_channel_read_timeout(c->channel, to, size, 0,
	    (int)t->timeout_s * 1000);

	if (n == SSH_ERROR || n == SSH_AGAIN)
		return failed(c, "read", e);
	if (n == 0 && !ssh_channel_is_eof(c->channel))
		return err_set(e, 0, "no output within %u s", t->timeout_s);
	return n;
}

int
client_first_output(struct client *c, const struct target *t, struct err *e)
{
	char buf[256];
	int n = read_some(c, t, buf, sizeof(buf), e);

	if (n == 0)
		return err_set(e, 0, "ended without output");
	return n < 0 ? -1 : 0;
}

/* -1: none came, as when a signal ended it. */
static int
exit_status(const struct client *c)
{
#if LIBSSH_VERSION_INT >= SSH_VERSION_INT(0, 11, 0)
	uint32_t code;

	if (ssh_channel_get_exit_state(c->channel, &code, NULL, NULL) != SSH_OK)
		return -1;
	return (int)code;
#else
	return ssh_channel_get_exit_status(c->channel);
#endif
}

int
client_finish(struct client *c, const struct target *t, struct err *e)
{
	char buf[4096];
	int n, status;

	do {
		n = read_some(c, t, buf, sizeof(buf), e);
	} while (n > 0);
	if (n < 0)
		return -1;
	status = exit_status(c);
	if (status != 0)
		return err_set(e, 0, "exit status %d", status);
	return 0;
}

int
client_echo(struct client *c, const struct target *t, char key, struct err *e)
{
	char back;
	int n;

	if (ssh_channel_write(c->channel, &key, 1) != 1)
		return failed(c, "write", e);
	n = read_some(c, t, &back, 1, e);
	if (n == 0)
		return err_set(e, 0, "ended without an echo");
	if (n < 0)
		return -1;
	if (back != key)
		return err_set(e, 0, "echo of another byte (%d)", back);
	return 0;
}

void
client_close(struct client *c)
{
	if (c->session == NULL)
		return;
	if (c->channel != NULL) {
		ssh_channel_close(c->channel);
		ssh_channel_free(c->channel);
	}
	ssh_disconnect(c->session);
	ssh_free(c->session);
	*c = (struct client){ 0 };
}

void
client_drop(struct client *c)
{
	if (c->session == NULL)
		return;
	shutdown(ssh_get_fd(c->session), SHUT_RDWR);
	if (c->channel != NULL)
		ssh_channel_free(c->channel);
	ssh_free(c->session);
	*c = (struct client){ 0 };
}
