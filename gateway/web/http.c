/* http.c - who is connected, and what they are answered. */
#include "gateway/web/http.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "gateway/base/array.h"
#include "gateway/base/clock.h"
#include "gateway/web/host.h"
#include "gateway/web/http_order.h"
#include "gateway/web/http_replay.h"
#include "gateway/web/http_replies.h"
#include "gateway/web/http_terminal.h"
#include "gateway/web/http_wall.h"
#include "gateway/web/wall_stream.h"

#define HEAD_MAX     8192 /* bytes of a request's head, and what goes with it */
#define ACCEPTS_MAX  16	  /* in a turn: then who is there has theirs */
#define FRESH_MS     1000
#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* --- answers ---------------------------------------------------------------- */

static bool
is_fresh(const struct http *h)
{
	return h->text != NULL && clock_ms() - h->text_ms < FRESH_MS;
}

static enum MHD_Result
answer_metrics(struct http *h, struct http_client *c)
{
	if (!is_fresh(h) && !c->was_told) {
		h->waiting++;
		http_suspend(c, WAIT_METRICS);
		return MHD_YES;
	}
	return h->text == NULL
		   ? MHD_queue_response(c->connection,
			 MHD_HTTP_SERVICE_UNAVAILABLE, h->gone)
		   : MHD_queue_response(c->connection, MHD_HTTP_OK, h->text);
}

/* --- requests --------------------------------------------------------------- */

static const struct path {
	const char *path;
	enum MHD_Result (*answer)(struct http *h, struct http_client *c);
	bool is_post;
	bool has_body; /* one that is read before it is answered */
} paths[] = {
	{ HTTP_METRICS_PATH, answer_metrics, false, false },
	{ "/wall/events", http_answer_events, false, false },
	{ "/wall/enter", http_answer_enter, true, false },
	{ "/wall/leave", http_answer_leave, true, false },
	{ "/wall/say", http_answer_say, true, true },
	{ "/wall/extend", http_answer_extend, true, true },
	{ "/wall/hand-done", http_answer_hand_done, true, true },
	{ "/wall/recordings", http_answer_recordings, true, true },
	{ "/wall/replay", http_answer_replay, true, true },
	{ "/wall/replay-at", http_replay_at, true, true },
	{ "/wall/replay-end", http_replay_end, true, true },
	{ HTTP_TERMINAL_PATH "/events", http_terminal_events, false, false },
	{ HTTP_TERMINAL_PATH "/open", http_terminal_open, true, true },
	{ HTTP_TERMINAL_PATH "/answer", http_terminal_answer, true, true },
	{ HTTP_TERMINAL_PATH "/type", http_terminal_type, true, true },
	{ HTTP_TERMINAL_PATH "/close", http_terminal_close, true, false },
};

/* What is below it is there where the site has switched it on. */
static bool
is_hidden(const struct http *h, const char *url)
{
	return !h->has_terminal && strncmp(url, HTTP_TERMINAL_PATH,
				       strlen(HTTP_TERMINAL_PATH)) == 0;
}

static const struct path *
find_path(const struct http *h, const char *url)
{
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		if (strcmp(url, paths[i].path) == 0 && !is_hidden(h, url))
			return &paths[i];
	}
	return NULL;
}

/* A head has come: NULL, when its body may. */
static struct MHD_Response *
find_refusal(const struct http *h, const struct http_client *c,
    unsigned *status)
{
	uint64_t length;

	*status = MHD_HTTP_LENGTH_REQUIRED;
	if (!http_body_length(c, &length))
		return h->length;
	*status = MHD_HTTP_CONTENT_TOO_LARGE;
	return length > HTTP_BODY_MAX ? h->body : NULL;
}

/* libmicrohttpd calls with the head, then with parts of the body, if there is one, then
 * when all is there, and each time that a client was resumed.  False: this is not for an
 * answer yet, and *rc was. */
static bool
read_body(struct http *h, struct http_client *c, const char *data, size_t *size,
    void **request, enum MHD_Result *rc)
{
	struct MHD_Response *no;
	unsigned status;

	*rc = MHD_YES;
	if (*request == NULL) {
		*request = c;
		c->body_size = 0;
		no = find_refusal(h, c, &status);
		if (no != NULL)
			*rc = MHD_queue_response(c->connection, status, no);
		return false;
	}
	if (*size == 0)
		return true;
	if (*size > HTTP_BODY_MAX - c->body_size) {
		*rc = MHD_NO; /* more than it said */
		return false;
	}
	memcpy(c->body + c->body_size, data, *size);
	/* It may be a password, and this is libmicrohttpd's own buffer of this
	 * connection, which it frees without clearing it. */
	explicit_bzero((void *)(uintptr_t)data, *size);
	c->body_size += *size;
	*size = 0;
	return false;
}

