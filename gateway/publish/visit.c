/* visit.c - one connection of a browser's, and what becomes of it. */
#include "gateway/publish/visit.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "gateway/publish/answers.h"
#include "gateway/publish/response.h"

#define S 1000

#define TO(state) (1u << (state))

/* How long each state may last; of the last five, without a byte. */
static const struct {
	const char *name;
	unsigned next;
	int64_t patience_ms;
} steps[VISIT_STATES] = {
	[VISIT_HEAD] = { "head",
	    TO(VISIT_ASKING) | TO(VISIT_SAYING) | TO(VISIT_OVER), 10 * S },
	[VISIT_ASKING] = { "asking",
	    TO(VISIT_CONNECTING) | TO(VISIT_SAYING) | TO(VISIT_OVER), 5 * S },
	[VISIT_CONNECTING] = { "connecting",
	    TO(VISIT_WAITING) | TO(VISIT_SAYING) | TO(VISIT_OVER), 5 * S },
	[VISIT_WAITING] = { "waiting",
	    TO(VISIT_RELAYING) | TO(VISIT_SAYING) | TO(VISIT_OVER), 60 * S },
	[VISIT_RELAYING] = { "relaying", TO(VISIT_LEAVING) | TO(VISIT_OVER),
	    600 * S },
	[VISIT_SAYING] = { "saying", TO(VISIT_LEAVING) | TO(VISIT_OVER),
	    10 * S },
	[VISIT_LEAVING] = { "leaving", TO(VISIT_OVER), 2 * S },
	[VISIT_OVER] = { "over", 0, 0 },
};

static void
touch(struct visit *v)
{
	v->due_ms = clock_ms() + steps[v->state].patience_ms;
}

/* A step that its life does not have is a defect of ours, and ends it. */
static void
visit_step(struct visit *v, enum visit_state next)
{
	if ((steps[v->state].next & TO(next)) == 0) {
		if (v->state == VISIT_OVER)
			return;
		log_error(NULL, "impossible step of a visit from=%s to=%s",
		    steps[v->state].name, steps[next].name);
		next = VISIT_OVER;
	}
	v->state = next;
	touch(v);
}

/* --- its sockets ------------------------------------------------------------ */

static void
close_end(const struct visit *v, struct visit_end *end)
{
	if (end->is_added)
		epoll_ctl(v->epoll, EPOLL_CTL_DEL, end->fd, NULL);
	end->is_added = false;
	scope_close(&end->fd);
}

/* An end that waits for nothing is taken out: epoll tells of its hang-up in any case,
 * again and again. */
static void
listen_for(struct visit *v, struct visit_end *end, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = end };
	int how = end->is_added ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

	if (end->fd == -1 || (end->is_added && events == end->events) ||
	    (!end->is_added && events == 0))
		return;
	if (events == 0)
		how = EPOLL_CTL_DEL;
	if (epoll_ctl(v->epoll, how, end->fd, &event) == -1) {
		visit_end(v);
		return;
	}
	end->is_added = events != 0;
	end->events = events;
}

static bool
is_joined(const struct visit *v)
{
	return v->state == VISIT_WAITING || v->state == VISIT_RELAYING;
}

static bool
has_room(const struct flow *f)
{
	return f->end < FLOW_SIZE;
}

static bool
has_bytes(const struct flow *f)
{
	return f->at < f->end;
}

static uint32_t
wanted_of_client(const struct visit *v)
{
	uint32_t events = 0;

	if (v->state != VISIT_SAYING && v->state != VISIT_LEAVING)
		events |= EPOLLRDHUP;
	if (v->state == VISIT_HEAD || v->state == VISIT_LEAVING ||
	    (is_joined(v) && v->body_left > 0 && has_room(&v->up)))
		events |= EPOLLIN;
	if ((v->state == VISIT_RELAYING || v->state == VISIT_SAYING) &&
	    has_bytes(&v->down))
		events |= EPOLLOUT;
	return events;
}

static uint32_t
wanted_of_server(const struct visit *v)
{
	uint32_t events = 0;

	if (v->state == VISIT_CONNECTING)
		return EPOLLOUT;
	if (is_joined(v) && !v->has_server_ended && has_room(&v->down))
		events |= EPOLLIN;
	if (is_joined(v) && has_bytes(&v->up))
		events |= EPOLLOUT;
	return events;
}

