/*
 * serve.c - the life of one connection: set up, key exchange, loop, end.
 *
 * The loop is ours; only the client's socket is inside libssh's event.  libssh
 * takes any EAGAIN or EINTR for the death of the connection, so it is entered
 * only when poll(2) said that there is something to do.
 *
 * All that an unauthenticated client can reach is in here and in libssh.  What
 * keeps it small is jail.c.
 */
#include "gateway/session/serve.h"

#include <errno.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"
#include "gateway/session/forward/forward.h"
#include "gateway/session/forward/listener.h"
#include "gateway/session/incoming.h"
#include "gateway/session/others.h"
#include "gateway/session/seat.h"
#include "gateway/session/senders.h"
#include "gateway/session/session.h"
#include "gateway/session/terminal/channel.h"
#include "gateway/session/terminal/channel_end.h"
#include "gateway/session/terminal/pump.h"
#include "gateway/session/terminal/responses.h"
#include "gateway/session/terminal/staff.h"
#include "gateway/session/terminal/tapping.h"
#include "gateway/session/terminal/request.h"
#include "gateway/session/transport/alive.h"
#include "gateway/session/transport/announce.h"
#include "gateway/session/transport/auth.h"
#include "gateway/session/transport/fault.h"
#include "gateway/session/transport/identify.h"
#include "gateway/session/transport/libssh_watch.h"
#include "gateway/session/transport/login_state.h"

#define LOGS_MAX      20
#define TURN_BYTES    READING_MOST /* of the client's in one turn of the loop */
#define LAST_WORDS_MS 100	   /* for a client that takes nothing */
#define TRIM_MS	      1000	   /* without a word of anybody */

/* The order of the descriptors for poll(2); those of channels come after. */
enum {
	FD_CLIENT,
	FD_MONITOR,
	FD_INIT,
	FD_LISTENERS,
	FD_CHANNELS = FD_LISTENERS + LISTENERS_MAX
};
#define FDS_MAX (FD_CHANNELS + CHANNELS_MAX * PUMP_FDS)

static const char *const exit_texts[EXIT_COUNT] = {
#define X(name, text) [EXIT_##name] = text,
	SESSION_EXITS(X)
#undef X
};

/* --- set up ------------------------------------------------------------- */

