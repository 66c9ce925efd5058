/*
 * libssh_hooks.c - what libssh knows and does not tell.
 *
 * Each function here stands before one of libssh's packet handlers: it reads
 * the packet without taking anything from it, notes what the callbacks will
 * want to know, lets libssh go on, and answers where libssh does not.  Only
 * prototypes of libssh are used, no layouts; they are the same in 0.10 and
 * 0.11.  All bytes here are an unauthenticated client's.
 */
#include <libssh/libssh.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gateway/session/session.h"
#include "gateway/session/transport/login_state.h"
#include "gateway/session/terminal/channel.h"
#include "gateway/session/transport/announce.h"
#include "gateway/session/transport/auth.h"
#include "gateway/session/transport/fault.h"
#include "gateway/session/transport/identify.h"
#include "gateway/session/transport/libssh_watch.h"
#include "gateway/session/transport/reply.h"
#include "gateway/base/ssh_bytes.h"

#ifndef SHARED_LIBSSH

typedef packet_handler handler;

handler __real_ssh_packet_service_request, __wrap_ssh_packet_service_request;
handler __real_ssh_packet_userauth_request, __wrap_ssh_packet_userauth_request;
handler __real_ssh_packet_userauth_info_response,
    __wrap_ssh_packet_userauth_info_response;
handler __real_ssh_packet_global_request, __wrap_ssh_packet_global_request;
handler __real_ssh_packet_channel_open, __wrap_ssh_packet_channel_open;
handler __real_ssh_packet_channel_open_conf,
    __wrap_ssh_packet_channel_open_conf;
int ssh_auth_reply_default(ssh_session ssh, int is_partial);
void __real__ssh_set_error(void *, int, const char *, const char *, ...);
void __wrap__ssh_set_error(void *, int, const char *, const char *, ...);
mac_maker __real_hmac_init, __wrap_hmac_init;
struct ssh_socket_struct;
int __real_ssh_socket_write(struct ssh_socket_struct *, const void *, uint32_t);
int __wrap_ssh_socket_write(struct ssh_socket_struct *, const void *, uint32_t);
ssize_t __real_recv(int, void *, size_t, int);
ssize_t __wrap_recv(int, void *, size_t, int);
char *__real_strdup(const char *);
char *__wrap_strdup(const char *);
void *__real_ssh_buffer_allocate(ssh_buffer, uint32_t);
void *__wrap_ssh_buffer_allocate(ssh_buffer, uint32_t);
int __real_ssh_buffer_pass_bytes_end(ssh_buffer, uint32_t);
int __wrap_ssh_buffer_pass_bytes_end(ssh_buffer, uint32_t);
int __real_ssh_buffer_get_u8(ssh_buffer, uint8_t *);
int __wrap_ssh_buffer_get_u8(ssh_buffer, uint8_t *);

/* RFC 4250, section 4.1.2. */
enum { IGNORE = 2, USERAUTH_REQUEST = 50, USERAUTH_INFO_RESPONSE = 61 };

/* --- identification ------------------------------------------------------ */

int
__wrap_ssh_socket_write(struct ssh_socket_struct *socket, const void *bytes,
    uint32_t length)
{
	struct session *s = libssh_watched();

	if (s != NULL && identify_was_said(s, bytes, length))
		return SSH_OK;
	return __real_ssh_socket_write(socket, bytes, length);
}

/* Who has not logged in is read as libssh wants it. */
void *
__wrap_ssh_buffer_allocate(ssh_buffer buffer, uint32_t length)
{
	struct session *s = libssh_watched();

	if (s == NULL || !login_is_done(s))
		return __real_ssh_buffer_allocate(buffer, length);
	length = reading_room(&s->reading, buffer, length);
	s->reading.room = __real_ssh_buffer_allocate(buffer, length);
	return s->reading.room;
}

static ssize_t
read_more(struct session *s, void *to, size_t size, int flags)
{
	size_t most = reading_size(&s->reading, to, size);
	ssize_t n = __real_recv(s->sock, to, most, flags);

	reading_came(&s->reading, most, n > 0 ? (size_t)n : 0);
	return n;
}

ssize_t
__wrap_recv(int fd, void *to, size_t size, int flags)
{
	struct session *s = libssh_watched();

	if (s == NULL || s->sock != fd)
		return __real_recv(fd, to, size, flags);
	if (s->identity.to_read > 0 && s->stage == STAGE_KEX)
		return identify_read(s, to, size);
	return read_more(s, to, size, flags);
}

/* How libssh keeps it, and hashes it with the keys. */
char *
__wrap_strdup(const char *text)
{
	const struct session *s = libssh_watched();
	const char *line = s == NULL ? NULL : identify_restore(s, text);

	return __real_strdup(line == NULL ? text : line);
}

/* --- faults --------------------------------------------------------------- */

void
__wrap__ssh_set_error(void *of, int code, const char *function,
    const char *format, ...)
{
	struct session *s = libssh_watched();
	char text[LINE_SIZE / 8];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (s != NULL && of == s->ssh && code == SSH_FATAL)
		fault_note(s, text);
	__real__ssh_set_error(of, code, function, "%s", text);
}