static void
listen_anew(struct visit *v)
{
	if (v->state != VISIT_OVER)
		listen_for(v, &v->client, wanted_of_client(v));
	if (v->state != VISIT_OVER)
		listen_for(v, &v->server, wanted_of_server(v));
}

/* --- bytes ------------------------------------------------------------------- */

enum got { GOT_SOME, GOT_NOTHING, GOT_END };

/* The socket of a sandbox is shared with whoever made it: it may block. */
static enum got
read_into(struct flow *f, int fd, size_t most)
{
	size_t room = FLOW_SIZE - f->end;
	ssize_t n;

	if (most < room)
		room = most;
	if (room == 0)
		return GOT_NOTHING;
	n = recv(fd, f->bytes + f->end, room, MSG_DONTWAIT);
	if (n > 0)
		f->end += (size_t)n;
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return GOT_NOTHING;
	return n > 0 ? GOT_SOME : GOT_END;
}

static enum got
write_from(struct flow *f, int fd)
{
	ssize_t n;

	if (!has_bytes(f))
		return GOT_NOTHING;
	n = send(fd, f->bytes + f->at, f->end - f->at,
	    MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n == -1)
		return errno == EAGAIN || errno == EINTR ? GOT_NOTHING
							 : GOT_END;
	f->at += (size_t)n;
	if (f->at == f->end)
		f->at = f->end = 0;
	return GOT_SOME;
}

/* A head was rewritten: it, and what stood behind the old one, is what is to go. */
static bool
replace_head(struct flow *f, size_t old, const struct lines *head, size_t most)
{
	size_t rest = f->end - old;

	if (rest > most)
		rest = most;
	if (head->is_cut || head->at + rest > FLOW_SIZE)
		return false;
	memmove(f->bytes + head->at, f->bytes + old, rest);
	memcpy(f->bytes, head->to, head->at);
	f->at = 0;
	f->end = head->at + rest;
	return true;
}

/* --- an answer of our own ----------------------------------------------------- */

static void
say_written(struct visit *v, const struct lines *t)
{
	close_end(v, &v->server);
	v->down.at = 0;
	v->down.end = t->at;
	visit_step(v, VISIT_SAYING);
	listen_anew(v);
}

static struct lines
begin_answer(struct visit *v)
{
	return (struct lines){ .to = v->down.bytes, .room = FLOW_SIZE };
}

static void
say(struct visit *v, int status, const char *words)
{
	struct lines t = begin_answer(v);

	answer_text(&t, status, words);
	say_written(v, &t);
}

static void
say_status(struct visit *v, int status)
{
	say(v, status, answer_words(status));
}

/* What can be told where the port is what the student has to mend. */
static void
say_port(struct visit *v, int status, const char *what)
{
	char words[256];

	snprintf(words, sizeof(words), what, v->port);
	say(v, status, words);
}

static void
leave(struct visit *v)
{
	close_end(v, &v->server);
	visit_step(v, VISIT_LEAVING);
	shutdown(v->client.fd, SHUT_WR);
	listen_anew(v);
}

/* --- the request -------------------------------------------------------------- */

static void
answer_own(struct visit *v, const struct head *h)
{
	struct lines t = begin_answer(v);

	if (v->request.is_post && part_is(&h->word[1], REQUEST_ENTER) &&
	    v->request.token[0] != '\0' && v->request.is_own_origin) {
		v->is_enter = true;
		visit_step(v, VISIT_ASKING);
	} else if (part_is(&h->word[0], "GET") &&
		   answer_page(&t, &h->word[1])) {
		say_written(v, &t);
	} else {
		say_status(v, 404);
	}
}

static void
take_request(struct visit *v, size_t size)
{
	char room[FLOW_SIZE];
	struct lines t = { .to = room, .room = sizeof(room) };
	struct head h;
	int status = 400;
	size_t rest;

	if (head_read(&h, v->up.bytes, size, false))
		status = request_read(&v->request, &h, v->url);
	if (status != 0) {
		say_status(v, status);
		return;
	}
	if (part_begins(&h.word[1], REQUEST_OWN)) {
		answer_own(v, &h);
		return;
	}
	request_write(&t, &v->request, &h, v->url);
	rest = v->up.end - size;
	if (rest > v->request.body)
		rest = (size_t)v->request.body;
	if (!replace_head(&v->up, size, &t, rest)) {
		say_status(v, 431);
		return;
	}
	v->body_left = v->request.body - rest;
	visit_step(v, VISIT_ASKING);
}

