/*
 * libssh_channel_hooks.c - what libssh does not tell, or does wrong, on channels.
 *
 * As libssh_hooks.c.  Here it is what comes on a channel that is open: requests that
 * libssh leaves without their answer, bytes that should not come, and, looked at
 * on their way out, the windows that say how many may.
 */
#include <libssh/libssh.h>
#include <stdarg.h>
#include <string.h>

#include "gateway/base/array.h"
#include "gateway/session/session.h"
#include "gateway/session/terminal/channel.h"
#include "gateway/session/terminal/pump.h"
#include "gateway/session/transport/libssh_watch.h"
#include "gateway/session/transport/reply.h"
#include "gateway/base/ssh_bytes.h"

#ifndef SHARED_LIBSSH

/* RFC 4250, section 4.1.2. */
enum {
	CHANNEL_OPEN = 90,
	CHANNEL_OPEN_CONFIRMATION = 91,
	CHANNEL_WINDOW_ADJUST = 93,
	CHANNEL_DATA = 94,
	CHANNEL_EXTENDED_DATA = 95,
};

packet_handler __real_channel_rcv_request, __wrap_channel_rcv_request;
packet_handler __real_channel_rcv_data, __wrap_channel_rcv_data;
typedef int request_handler(ssh_session, ssh_channel, ssh_buffer, const char *,
    uint8_t);
request_handler __real_ssh_message_handle_channel_request,
    __wrap_ssh_message_handle_channel_request;
int __wrap__ssh_buffer_pack(ssh_buffer buffer, const char *format, size_t count,
    ...);
int __real__ssh_buffer_pack(ssh_buffer buffer, const char *format, size_t count,
    ...);

/* --- requests ------------------------------------------------------------ */

int
__wrap_ssh_message_handle_channel_request(ssh_session ssh, ssh_channel ch,
    ssh_buffer packet, const char *name, uint8_t want_reply)
{
	struct session *s = libssh_owner(ssh);
	int rc;

	if (s != NULL) {
		s->current_request.name = name;
		s->current_request.body = libssh_contents(packet);
	}
	rc = __real_ssh_message_handle_channel_request(ssh, ch, packet, name,
	    want_reply);
	if (s != NULL) {
		s->current_request.name = NULL;
		s->current_request.body = (struct wire){ 0 };
	}
	return rc;
}

/* libssh would take what is before a NUL for the whole text.  How many texts
 * of a request become strings of C: */
static bool
has_nul(const struct wire *name, struct wire w)
{
	static const struct {
		const char *name;
		int texts;
	} kinds[] = { { "exec", 1 }, { "env", 2 }, { "subsystem", 1 },
		{ "pty-req", 1 }, { "signal", 1 } };
	int texts = 0;

	if (wire_has_nul(name))
		return true;
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (wire_is(name, kinds[i].name))
			texts = kinds[i].texts;
	}
	while (texts-- > 0) {
		struct wire text = wire_text(&w);

		if (wire_has_nul(&text))
			return true;
	}
	return false;
}

/* Requests that libssh does not answer, although an answer is wanted. */
static bool
is_left_unanswered(const struct wire *name)
{
	return wire_is(name, "signal") || wire_is(name, "window-change") ||
	       wire_is(name, "exit-status") || wire_is(name, "exit-signal");
}

int
__wrap_channel_rcv_request(ssh_session ssh, uint8_t type, ssh_buffer packet,
    void *user)
{
	struct session *s = libssh_owner(ssh);
	struct wire w = libssh_contents(packet);
	struct wire name;
	struct channel *c = NULL;
	bool wants_reply, is_spoilt;

	if (s != NULL)
		c = channel_of(s, ssh_channel_from_local(ssh, wire_u32(&w)));
	if (c == NULL)
		return __real_channel_rcv_request(ssh, type, packet, user);
	name = wire_text(&w);
	wants_reply = wire_u8(&w) != 0;
	s->current_request.is_granted = false;
	is_spoilt = has_nul(&name, w);
	/* libssh reads the name in its own buffer. */
	wants_reply = wants_reply && (is_spoilt || is_left_unanswered(&name));
	if (!is_spoilt)
		__real_channel_rcv_request(ssh, type, packet, user);
	if (wants_reply && !w.is_bad)
		reply_request(c, s->current_request.is_granted);
	return PACKET_USED;
}

/* --- bytes ---------------------------------------------------------------- */

/* As in sshd, a little more than the window is taken for a mistake of the
 * client's. */
#define TOO_MUCH (128 * 1024)