int
session_prepare_socket(const struct session_plan *plan)
{
	const int on = 1;
	unsigned dead_ms =
	    plan->keepalive * (plan->keepalive_tries + 1) * 1000u;
	struct err e;

	/* A socketpair in a test is no TCP: then these do not matter. */
	setsockopt(plan->client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(plan->client, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	if (dead_ms != 0)
		setsockopt(plan->client, IPPROTO_TCP, TCP_USER_TIMEOUT,
		    &dead_ms, sizeof(dead_ms));
	if (chan_nonblock(plan->client, &e) == -1 ||
	    chan_nonblock(plan->monitor, &e) == -1)
		return -1;
	return 0;
}

static bool
other_login(struct session *s, ssh_message m)
{
	s->login.was_heard = true;
	return ssh_message_subtype(m) == SSH_AUTH_METHOD_INTERACTIVE &&
	       auth_interactive(s, m);
}

static bool
other_request(struct session *s, ssh_message m)
{
	ssh_channel ch = ssh_message_channel_request_channel(m);
	struct channel *c;

	TAILQ_FOREACH(c, &s->channels, next) {
		if (c->ssh == ch && request_unknown(c)) {
			ssh_message_channel_request_reply_success(m);
			return true;
		}
	}
	return false;
}

/* The messages that libssh has no callback for.  Those that this returns 1 for
 * libssh refuses. */
static int
on_other_message(ssh_session ssh, ssh_message m, void *data)
{
	struct session *s = data;

	(void)ssh;
	switch (ssh_message_type(m)) {
	case SSH_REQUEST_AUTH:
		return other_login(s, m) ? 0 : 1;
	case SSH_REQUEST_CHANNEL:
		return other_request(s, m) ? 0 : 1;
	default:
		return forward_on_message(s, m) ? 0 : 1;
	}
}

static bool
set_up(struct session *s, struct ssh_server_callbacks_struct *cb,
    const struct jail *jail, ssh_bind offer)
{
	struct err e;

	TAILQ_INIT(&s->channels);
	listener_init(s);
	s->chunk = malloc(CHUNK_LEAD + CHUNK_SIZE);
	s->ssh = ssh_new();
	s->event = ssh_event_new();
	if (s->chunk == NULL || s->ssh == NULL || s->event == NULL)
		return false;
	/* Nothing was read from the client yet, and nothing is. */
	if (jail_tighten(jail, &e) == -1)
		_exit(EXIT_JAIL);
	cb->userdata = s;
	cb->channel_open_request_session_function = request_open;
	auth_init(s, cb);
	ssh_callbacks_init(cb);
	libssh_watch(s);
	ssh_set_counters(s->ssh, &s->bytes, &s->packets);
	ssh_set_message_callback(s->ssh, on_other_message, s);
	ssh_set_blocking(s->ssh, 0);
	/* "no" would still offer it. */
	return ssh_options_set(s->ssh, SSH_OPTIONS_COMPRESSION, "none") == 0 &&
	       ssh_bind_accept_fd(offer, s->ssh, s->sock) == SSH_OK &&
	       ssh_set_server_callbacks(s->ssh, cb) == SSH_OK;
}

/* --- key exchange ------------------------------------------------------- */

static short
client_events(const struct session *s)
{
	return (short)(POLLIN | (session_is_congested(s) ? POLLOUT : 0));
}

static void
log_handshake(struct session *s)
{
	char client[LOG_VALUE_SIZE];

	session_log(s, LOG_DEBUG, "handshake kex=%s cipher=%s client=%s",
	    ssh_get_kex_algo(s->ssh), ssh_get_cipher_out(s->ssh),
	    log_value(client, ssh_get_clientbanner(s->ssh)));
}

/*
 * OpenSSH's client sends its NEWKEYS and its first request apart and without
 * TCP_NODELAY, so it waits for our delayed acknowledgement: 40 ms of every
 * login.  The option does not last, see tcp(7).
 */
static void
acknowledge_at_once(const struct session *s)
{
	const int on = 1;

	setsockopt(s->sock, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
}

/* From now on a client may be silent because its user looks for a password. */
static void
tell_begun(struct session *s)
{
	struct msg m;

	MSG_NEW(&m, LOGIN_BEGUN, login_begun);
	link_tell_monitor(s, &m);
}

/* The client may have logged in before libssh says that the exchange is over:
 * it sent all of it at once. */
static bool
exchange_keys(struct session *s)
{
	if (!identify(s))
		return false;
	for (;;) {
		struct pollfd fds[2] = { { .fd = s->sock },
			{ .fd = s->monitor.fd, .events = POLLIN } };
		int rc = ssh_handle_key_exchange(s->ssh);

		if (rc == SSH_ERROR)
			session_end(s, fault_log(s, EXIT_KEX), NULL);
		if (s->stage == STAGE_ENDING)
			return false;
		if (rc == SSH_OK || login_is_done(s))
			break;
		fds[0].events = client_events(s);
		acknowledge_at_once(s);
		poll(fds, 2, alive_timeout(s));
		if (fds[1].revents != 0)
			session_read_monitor(s);
		alive_check(s);
	}
	session_step(s, STAGE_LOGIN);
	tell_begun(s);
	log_handshake(s);
	return ssh_event_add_session(s->event, s->ssh) == SSH_OK;
}

/* --- the loop ----------------------------------------------------------- */

static nfds_t
collect(struct session *s, struct pollfd *fds)
{
	nfds_t n = FD_CHANNELS;
	struct channel *c;

	fds[FD_CLIENT] =
	    (struct pollfd){ .fd = s->sock, .events = client_events(s) };
	fds[FD_MONITOR] =
	    (struct pollfd){ .fd = s->monitor.fd, .events = POLLIN };
	fds[FD_INIT] = (struct pollfd){ .fd = s->init.fd, .events = POLLIN };
	listener_wants(s, fds + FD_LISTENERS);
	TAILQ_FOREACH(c, &s->channels, next)
		n += pump_wants(c, fds + n);
	return n;
}

static bool
is_client_gone(const struct session *s, int rc)
{
	return rc == SSH_ERROR || !ssh_is_connected(s->ssh) ||
	       (ssh_get_status(s->ssh) & (SSH_CLOSED | SSH_CLOSED_ERROR)) != 0;
}

/* While there is more to read, the other descriptors may wait a little.  A read
 * that did not fill its room took all there was. */
static void
talk_to_client(struct session *s)
{
	uint64_t begin = s->bytes.in_bytes;

	while (s->bytes.in_bytes - begin < TURN_BYTES) {
		uint64_t before = s->bytes.in_bytes;

		if (is_client_gone(s, ssh_event_dopoll(s->event, 0))) {
			session_end(s, fault_log(s, EXIT_PROTOCOL), NULL);
			s->alive.flush_ends = 0; /* even after a goodbye */
			return;
		}
		if (s->bytes.in_bytes - before < READING_LEAST ||
		    (LIBSSH_IS_WATCHED && !s->reading.is_full))
			return;
	}
}

static int
timeout(const struct session *s)
{
	int ms = poll_sooner(pump_timeout(s), others_timeout(s));

	ms = poll_sooner(ms, channel_end_timeout(s));
	if (s->stage == STAGE_OPEN && !s->has_trimmed)
		ms = poll_sooner(ms, TRIM_MS);
	return poll_sooner(alive_timeout(s), ms);
}

/* What key exchange and login needed, an idle session need not keep; who is busy
 * would want it again at once. */
static void
trim(struct session *s)
{
	if (s->stage != STAGE_OPEN || s->has_trimmed)
		return;
	s->has_trimmed = true;
	malloc_trim(0);
}

static void
open_up(struct session *s)
{
	session_step(s, STAGE_OPEN);
	announce_host_keys(s);
}

static void
turn(struct session *s)
{
	struct pollfd fds[FDS_MAX];
	nfds_t n = collect(s, fds);
	int ready;

	if (s->stage == STAGE_LOGIN || s->seat.state != SEAT_TAKEN)
		acknowledge_at_once(s);
	ready = poll(fds, n, timeout(s));
	if (ready == -1)
		return;
	if (ready == 0)
		trim(s);
	if (fds[FD_CLIENT].revents != 0)
		talk_to_client(s);
	if (fds[FD_MONITOR].revents != 0)
		session_read_monitor(s);
	if (fds[FD_INIT].revents != 0 && s->init.fd != -1)
		session_read_init(s);
	if (s->stage == STAGE_LOGIN && login_is_done(s))
		open_up(s);
	staff_advance(s);
	others_check(s);
	seat_advance(s);
	listener_accept(s, fds + FD_LISTENERS);
	listener_check_opening(s);
	alive_check(s); /* its warnings go out at once */
	tapping_check(s);
	pump_all(s);
	channel_sweep(s);
	responses_tell(s, false);
}

/* libssh writes once, and then not before poll(2) has said that it can: what it is
 * given before that would be lost when it closes the socket. */
static void
let_write(struct session *s)
{
	int64_t until = clock_ms() + LAST_WORDS_MS, left = LAST_WORDS_MS;

	while (session_is_congested(s) && left > 0 &&
	       !is_client_gone(s, ssh_event_dopoll(s->event, (int)left)))
		left = until - clock_ms();
}

/*
 * OpenSSH's client drops what it has not shown yet when it is disconnected.  So
 * the channels are ended one by one, the client is given a moment to go by
 * itself, and whoever has no channel, or stays, is disconnected.
 */
static void
hang_up(struct session *s)
{
	/* Whoever has a channel reads them there. */
	bool has_words = s->last_words[0] != '\0' && s->channel_count == 0;

	if (s->last_words[0] != '\0') {
		channel_say_all(s, s->last_words);
		ssh_session_set_disconnect_message(s->ssh, s->last_words);
	}
	listener_close_all(s);
	channel_settle(s);
	channel_end_all(s);
	scope_close(&s->init.fd); /* what was lost waits from now on */
	pump_all(s);
	channel_sweep(s);
	while (clock_ms() < s->alive.flush_ends &&
	       (s->channel_count > 0 || session_is_congested(s))) {
		struct pollfd fd = { .fd = s->sock,
			.events = client_events(s) };

		if (poll(&fd, 1, alive_timeout(s)) == 1)
			talk_to_client(s);
		pump_all(s);
		channel_sweep(s);
	}
	if (has_words)
		let_write(s);
	ssh_disconnect(s->ssh);
}

enum session_exit
session_serve(const struct session_plan *plan, const struct jail *jail,
    ssh_bind offer)
{
	struct ssh_server_callbacks_struct cb = { 0 };
	static const struct session_readers readers = {
		.monitor = incoming_from_monitor,
		.init = incoming_from_init,
	};
	struct session s = { .plan = plan,
		.read = &readers,
		.sock = plan->client,
		.monitor = { plan->monitor, SESSION, MONITOR },
		.init = { -1, SESSION, INIT },
		.signer = { -1, SESSION, SIGNER },
		.packet_max = UINT32_MAX,
		.logs_left = LOGS_MAX };

	if (!set_up(&s, &cb, jail, offer))
		return EXIT_SETUP;
	alive_start(&s);
	if (exchange_keys(&s)) {
		while (s.stage != STAGE_ENDING)
			turn(&s);
	}
	hang_up(&s);
	mac_forget(&s.macs);
	responses_tell(&s, true);
	s.logs_left = 1; /* this one always */
	session_log(&s, LOG_INFO, "session over reason=\"%s\" stage=%s",
	    exit_texts[s.why], login_is_done(&s) ? "open" : "login");
	return s.why;
}
