/* reply.c - answers that libssh has no function for. */
#include "gateway/session/transport/reply.h"

#include <libssh/libssh.h>
#include <string.h>

#include "gateway/session/session.h"
#include "gateway/session/terminal/channel.h"

#ifdef SHARED_LIBSSH

bool
reply_no_channel(struct session *s, enum open_failure why, const char *text)
{
	(void)s;
	(void)why;
	(void)text;
	return false;
}

void
reply_request(const struct channel *c, bool is_granted)
{
	(void)c;
	(void)is_granted;
}

bool
reply_window(const struct channel *c, uint32_t bytes)
{
	(void)c;
	(void)bytes;
	return false;
}

void
reply_global(struct session *s, bool is_granted)
{
	(void)s;
	(void)is_granted;
}

bool
reply_packet(struct session *s, const void *bytes, uint32_t length)
{
	(void)s;
	(void)bytes;
	(void)length;
	return false;
}

#else

/* RFC 4250, section 4.1.2. */
enum {
	REQUEST_SUCCESS = 81,
	REQUEST_FAILURE = 82,
	CHANNEL_OPEN_FAILURE = 92,
	CHANNEL_WINDOW_ADJUST = 93,
	CHANNEL_SUCCESS = 99,
	CHANNEL_FAILURE = 100,
};

int ssh_packet_send_unimplemented(ssh_session ssh, uint32_t number);

/* A packet of ours, as RFC 4251, section 5, has it. */
struct packet {
	uint8_t bytes[TEXT_SIZE + 32];
	uint32_t length;
};

static void
add_u32(struct packet *p, uint32_t n)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		p->bytes[p->length++] = (uint8_t)(n >> shift);
}

static void
add_text(struct packet *p, const char *text)
{
	size_t n = strnlen(text, TEXT_SIZE);

	add_u32(p, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		p->bytes[p->length++] =
		    text[i] >= ' ' && text[i] <= '~' ? (uint8_t)text[i] : '?';
}

/* libssh writes a packet into the buffer that it has at the time, and sends it;
 * libssh_channel_hooks.c writes ours there instead. */
bool
reply_packet(struct session *s, const void *bytes, uint32_t length)
{
	int rc;

	s->own = (struct wire){ .at = bytes, .left = length };
	rc = ssh_packet_send_unimplemented(s->ssh, 0);
	s->own = (struct wire){ 0 };
	return rc == SSH_OK;
}

static bool
send_packet(struct session *s, const struct packet *p)
{
	return reply_packet(s, p->bytes, p->length);
}

bool
reply_no_channel(struct session *s, enum open_failure why, const char *text)
{
	struct packet p = { .bytes = { CHANNEL_OPEN_FAILURE }, .length = 1 };

	add_u32(&p, s->opening);
	add_u32(&p, why);
	add_text(&p, text);
	add_text(&p, ""); /* in no language */
	return send_packet(s, &p);
}

void
reply_request(const struct channel *c, bool is_granted)
{
	struct packet p = { .length = 1 };

	if (c->state == CHANNEL_CLOSED)
		return;
	p.bytes[0] = is_granted ? CHANNEL_SUCCESS : CHANNEL_FAILURE;
	add_u32(&p, c->number);
	send_packet(c->session, &p);
}

bool
reply_window(const struct channel *c, uint32_t bytes)
{
	struct packet p = { .bytes = { CHANNEL_WINDOW_ADJUST }, .length = 1 };

	add_u32(&p, c->number);
	add_u32(&p, bytes);
	return send_packet(c->session, &p);
}

void
reply_global(struct session *s, bool is_granted)
{
	struct packet p = { .length = 1 };

	p.bytes[0] = is_granted ? REQUEST_SUCCESS : REQUEST_FAILURE;
	send_packet(s, &p);
}

#endif