/* RFC 4254, sections 5.2 and 5.3: no more than the window, nothing after EOF. */
int
__wrap_channel_rcv_data(ssh_session ssh, uint8_t type, ssh_buffer packet,
    void *user)
{
	struct session *s = libssh_owner(ssh);
	struct wire w = libssh_contents(packet);
	struct channel *c = NULL;
	struct wire data;

	if (s != NULL)
		c = channel_of(s, ssh_channel_from_local(ssh, wire_u32(&w)));
	if (c == NULL)
		return __real_channel_rcv_data(ssh, type, packet, user);
	if (type == CHANNEL_EXTENDED_DATA)
		wire_u32(&w); /* its kind */
	data = wire_text(&w);
	c->may_come -= (int64_t)data.left;
	if (c->is_counted && c->may_come < -TOO_MUCH) {
		session_end(s, EXIT_FLOOD,
		    "your client sends more than it may");
		return PACKET_USED;
	}
	if (!c->has_eof && type == CHANNEL_DATA && !w.is_bad && data.left > 0 &&
	    pump_take_past(c, data.at, data.left))
		return PACKET_USED;
	if (!c->has_eof)
		return __real_channel_rcv_data(ssh, type, packet, user);
	if (!s->has_dropped)
		session_log(s, LOG_WARN,
		    "input dropped reason=\"it came after its end\"");
	s->has_dropped = true;
	return PACKET_USED;
}

/* --- what libssh writes --------------------------------------------------- */

/* The first of ap is the packet's type when the format begins with a byte. */
static void
look_at(struct session *s, const char *format, va_list ap)
{
	unsigned type = va_arg(ap, unsigned);
	uint32_t number;
	struct channel *c;

	if (type == CHANNEL_OPEN && strcmp(format, "bsddd") == 0) {
		(void)va_arg(ap, const char *);
		(void)va_arg(ap, uint32_t);
		s->first_window = va_arg(ap, uint32_t);
	}
	if ((type != CHANNEL_OPEN_CONFIRMATION ||
		strcmp(format, "bdddd") != 0) &&
	    (type != CHANNEL_WINDOW_ADJUST || strcmp(format, "bdd") != 0))
		return;
	number = va_arg(ap, uint32_t);
	if (type == CHANNEL_OPEN_CONFIRMATION)
		(void)va_arg(ap, uint32_t); /* our own number */
	c = channel_numbered(s, number);
	if (c == NULL)
		return;
	channel_expect(c, va_arg(ap, uint32_t));
	c->is_wide = c->is_wide || type == CHANNEL_WINDOW_ADJUST;
}

/* A packet of ours instead of one of libssh's: reply_packet() has called for
 * that one.  The buffer is empty between packets. */
static int
put_own(struct session *s, ssh_buffer buffer)
{
	struct wire own = s->own;

	s->own = (struct wire){ 0 };
	if (ssh_buffer_get_len(buffer) != 0 ||
	    ssh_buffer_add_data(buffer, own.at, (uint32_t)own.left) != 0)
		return SSH_ERROR;
	return SSH_OK;
}

/*
 * The arguments go on as machine words, one for each and libssh's mark behind
 * the last: 0.11 has no variant for a va_list that others could call.  Numbers
 * of up to 64 bits and pointers take one word each in the calling conventions
 * of x86-64 and arm64, and the formats know nothing else.
 */
#define WORDS_MAX 32
#define FOUR(w)	  (w)[0], (w)[1], (w)[2], (w)[3]
#define ALL(w)                                                                 \
	FOUR(w), FOUR((w) + 4), FOUR((w) + 8), FOUR((w) + 12), FOUR((w) + 16), \
	    FOUR((w) + 20), FOUR((w) + 24), FOUR((w) + 28)

_Static_assert(sizeof(void *) == sizeof(uint64_t), "one word each");

int
__wrap__ssh_buffer_pack(ssh_buffer buffer, const char *format, size_t count,
    ...)
{
	struct session *s = libssh_watched();
	uint64_t word[WORDS_MAX] = { 0 };
	va_list ap;

	if (s != NULL && s->own.at != NULL)
		return put_own(s, buffer);
	if (count >= WORDS_MAX)
		return SSH_ERROR;
	va_start(ap, count);
	if (s != NULL && format[0] == 'b' && count > 1) {
		va_list copy;

		va_copy(copy, ap);
		look_at(s, format, copy);
		va_end(copy);
	}
	for (size_t i = 0; i <= count; i++)
		word[i] = va_arg(ap, uint64_t);
	va_end(ap);
	return __real__ssh_buffer_pack(buffer, format, count, ALL(word));
}

#endif