/* --- keys ----------------------------------------------------------------- */

struct evp_md_ctx_st *
__wrap_hmac_init(const void *key, size_t length, unsigned type)
{
	struct session *s = libssh_watched();

	if (s == NULL)
		return __real_hmac_init(key, length, type);
	return mac_begin(&s->macs, key, length, type, __real_hmac_init);
}

/* --- authentication ------------------------------------------------------ */

/* libssh does not answer a packet that it cannot read, a key of a type that it
 * does not know, and a signature that does not verify. */
static void
answer_if_none(struct session *s, bool is_probe)
{
	if (s->login.was_heard)
		return;
	ssh_auth_reply_default(s->ssh, 0);
	auth_unheard(s, is_probe);
}

/* The callback sees what stands before a NUL. */
int
__wrap_ssh_packet_service_request(ssh_session ssh, uint8_t type,
    ssh_buffer packet, void *user)
{
	struct session *s = libssh_owner(ssh);
	struct wire w = libssh_contents(packet);
	struct wire name = wire_text(&w);

	if (s != NULL && wire_has_nul(&name)) {
		session_end(s, EXIT_PROTOCOL, AUTH_NO_SERVICE);
		return PACKET_USED;
	}
	return __real_ssh_packet_service_request(ssh, type, packet, user);
}

/* libssh verifies for any service, and reads texts up to a NUL.  w is at the
 * user's name. */
static bool
is_sound(struct wire w)
{
	struct wire user = wire_text(&w), service = wire_text(&w);
	struct wire method = wire_text(&w), password = { 0 };

	if (wire_is(&method, "password")) {
		wire_u8(&w);
		password = wire_text(&w);
	}
	return !wire_has_nul(&user) && wire_is(&service, "ssh-connection") &&
	       !wire_has_nul(&method) && !wire_has_nul(&password);
}

/* The flags of a security key's signature say whether a person touched it; it
 * signs them, too.  libssh verifies that and does not look at them, and the
 * callback does not see them.  w is at the algorithm of a signed request. */
#define TOUCHED 1

static bool
says_touched(struct wire signature)
{
	wire_text(&signature); /* its kind */
	wire_text(&signature); /* itself */
	return (wire_u8(&signature) & TOUCHED) != 0;
}

int
__wrap_ssh_packet_userauth_request(ssh_session ssh, uint8_t type,
    ssh_buffer packet, void *user)
{
	struct session *s = libssh_owner(ssh);
	struct wire w = libssh_contents(packet);
	struct wire whole = w, method;
	bool is_key, is_probe;

	if (s == NULL)
		return __real_ssh_packet_userauth_request(ssh, type, packet,
		    user);
	wire_text(&w); /* user */
	wire_text(&w); /* service */
	method = wire_text(&w);
	is_key = wire_is(&method, "publickey");
	is_probe = is_key && wire_u8(&w) == 0 && !w.is_bad;
	s->login.signature = (struct wire){ 0 };
	if (is_key && !is_probe) {
		wire_text(&w); /* algorithm */
		wire_text(&w); /* key */
		s->login.signature = wire_text(&w);
	}
	s->login.was_touched = says_touched(s->login.signature);
	s->login.was_heard = false;
	/* libssh would run GSSAPI, whether it is offered or not. */
	if (!wire_is(&method, "gssapi-with-mic") && is_sound(whole))
		__real_ssh_packet_userauth_request(ssh, type, packet, user);
	s->login.signature = (struct wire){ 0 }; /* the packet goes */
	answer_if_none(s, is_probe);
	return PACKET_USED;
}

int
__wrap_ssh_packet_userauth_info_response(ssh_session ssh, uint8_t type,
    ssh_buffer packet, void *user)
{
	struct session *s = libssh_owner(ssh);
	struct wire w = libssh_contents(packet);
	bool is_good = true;

	if (s != NULL)
		s->login.was_heard = false;
	for (uint32_t n = wire_u32(&w); n > 0 && !w.is_bad; n--) {
		struct wire answer = wire_text(&w);

		is_good = is_good && !wire_has_nul(&answer);
	}
	if (s == NULL || is_good)
		__real_ssh_packet_userauth_info_response(ssh, type, packet,
		    user);
	if (s != NULL)
		answer_if_none(s, false);
	return PACKET_USED;
}

/* libssh reads a packet's type behind its padding, which it takes off first, and
 * for a request that comes after the login it would end the connection.  RFC
 * 4252, section 5.3: such a request is silently ignored. */
int
__wrap_ssh_buffer_pass_bytes_end(ssh_buffer buffer, uint32_t count)
{
	struct session *s = libssh_watched();

	if (s == NULL)
		return __real_ssh_buffer_pass_bytes_end(buffer, count);
	s->unpadded = buffer;
	count = reading_unused(&s->reading, buffer, count);
	return __real_ssh_buffer_pass_bytes_end(buffer, count);
}

