/* visit_relay.c - what goes between a browser and the server in a sandbox. */
#include <string.h>
#include <sys/socket.h>

#include "gateway/publish/response.h"
#include "gateway/publish/visit_parts.h"

void
visit_connected(struct visit *v)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	socklen_t size = sizeof(int);
	int code = 0;

	if (getsockopt(v->server.fd, SOL_SOCKET, SO_ERROR, &code, &size) ==
		-1 ||
	    code != 0) {
		visit_say_port(v, 502, VISIT_SILENT);
		return;
	}
	/* The first bytes for the client always have room. */
	if (v->request.expects)
		send(v->client.fd, go_on, sizeof(go_on) - 1,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	visit_step(v, VISIT_WAITING);
}

static void
pass_head(struct visit *v, size_t size, const struct head *h, bool is_switch)
{
	char room[FLOW_SIZE];
	struct lines t = { .to = room, .room = sizeof(room) };

	response_write(&t, h, request_cookie_name(v->url), is_switch);
	if (!flow_replace_head(&v->down, size, &t, FLOW_SIZE)) {
		visit_say_port(v, 502,
		    "what listens on %s answers with a head that is too"
		    " long");
		return;
	}
	v->is_switched = is_switch;
	if (is_switch)
		v->body_left = UINT64_MAX;
	visit_step(v, VISIT_RELAYING);
}

#define NO_HTTP "what listens on %s does not speak HTTP"

/* Interim answers are between us and the server. */
static void
look_for_head(struct visit *v)
{
	struct flow *f = &v->down;
	size_t size;
	struct head h;

	while ((size = head_size(f->bytes, f->end)) > 0) {
		enum response_kind kind =
		    size <= HEAD_MAX && head_read(&h, f->bytes, size, true)
			? response_read(&h, v->request.is_upgrade)
			: RESPONSE_NONE;

		if (kind == RESPONSE_NONE) {
			visit_say_port(v, 502, NO_HTTP);
			return;
		}
		if (kind != RESPONSE_INTERIM) {
			pass_head(v, size, &h, kind == RESPONSE_SWITCH);
			return;
		}
		memmove(f->bytes, f->bytes + size, f->end - size);
		f->end -= size;
	}
	if (v->has_server_ended)
		visit_say_port(v, 502,
		    f->end > 0 ? NO_HTTP
			       : "what listens on %s hung up without an"
				 " answer");
	else if (f->end >= HEAD_MAX)
		visit_say_port(v, 502, NO_HTTP);
}

void
visit_write_down(struct visit *v)
{
	if (v->state != VISIT_RELAYING && v->state != VISIT_SAYING)
		return;
	switch (flow_write(&v->down, v->client.fd)) {
	case GOT_END:
		visit_end(v);
		return;
	case GOT_SOME:
		visit_touch(v);
		break;
	case GOT_NOTHING:
		break;
	}
	if (!flow_has_bytes(&v->down) &&
	    (v->state == VISIT_SAYING || v->has_server_ended))
		visit_leave(v);
}

void
visit_read_down(struct visit *v)
{
	switch (flow_read(&v->down, v->server.fd, FLOW_SIZE)) {
	case GOT_NOTHING:
		return;
	case GOT_END:
		v->has_server_ended = true;
		break;
	case GOT_SOME:
		visit_touch(v);
		break;
	}
	if (v->state == VISIT_WAITING)
		look_for_head(v);
	visit_write_down(v);
}

/* A server that reads no more may still answer. */
void
visit_write_up(struct visit *v)
{
	switch (flow_write(&v->up, v->server.fd)) {
	case GOT_END:
		v->up.at = v->up.end = 0;
		v->body_left = 0;
		break;
	case GOT_SOME:
		visit_touch(v);
		break;
	case GOT_NOTHING:
		break;
	}
}

/* What is malformed does not reach the server, which waits for more until it is left. */
static bool
keep_body(struct visit *v, size_t before)
{
	size_t size = v->up.end - before;

	if (!visit_take_body(v, v->up.bytes + before, &size)) {
		if (v->state == VISIT_WAITING)
			visit_say_status(v, 400);
		else
			visit_end(v);
		return false;
	}
	v->up.end = before + size;
	return true;
}

void
visit_read_up(struct visit *v)
{
	size_t before = v->up.end;
	uint64_t most = v->body_left;

	switch (flow_read(&v->up, v->client.fd,
	    most > FLOW_SIZE ? FLOW_SIZE : (size_t)most)) {
	case GOT_NOTHING:
		return;
	case GOT_END:
		visit_end(v);
		return;
	case GOT_SOME:
		if (!keep_body(v, before))
			return;
		visit_touch(v);
		break;
	}
	visit_write_up(v);
}
