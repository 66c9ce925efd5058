/* http.c - who is connected, and what they are answered. */
#include "gateway/web/http.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "gateway/base/clock.h"
#include "gateway/web/host.h"

#define HEAD_MAX     8192 /* bytes of a request's head, and what goes with it */
#define ACCEPTS_MAX  16	  /* in a turn: then who is there has theirs */
#define FRESH_MS     1000
#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"
#define METRICS_PATH "/metrics"

struct http_client {
	TAILQ_ENTRY(http_client) next;
	struct MHD_Connection *connection;
	int fd;		  /* libmicrohttpd's */
	int64_t since_ms; /* it came, or was answered last */
	bool is_local;	  /* by a name in the file system */
	bool waits;	  /* for metrics; suspended */
	bool was_told;	  /* that its request was seen */
};

/* --- answers ---------------------------------------------------------------- */

static struct MHD_Response *
add_headers(struct MHD_Response *r, const char *type)
{
	static const char *const headers[][2] = {
		{ MHD_HTTP_HEADER_CACHE_CONTROL, "no-store" },
		{ "X-Content-Type-Options", "nosniff" },
		{ "Content-Security-Policy", "default-src 'none'" },
	};

	if (r == NULL)
		return NULL;
	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		MHD_add_response_header(r, headers[i][0], headers[i][1]);
	return r;
}

static struct MHD_Response *
fixed(const char *text)
{
	return add_headers(MHD_create_response_from_buffer(strlen(text),
			       (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT),
	    "text/plain; charset=utf-8");
}

static int
make_errors(struct http *h)
{
	h->method = fixed("this can only be read: GET or HEAD\n");
	h->host = fixed("the Host of the request is not this host's loopback;"
			" a proxy sends it so, or uses the Unix socket\n");
	h->path = fixed("there is nothing here but " METRICS_PATH "\n");
	h->gone = fixed("the gateway does not answer; try again\n");
	if (h->method == NULL || h->host == NULL || h->path == NULL ||
	    h->gone == NULL)
		return -1;
	MHD_add_response_header(h->method, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	return 0;
}

static bool
is_fresh(const struct http *h)
{
	return h->text != NULL && clock_ms() - h->text_ms < FRESH_MS;
}

static enum MHD_Result
answer_metrics(struct http *h, struct http_client *c)
{
	if (!is_fresh(h) && !c->was_told) {
		c->waits = c->was_told = true;
		h->waiting++;
		MHD_suspend_connection(c->connection);
		return MHD_YES;
	}
	return h->text == NULL
		   ? MHD_queue_response(c->connection,
			 MHD_HTTP_SERVICE_UNAVAILABLE, h->gone)
		   : MHD_queue_response(c->connection, MHD_HTTP_OK, h->text);
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
	(void)data;
	(void)size;
	(void)request;
	if (c == NULL)
		return MHD_NO; /* there was no memory for it */
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
	    strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return MHD_queue_response(connection,
		    MHD_HTTP_METHOD_NOT_ALLOWED, h->method);
	if (!c->is_local &&
	    !host_is_loopback(MHD_lookup_connection_value(connection,
		MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST)))
		return MHD_queue_response(connection,
		    MHD_HTTP_MISDIRECTED_REQUEST, h->host);
	if (strcmp(url, METRICS_PATH) != 0)
		return MHD_queue_response(connection, MHD_HTTP_NOT_FOUND,
		    h->path);
	return answer_metrics(h, c);
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
		TAILQ_REMOVE(&h->clients, c, next);
		h->count--;
		h->waiting -= c->waits;
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
	if (c == NULL || how != MHD_REQUEST_TERMINATED_COMPLETED_OK)
		return;
	c->since_ms = clock_ms();
	c->was_told = false;
	TAILQ_REMOVE(&h->clients, c, next);
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
		if (!c->waits)
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
http_begin(struct http *h, struct err *e)
{
	const union MHD_DaemonInfo *info;

	*h = (struct http){ 0 };
	TAILQ_INIT(&h->clients);
	h->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET |
					 MHD_ALLOW_SUSPEND_RESUME |
					 MHD_USE_SUPPRESS_DATE_NO_CLOCK,
	    0, NULL, NULL, on_request, h, MHD_OPTION_NOTIFY_CONNECTION,
	    on_connection, h, MHD_OPTION_NOTIFY_COMPLETED, on_completed, h,
	    MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
	    MHD_OPTION_CONNECTION_LIMIT, 2 * HTTP_CLIENTS,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_MAX,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
	if (h->daemon == NULL)
		return err_set(e, errno, "libmicrohttpd does not start");
	info = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (info == NULL || make_errors(h) == -1)
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
	int64_t left = -1;

	TAILQ_FOREACH(c, &h->clients, next) {
		left = c->since_ms + HTTP_IDLE_MS - now;
		if (left > 0)
			break;
		send_away(c);
		left = -1;
	}
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
		if (!c->waits)
			continue;
		c->waits = false;
		MHD_resume_connection(c->connection);
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
		h->text = add_headers(MHD_create_response_from_buffer(size,
					  text, MHD_RESPMEM_MUST_FREE),
		    METRICS_TYPE);
	h->text_ms = clock_ms();
	resume_all(h);
}