int
__wrap_ssh_buffer_get_u8(ssh_buffer buffer, uint8_t *byte)
{
	struct session *s = libssh_watched();
	int rc = __real_ssh_buffer_get_u8(buffer, byte);

	if (s == NULL || s->unpadded != buffer)
		return rc;
	s->unpadded = NULL;
	if (login_is_done(s) && rc == sizeof(*byte) &&
	    (*byte == USERAUTH_REQUEST || *byte == USERAUTH_INFO_RESPONSE))
		*byte = IGNORE;
	return rc;
}

/* --- channels ------------------------------------------------------------ */

int
__wrap_ssh_packet_global_request(ssh_session ssh, uint8_t type,
    ssh_buffer packet, void *user)
{
	struct session *s = libssh_owner(ssh);
	struct wire w = libssh_contents(packet);
	struct wire name = wire_text(&w);
	bool wants_reply = wire_u8(&w) != 0;
	struct wire host = { 0 };
	bool is_promise = wire_is(&name, "no-more-sessions@openssh.com");
	bool is_doubt = wire_is(&name, "hostkeys-prove-00@openssh.com");

	if (s == NULL || !login_is_done(s))
		return __real_ssh_packet_global_request(ssh, type, packet,
		    user);
	if (wire_is(&name, "tcpip-forward") ||
	    wire_is(&name, "cancel-tcpip-forward"))
		host = wire_text(&w);
	if (is_doubt && wants_reply) {
		announce_prove(s, w);
		return PACKET_USED;
	}
	if (!is_promise && !wire_has_nul(&name) && !wire_has_nul(&host))
		return __real_ssh_packet_global_request(ssh, type, packet,
		    user);
	s->no_more_sessions = s->no_more_sessions || is_promise;
	if (wants_reply)
		reply_global(s, is_promise);
	return PACKET_USED;
}

/* libssh has no name for this kind; an absolute path, or nothing. */
static void
read_socket_path(struct session *s, const struct wire *kind, struct wire w)
{
	struct wire path = wire_text(&w);

	s->socket_path[0] = '\0';
	if (!wire_is(kind, "direct-streamlocal@openssh.com") || path.is_bad ||
	    path.left == 0 || path.left >= SOCKET_PATH_SIZE ||
	    path.at[0] != '/' || memchr(path.at, '\0', path.left) != NULL)
		return;
	memcpy(s->socket_path, path.at, path.left);
	s->socket_path[path.left] = '\0';
}

/* What libssh would refuse without a reason, or take for something else.  w is
 * behind what all kinds have. */
static bool
is_refused(struct session *s, const struct wire *kind, struct wire w)
{
	struct wire host = { 0 };
	const char *text;

	if (wire_is(kind, "session")) {
		text = channel_obstacle(s);
		return text != NULL && reply_no_channel(s,
					   s->no_more_sessions ? OPEN_PROHIBITED
							       : OPEN_SHORTAGE,
					   text);
	}
	if (wire_is(kind, "direct-tcpip"))
		host = wire_text(&w);
	else if (!wire_is(kind, "direct-streamlocal@openssh.com"))
		return reply_no_channel(s, OPEN_UNKNOWN_TYPE,
		    "unknown type of channel");
	return wire_has_nul(&host) && reply_no_channel(s, OPEN_CONNECT_FAILED,
					  "no such host in this sandbox");
}

int
__wrap_ssh_packet_channel_open(ssh_session ssh, uint8_t type, ssh_buffer packet,
    void *user)
{
	struct session *s = libssh_owner(ssh);
	struct wire w = libssh_contents(packet);
	struct wire kind = wire_text(&w);
	uint32_t number = wire_u32(&w);

	wire_u32(&w); /* window */
	if (s == NULL)
		return __real_ssh_packet_channel_open(ssh, type, packet, user);
	s->opening = number;
	s->packet_max = wire_u32(&w);
	if (s->packet_max == 0 || w.is_bad) { /* no answer would come */
		session_end(s, EXIT_PROTOCOL,
		    "your client asks for a channel without packets");
		return PACKET_USED;
	}
	read_socket_path(s, &kind, w);
	if (login_is_done(s) && is_refused(s, &kind, w))
		return PACKET_USED;
	return __real_ssh_packet_channel_open(ssh, type, packet, user);
}

/* The answer to a channel that we opened: a listener's. */
int
__wrap_ssh_packet_channel_open_conf(ssh_session ssh, uint8_t type,
    ssh_buffer packet, void *user)
{
	struct session *s = libssh_owner(ssh);
	struct wire w = libssh_contents(packet);

	struct channel *c = NULL;

	if (s != NULL)
		c = channel_of(s, ssh_channel_from_local(ssh, wire_u32(&w)));
	if (c != NULL) {
		c->number = wire_u32(&w);
		channel_expect(c, s->first_window);
	}
	wire_u32(&w); /* window */
	if (c != NULL && (wire_u32(&w) < PACKET_MIN || w.is_bad)) {
		session_end(s, EXIT_PROTOCOL,
		    "your client answers with packets that are too small");
		return PACKET_USED;
	}
	return __real_ssh_packet_channel_open_conf(ssh, type, packet, user);
}

#endif