static enum MHD_Result
answer_post(struct http *h, struct http_client *c, const struct path *p,
    const char *data, size_t *size, void **request)
{
	enum MHD_Result rc;

	if (!p->has_body)
		return http_has_body(c)
			   ? MHD_queue_response(c->connection,
				 MHD_HTTP_CONTENT_TOO_LARGE, h->body)
			   : p->answer(h, c);
	return read_body(h, c, data, size, request, &rc) ? p->answer(h, c) : rc;
}

/* A method that no path has, before a path that there is not. */
static enum MHD_Result
route(struct http *h, struct http_client *c, const char *url,
    const char *method, const char *data, size_t *size, void **request)
{
	bool is_get = strcmp(method, MHD_HTTP_METHOD_GET) == 0 ||
		      strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
	const struct path *p = find_path(h, url);

	if (p != NULL && p->is_post)
		return strcmp(method, MHD_HTTP_METHOD_POST) == 0
			   ? answer_post(h, c, p, data, size, request)
			   : MHD_queue_response(c->connection,
				 MHD_HTTP_METHOD_NOT_ALLOWED, h->post);
	if (p != NULL && is_get)
		return p->answer(h, c);
	if (!is_get)
		return MHD_queue_response(c->connection,
		    MHD_HTTP_METHOD_NOT_ALLOWED, h->method);
	for (int i = 0; i < PAGES; i++) {
		if (strcmp(url, pages[i].path) == 0 && !is_hidden(h, url))
			return MHD_queue_response(c->connection, MHD_HTTP_OK,
			    h->page[i]);
	}
	return MHD_queue_response(c->connection, MHD_HTTP_NOT_FOUND, h->path);
}

static enum MHD_Result
on_request(void *self, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *data, size_t *size,
    void **request)
{
	struct http *h = self;
	struct http_client *c = MHD_get_connection_info(connection,
	    MHD_CONNECTION_INFO_SOCKET_CONTEXT)
				    ->socket_context;

	(void)version;
	if (c == NULL)
		return MHD_NO; /* there was no memory for it */
	if (!c->is_local &&
	    !host_is_loopback(MHD_lookup_connection_value(connection,
		MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST)))
		return MHD_queue_response(connection,
		    MHD_HTTP_MISDIRECTED_REQUEST, h->host);
	return route(h, c, url, method, data, size, request);
}

/* --- who is there ----------------------------------------------------------- */

static void
on_connection(void *self, struct MHD_Connection *connection, void **context,
    enum MHD_ConnectionNotificationCode what)
{
	struct http *h = self;
	struct http_client *c = *context;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		c = calloc(1, sizeof(*c));
		*context = c;
		if (c == NULL)
			return;
		c->connection = connection;
		c->fd = MHD_get_connection_info(connection,
		    MHD_CONNECTION_INFO_CONNECTION_FD)
			    ->connect_fd;
		c->since_ms = clock_ms();
		c->is_local = MHD_get_connection_info(connection,
				  MHD_CONNECTION_INFO_CLIENT_ADDRESS)
				  ->client_addr->sa_family == AF_UNIX;
		TAILQ_INSERT_TAIL(&h->clients, c, next);
		h->count++;
	} else if (c != NULL) {
		if (!c->is_stream) {
			TAILQ_REMOVE(&h->clients, c, next);
			h->count--;
		}
		event_streams_forget(&h->wall_streams, connection);
		event_streams_forget(&h->terminal_streams, connection);
		h->waiting -= c->waits == WAIT_METRICS;
		http_forget_body(c);
		if (c->answer != NULL)
			MHD_destroy_response(c->answer);
		free(c);
		*context = NULL;
	}
}

/* A path is compared as it came: "%2e" and "%00" are no other way to write one. */
static size_t
leave_escaped(void *self, struct MHD_Connection *connection, char *text)
{
	(void)self;
	(void)connection;
	return strlen(text);
}

/* Its request was answered, or broken off. */
static void
on_completed(void *self, struct MHD_Connection *connection, void **request,
    enum MHD_RequestTerminationCode how)
{
	struct http *h = self;
	struct http_client *c = MHD_get_connection_info(connection,
	    MHD_CONNECTION_INFO_SOCKET_CONTEXT)
				    ->socket_context;

