/*
 * inside.c - what libssh knows and does not tell.
 *
 * Each function here stands before one of libssh's packet handlers: it reads
 * the packet without taking anything from it, notes what the callbacks will
 * want to know, lets libssh go on, and answers where libssh does not.  Only
 * prototypes of libssh are used, no layouts; they are the same in 0.10 and
 * 0.11.  All bytes here are a stranger's.
 */
#include "gateway/session/inside.h"

#include <libssh/libssh.h>
#include <string.h>

#include "gateway/session/channel.h"
#include "gateway/session/session.h"
#include "gateway/session/wire.h"

#ifdef SHARED_LIBSSH

void
inside_watch(struct session *s)
{
	(void)s;
}

#else

#define PACKET_USED 1 /* libssh's SSH_PACKET_USED */

typedef int handler(ssh_session, uint8_t, ssh_buffer, void *);

handler __real_ssh_packet_userauth_request, __wrap_ssh_packet_userauth_request;
handler __real_ssh_packet_userauth_info_response,
    __wrap_ssh_packet_userauth_info_response;
handler __real_ssh_packet_global_request, __wrap_ssh_packet_global_request;
handler __real_ssh_packet_channel_open, __wrap_ssh_packet_channel_open;
handler __real_ssh_packet_channel_open_conf,
    __wrap_ssh_packet_channel_open_conf;
int __real_ssh_message_handle_channel_request(ssh_session, ssh_channel,
    ssh_buffer, const char *, uint8_t);
int __wrap_ssh_message_handle_channel_request(ssh_session, ssh_channel,
    ssh_buffer, const char *, uint8_t);
int ssh_auth_reply_default(ssh_session ssh, int is_partial);

/* The linker's wrapping has no place for a context, and libssh tells nobody
 * the userdata of its callbacks.  A process serves one connection. */
static struct session *watched;

void
inside_watch(struct session *s)
{
	watched = s;
}

/* The session, unless this is one of the handshakes of warmup.c. */
static struct session *
owner(ssh_session ssh)
{
	return watched != NULL && watched->ssh == ssh ? watched : NULL;
}

static struct wire
contents(ssh_buffer packet)
{
	return (struct wire){ .at = ssh_buffer_get(packet),
		.left = ssh_buffer_get_len(packet) };
}

/* --- authentication ------------------------------------------------------ */

/* libssh says nothing to a packet that it cannot read, to a key that it does
 * not know, and to a signature that does not verify. */
static void
answer_if_none(struct session *s, bool is_probe)
{
	if (s->login.was_heard)
		return;
	ssh_auth_reply_default(s->ssh, 0);
	auth_unheard(s, is_probe);
}

/* The flags of a security key's signature say whether somebody touched it; it
 * signs them, too.  libssh verifies that and does not look at them, and the
 * callback does not see them.  w is at the algorithm of a signed request. */
#define TOUCHED	    1

static bool
says_touched(struct wire *w)
{
	struct wire signature;

	wire_text(w); /* algorithm */
	wire_text(w); /* key */
	signature = wire_text(w);
	wire_text(&signature); /* its kind */
	wire_text(&signature); /* itself */
	return (wire_u8(&signature) & TOUCHED) != 0;
}

int
__wrap_ssh_packet_userauth_request(ssh_session ssh, uint8_t type,
    ssh_buffer packet, void *user)
{
	struct session *s = owner(ssh);
	struct wire w = contents(packet);
	struct wire method;
	bool is_key, is_probe;

	if (s == NULL)
		return __real_ssh_packet_userauth_request(ssh, type, packet,
		    user);
	wire_text(&w); /* user */
	wire_text(&w); /* service */
	method = wire_text(&w);
	is_key = wire_is(&method, "publickey");
	is_probe = is_key && wire_u8(&w) == 0 && !w.is_bad;
	s->login.was_touched = is_key && !is_probe && says_touched(&w);
	s->login.was_heard = false;
	/* libssh would run GSSAPI, whether it is offered or not. */
	if (!wire_is(&method, "gssapi-with-mic"))
		__real_ssh_packet_userauth_request(ssh, type, packet, user);
	answer_if_none(s, is_probe);
	return PACKET_USED;
}

int
__wrap_ssh_packet_userauth_info_response(ssh_session ssh, uint8_t type,
    ssh_buffer packet, void *user)
{
	struct session *s = owner(ssh);

	if (s != NULL)
		s->login.was_heard = false;
	__real_ssh_packet_userauth_info_response(ssh, type, packet, user);
	if (s != NULL)
		answer_if_none(s, false);
	return PACKET_USED;
}

/* --- channels ------------------------------------------------------------ */

int
__wrap_ssh_packet_global_request(ssh_session ssh, uint8_t type,
    ssh_buffer packet, void *user)
{
	struct session *s = owner(ssh);
	struct wire w = contents(packet);
	struct wire name = wire_text(&w);

	if (s != NULL && s->login.done &&
	    wire_is(&name, "no-more-sessions@openssh.com"))
		s->no_more_sessions = true;
	return __real_ssh_packet_global_request(ssh, type, packet, user);
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

int
__wrap_ssh_packet_channel_open(ssh_session ssh, uint8_t type, ssh_buffer packet,
    void *user)
{
	struct session *s = owner(ssh);
	struct wire w = contents(packet);
	struct wire kind = wire_text(&w);

	wire_u32(&w); /* the client's number */
	wire_u32(&w); /* window */
	if (s == NULL)
		return __real_ssh_packet_channel_open(ssh, type, packet, user);
	s->packet_max = wire_u32(&w);
	if (s->packet_max == 0 || w.is_bad) { /* no answer would come */
		session_end(s, EXIT_PROTOCOL,
		    "your client asks for a channel without packets");
		return PACKET_USED;
	}
	read_socket_path(s, &kind, w);
	return __real_ssh_packet_channel_open(ssh, type, packet, user);
}

/* The answer to a channel that we opened: a listener's. */
int
__wrap_ssh_packet_channel_open_conf(ssh_session ssh, uint8_t type,
    ssh_buffer packet, void *user)
{
	struct session *s = owner(ssh);
	struct wire w = contents(packet);

	wire_u32(&w); /* our number */
	wire_u32(&w); /* the client's */
	wire_u32(&w); /* window */
	if (s != NULL && (wire_u32(&w) < PACKET_MIN || w.is_bad)) {
		session_end(s, EXIT_PROTOCOL,
		    "your client answers with packets that are too small");
		return PACKET_USED;
	}
	return __real_ssh_packet_channel_open_conf(ssh, type, packet, user);
}

int
__wrap_ssh_message_handle_channel_request(ssh_session ssh, ssh_channel ch,
    ssh_buffer packet, const char *name, uint8_t want_reply)
{
	struct session *s = owner(ssh);
	int rc;

	if (s != NULL) {
		s->request.name = name;
		s->request.body = contents(packet);
	}
	rc = __real_ssh_message_handle_channel_request(ssh, ch, packet, name,
	    want_reply);
	if (s != NULL)
		s->request = (struct request){ 0 };
	return rc;
}

#endif