static void
read_request(struct visit *v)
{
	enum got got = read_into(&v->up, v->client.fd, HEAD_MAX - v->up.end);
	size_t size;

	if (got == GOT_END) {
		visit_end(v);
		return;
	}
	size = head_size(v->up.bytes, v->up.end);
	if (size > 0)
		take_request(v, size);
	else if (v->up.end == HEAD_MAX)
		say_status(v, 431);
}

/* --- the monitor's answers ---------------------------------------------------- */

/* A sandbox whose init was taken over could send anything. */
static bool
is_stream(int fd)
{
	int type = 0, domain = 0;
	socklen_t size = sizeof(int);

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
	       getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
	       type == SOCK_STREAM && (domain == AF_INET || domain == AF_INET6);
}

void
visit_opened(struct visit *v, int fd, const struct msg_publish_opened *m)
{
	CLOSES int own = fd;
	int on = 1;

	if (v->state != VISIT_ASKING)
		return;
	if (!is_stream(fd)) {
		say(v, 502, "this sandbox does not answer as one does");
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	v->server.fd = take_fd(&own);
	v->sandbox = m->sandbox;
	v->port = m->port;
	visit_step(v, VISIT_CONNECTING);
	listen_anew(v);
}

#define SILENT                                                                 \
	"nothing listens on port %u of this sandbox: start the server there,"  \
	" on localhost or on every address"

void
visit_refused(struct visit *v, const struct msg_publish_refused *m)
{
	if (v->state != VISIT_ASKING)
		return;
	v->port = m->port;
	switch (m->why) {
	case PUBLISH_SILENT:
		say_port(v, 502, SILENT);
		return;
	case PUBLISH_BUSY:
		say(v, 503, m->reason);
		return;
	default:
		say(v, 403,
		    m->reason[0] != '\0'
			? m->reason
			: "there is no such page now, or it is not for you to"
			  " see: 'lab publish' in the sandbox prints a link");
	}
}

void
visit_entered(struct visit *v, const struct msg_publish_entered *m)
{
	struct lines t = begin_answer(v);

	if (v->state != VISIT_ASKING)
		return;
	answer_cookie(&t, request_cookie_name(v->url), m->cookie, m->seconds,
	    v->url->is_secure);
	say_written(v, &t);
}

bool
visit_is_begun(const struct visit *v)
{
	return v->serial != 0 &&
	       (v->state == VISIT_ASKING || v->state == VISIT_CONNECTING ||
		   is_joined(v));
}

void
visit_turn_away(struct visit *v)
{
	say(v, 503, "too many connections are at this page already: try again");
}

/* --- the server --------------------------------------------------------------- */

static void
finish_connecting(struct visit *v)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	socklen_t size = sizeof(int);
	int code = 0;

	if (getsockopt(v->server.fd, SOL_SOCKET, SO_ERROR, &code, &size) ==
		-1 ||
	    code != 0) {
		say_port(v, 502, SILENT);
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
	if (!replace_head(&v->down, size, &t, FLOW_SIZE)) {
		say_port(v, 502,
		    "what listens on port %u answers with a head that is too"
		    " long");
		return;
	}
	v->is_switched = is_switch;
	if (is_switch)
		v->body_left = UINT64_MAX;
	visit_step(v, VISIT_RELAYING);
}

#define NO_HTTP "what listens on port %u of this sandbox does not speak HTTP"

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
			say_port(v, 502, NO_HTTP);
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
		say_port(v, 502,
		    f->end > 0 ? NO_HTTP
			       : "what listens on port %u of this sandbox hung"
				 " up without an answer");
	else if (f->end >= HEAD_MAX)
		say_port(v, 502, NO_HTTP);
}

static void
write_down(struct visit *v)
{
	if (v->state != VISIT_RELAYING && v->state != VISIT_SAYING)
		return;
	switch (write_from(&v->down, v->client.fd)) {
	case GOT_END:
		visit_end(v);
		return;
	case GOT_SOME:
		touch(v);
		break;
	case GOT_NOTHING:
		break;
	}
	if (!has_bytes(&v->down) &&
	    (v->state == VISIT_SAYING || v->has_server_ended))
		leave(v);
}

static void
read_down(struct visit *v)
{
	switch (read_into(&v->down, v->server.fd, FLOW_SIZE)) {
	case GOT_NOTHING:
		return;
	case GOT_END:
		v->has_server_ended = true;
		break;
	case GOT_SOME:
		touch(v);
		break;
	}
	if (v->state == VISIT_WAITING)
		look_for_head(v);
	write_down(v);
}