	(void)request;
	if (c != NULL)
		http_forget_body(c);
	if (c == NULL || how != MHD_REQUEST_TERMINATED_COMPLETED_OK)
		return;
	c->since_ms = clock_ms();
	c->was_told = false;
	if (c->is_stream) { /* it is over: an ordinary one again */
		event_streams_forget(&h->wall_streams, connection);
		event_streams_forget(&h->terminal_streams, connection);
		c->is_stream = false;
		h->count++;
	} else {
		TAILQ_REMOVE(&h->clients, c, next);
	}
	TAILQ_INSERT_TAIL(&h->clients, c, next);
}

/* libmicrohttpd sees the end at its next look, and lets go of it.  Who waits for the
 * monitor is suspended, and not looked at; that is over soon. */
static void
send_away(struct http_client *c)
{
	shutdown(c->fd, SHUT_RDWR);
}

static void
make_place(struct http *h)
{
	struct http_client *c;

	TAILQ_FOREACH(c, &h->clients, next) {
		if (c->waits == WAIT_NOTHING)
			break;
	}
	if (c == NULL)
		return;
	send_away(c);
	MHD_run(h->daemon);
}

void
http_accept(struct http *h, int listener)
{
	for (int i = 0; i < ACCEPTS_MAX; i++) {
		struct sockaddr_storage from = { 0 };
		socklen_t size = sizeof(from);
		int fd = accept4(listener, (struct sockaddr *)&from, &size,
		    SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd == -1)
			return;
		/* Who connects to a name has none, and so no length that says
		 * of which family it is not. */
		if (size < sizeof(sa_family_t))
			from.ss_family = AF_UNIX;
		if (h->count >= HTTP_CLIENTS)
			make_place(h);
		/* The socket is the daemon's, also when it refuses. */
		MHD_add_connection(h->daemon, fd, (struct sockaddr *)&from,
		    size);
	}
}

/* --- the loop's part -------------------------------------------------------- */

int
http_begin(struct http *h, struct walls *walls, struct terminals *terminals,
    struct err *e)
{
	const union MHD_DaemonInfo *info;

	*h = (struct http){ .walls = walls, .terminals = terminals };
	TAILQ_INIT(&h->clients);
	event_streams_begin(&h->wall_streams);
	event_streams_begin(&h->terminal_streams);
	h->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET |
					 MHD_ALLOW_SUSPEND_RESUME |
					 MHD_USE_SUPPRESS_DATE_NO_CLOCK,
	    0, NULL, NULL, on_request, h, MHD_OPTION_NOTIFY_CONNECTION,
	    on_connection, h, MHD_OPTION_NOTIFY_COMPLETED, on_completed, h,
	    MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
	    MHD_OPTION_CONNECTION_LIMIT,
	    2 * HTTP_CLIENTS + WALL_STREAMS_MAX + TERMINALS_MAX,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_MAX,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
	if (h->daemon == NULL)
		return err_set(e, errno, "libmicrohttpd does not start");
	info = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (info == NULL || http_make_replies(h) == -1)
		return err_set(e, ENOMEM, "libmicrohttpd");
	h->epoll = info->epoll_fd;
	return 0;
}

int
http_turn(struct http *h)
{
	int64_t now = clock_ms();
	struct http_client *c;
	MHD_UNSIGNED_LONG_LONG wanted;
	int64_t left = -1, next;

	TAILQ_FOREACH(c, &h->clients, next) {
		left = c->since_ms + HTTP_IDLE_MS - now;
		if (left > 0)
			break;
		send_away(c);
		left = -1;
	}
	next = event_streams_turn(&h->wall_streams);
	if (next != -1 && (left == -1 || next < left))
		left = next;
	next = event_streams_turn(&h->terminal_streams);
	if (next != -1 && (left == -1 || next < left))
		left = next;
	MHD_run(h->daemon);
	if (MHD_get_timeout(h->daemon, &wanted) == MHD_YES &&
	    (left == -1 || (int64_t)wanted < left))
		left = (int64_t)wanted;
	return (int)left;
}

bool
http_wants_metrics(const struct http *h)
{
	return h->waiting > 0;
}

static void
resume_all(struct http *h)
{
	struct http_client *c;

	TAILQ_FOREACH(c, &h->clients, next) {
		if (c->waits == WAIT_METRICS)
			http_resume(c);
	}
	h->waiting = 0;
}

/* Who is being answered with the last one keeps it until then. */
void
http_metrics(struct http *h, char *text, size_t size)
{
	if (h->text != NULL)
		MHD_destroy_response(h->text);
	h->text = NULL;
	if (text != NULL)
		h->text = http_add_headers(MHD_create_response_from_buffer(size,
					       text, MHD_RESPMEM_MUST_FREE),
		    METRICS_TYPE, HTTP_NOTHING);
	h->text_ms = clock_ms();
	resume_all(h);
}
