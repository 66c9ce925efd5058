/* client.c - the SSH connection of one terminal. */
#include "gateway/browser/client.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#define TERM	   "xterm-256color" /* what xterm.js is */
#define SIZE_MOST  500		    /* rows or columns */
#define GONE	   "the browser is gone"
#define REFUSED	   "atoll: "		  /* see refusal.c of the monitor */
#define DISCONNECT "SSH_MSG_DISCONNECT: " /* libssh, before number and reason */

int
client_over(struct client *c, const char *text)
{
	const char *said = text;

	if (c->why[0] != '\0')
		return -1;
	if (said == NULL) {
		const char *all = ssh_get_error(c->ssh);
		const char *reason = strstr(all, DISCONNECT);

		if (reason != NULL)
			reason = strchr(reason + strlen(DISCONNECT), ':');
		said = reason != NULL && reason[1] != '\0' ? reason + 1
							   : "the connection"
							     " was closed";
	}
	text_copy(c->why, TEXT_SIZE, said);
	return -1;
}

/* The cheapest of what is sound, since its whole way is in this machine's memory.  It
 * opens no file: there is none. */
static int
set_options(const struct client *c, const char *name)
{
	static const struct {
		enum ssh_options_e option;
		const char *value;
	} texts[] = {
		{ SSH_OPTIONS_HOST, "localhost" },
		{ SSH_OPTIONS_SSH_DIR, "/" },
		{ SSH_OPTIONS_KNOWNHOSTS, "/dev/null" },
		{ SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null" },
		{ SSH_OPTIONS_KEY_EXCHANGE, "curve25519-sha256" },
		{ SSH_OPTIONS_CIPHERS_C_S, "aes128-gcm@openssh.com" },
		{ SSH_OPTIONS_CIPHERS_S_C, "aes128-gcm@openssh.com" },
		{ SSH_OPTIONS_COMPRESSION, "no" },
	};
	bool config = false;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (ssh_options_set(c->ssh, texts[i].option, texts[i].value) !=
		    SSH_OK)
			return -1;
	}
	return ssh_options_set(c->ssh, SSH_OPTIONS_PROCESS_CONFIG, &config) ||
		       ssh_options_set(c->ssh, SSH_OPTIONS_FD, &c->ssh_fd) ||
		       ssh_options_set(c->ssh, SSH_OPTIONS_USER, name)
		   ? -1
		   : 0;
}

/* --- a step of libssh's that may have to wait ----------------------------------- */

/* False: it is not to be tried once more; rc says why. */
static bool
has_to_wait(struct client *c, int *rc)
{
	struct msg m;

	if (*rc != SSH_AGAIN)
		return false;
	if (client_turn(c, MSG_NONE, &m) == -1) {
		*rc = SSH_ERROR;
		return false;
	}
	return true;
}

/* Who is refused gets a line with the reason before the identification.  libssh, which
 * would tell it from the packet after that, may see the end of the socket first. */
static int
look_for_refusal(struct client *c)
{
	struct pollfd fds[2] = {
		{ .fd = c->ssh_fd, .events = POLLIN },
		{ .fd = c->web.fd }, /* hung up */
	};
	char first[TEXT_SIZE];
	size_t size = strlen(REFUSED);
	ssize_t n;

	while (poll(fds, 2, -1) == -1) {
		if (errno != EINTR)
			return client_over(c, strerror(errno));
	}
	n = recv(c->ssh_fd, first, sizeof(first) - 1, MSG_PEEK | MSG_DONTWAIT);
	if (n < (ssize_t)size || memcmp(first, REFUSED, size) != 0)
		return 0;
	first[n] = '\0';
	first[strcspn(first, "\r\n")] = '\0';
	return client_over(c, first + size);
}

int
client_connect(struct client *c, const char *name)
{
	int rc;

	if (look_for_refusal(c) == -1)
		return -1;
	c->ssh = ssh_new();
	c->event = ssh_event_new();
	if (c->ssh == NULL || c->event == NULL)
		return client_over(c, "there is no memory");
	ssh_set_blocking(c->ssh, 0);
	if (set_options(c, name) == -1)
		return client_over(c, NULL);
	do
		rc = ssh_connect(c->ssh);
	while (has_to_wait(c, &rc));
	if (rc != SSH_OK || ssh_event_add_session(c->event, c->ssh) != SSH_OK)
		return client_over(c, NULL);
	c->has_keys = true;
	return 0;
}

int
client_open(struct client *c)
{
	int rc;

	c->channel = ssh_channel_new(c->ssh);
	if (c->channel == NULL)
		return client_over(c, NULL);
	do
		rc = ssh_channel_open_session(c->channel);
	while (has_to_wait(c, &rc));
	if (rc != SSH_OK)
		return client_over(c, NULL);
	do /* which a site may not accept */
		rc = ssh_channel_request_env(c->channel, "LANG", "C.UTF-8");
	while (has_to_wait(c, &rc));
	c->said_rows = c->rows; /* it may be another before this is answered */
	c->said_cols = c->cols;
	do
		rc = ssh_channel_request_pty_size(c->channel, TERM,
		    (int)c->said_cols, (int)c->said_rows);
	while (has_to_wait(c, &rc));
	return rc == SSH_OK ? 0 : client_over(c, NULL);
}

/* --- what is said ----------------------------------------------------------------- */

bool
client_hear(struct client *c)
{
	return (!c->has_keys || ssh_event_dopoll(c->event, 0) != SSH_ERROR) &&
	       ssh_is_connected(c->ssh);
}

static uint32_t
within(uint32_t n, uint32_t usual)
{
	if (n == 0)
		return usual;
	return n > SIZE_MOST ? SIZE_MOST : n;
}

void
client_take_size(struct client *c, uint32_t rows, uint32_t cols)
{
	c->rows = within(rows, 24);
	c->cols = within(cols, 80);
}

void
client_say_size(struct client *c)
{
	if (c->rows == c->said_rows && c->cols == c->said_cols)
		return;
	c->said_rows = c->rows;
	c->said_cols = c->cols;
	ssh_channel_change_pty_size(c->channel, (int)c->cols, (int)c->rows);
}

int
client_receive(struct client *c, enum msg_type type, struct msg *m)
{
	struct err e;

	switch (chan_recv(&c->web, m, &e)) {
	case CHAN_MESSAGE:
		break;
	case CHAN_EMPTY:
		return 0;
	default:
		return client_over(c, GONE);
	}
	if (m->type == type)
		return 1;
	if (m->type != MSG_BROWSER_SIZE)
		return client_over(c, GONE);
	client_take_size(c, m->browser_size.rows, m->browser_size.cols);
	return 0;
}

int
client_turn(struct client *c, enum msg_type type, struct msg *m)
{
	bool has_more = c->ssh != NULL &&
			(ssh_get_poll_flags(c->ssh) & SSH_WRITE_PENDING) != 0;
	struct pollfd fds[2] = {
		{ .fd = c->web.fd, .events = POLLIN },
		{ .fd = c->ssh == NULL ? -1 : c->ssh_fd,
		    .events = (short)(POLLIN | (has_more ? POLLOUT : 0)) },
	};

	if (poll(fds, 2, -1) == -1 && errno != EINTR)
		return client_over(c, strerror(errno));
	if (fds[1].revents != 0 && !client_hear(c))
		return client_over(c, NULL);
	return fds[0].revents == 0 ? 0 : client_receive(c, type, m);
}