/* A server that reads no more may still answer. */
static void
write_up(struct visit *v)
{
	switch (write_from(&v->up, v->server.fd)) {
	case GOT_END:
		v->up.at = v->up.end = 0;
		v->body_left = 0;
		break;
	case GOT_SOME:
		touch(v);
		break;
	case GOT_NOTHING:
		break;
	}
}

static void
read_up(struct visit *v)
{
	size_t before = v->up.end;
	uint64_t most = v->body_left;

	switch (read_into(&v->up, v->client.fd,
	    most > FLOW_SIZE ? FLOW_SIZE : (size_t)most)) {
	case GOT_NOTHING:
		return;
	case GOT_END:
		visit_end(v);
		return;
	case GOT_SOME:
		if (!v->is_switched)
			v->body_left -= v->up.end - before;
		touch(v);
		break;
	}
	write_up(v);
}

/* --- events ------------------------------------------------------------------- */

static void
discard(struct visit *v)
{
	struct flow *f = &v->up;

	f->at = f->end = 0;
	if (read_into(f, v->client.fd, FLOW_SIZE) == GOT_END)
		visit_end(v);
}

/* A client that ends its half has gone, as nginx sees it, too. */
static void
on_client(struct visit *v, uint32_t events)
{
	if ((events & (EPOLLHUP | EPOLLERR)) != 0 ||
	    ((events & EPOLLRDHUP) != 0 && v->state != VISIT_HEAD &&
		v->state != VISIT_LEAVING)) {
		visit_end(v);
		return;
	}
	if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) {
		if (v->state == VISIT_HEAD)
			read_request(v);
		else if (v->state == VISIT_LEAVING)
			discard(v);
		else if (is_joined(v))
			read_up(v);
	}
	if ((events & EPOLLOUT) != 0)
		write_down(v);
}

static void
on_server(struct visit *v, uint32_t events)
{
	if (v->state == VISIT_CONNECTING) {
		finish_connecting(v);
		events = EPOLLOUT;
	}
	if (is_joined(v) && (events & EPOLLOUT) != 0)
		write_up(v);
	if (is_joined(v) &&
	    (events & (EPOLLIN | EPOLLHUP | EPOLLERR | EPOLLRDHUP)) != 0)
		read_down(v);
}

void
visit_ready(struct visit_end *end, uint32_t events)
{
	struct visit *v = end->visit;

	if (v->state == VISIT_OVER || end->fd == -1)
		return;
	if (end == &v->client)
		on_client(v, events);
	else
		on_server(v, events);
	listen_anew(v);
}

/* --- its life ------------------------------------------------------------------ */

struct visit *
visit_new(int epoll, int fd, const struct publish_url *u)
{
	CLOSES int own = fd;
	struct visit *v = malloc(sizeof(*v));
	int on = 1;

	if (v == NULL)
		return NULL;
	/* Pages that hold no byte yet need not be there. */
	memset(&v->next, 0, offsetof(struct visit, up));
	v->up.at = v->up.end = v->down.at = v->down.end = 0;
	memset(&v->request, 0, sizeof(*v) - offsetof(struct visit, request));
	v->epoll = epoll;
	v->url = u;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	v->client = (struct visit_end){ v, take_fd(&own), 0, false };
	v->server = (struct visit_end){ v, -1, 0, false };
	touch(v);
	listen_anew(v);
	if (v->state != VISIT_OVER)
		return v;
	visit_free(v);
	return NULL;
}

void
visit_free(struct visit *v)
{
	close_end(v, &v->client);
	close_end(v, &v->server);
	free(v);
}

void
visit_end(struct visit *v)
{
	visit_step(v, VISIT_OVER);
	close_end(v, &v->client);
	close_end(v, &v->server);
}

void
visit_overdue(struct visit *v)
{
	switch (v->state) {
	case VISIT_HEAD:
		if (v->up.end > 0)
			say_status(v, 408);
		else
			visit_end(v);
		return;
	case VISIT_ASKING:
		if (v->serial == 0)
			visit_turn_away(v);
		else
			say(v, 504, "this sandbox does not answer: try again");
		return;
	case VISIT_CONNECTING:
	case VISIT_WAITING:
		say_port(v, 504,
		    "what listens on port %u of this sandbox does not answer");
		return;
	default:
		visit_end(v);
	}
}
