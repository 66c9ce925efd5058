/* http_terminal.c - requests about terminals. */
#include "gateway/web/http_terminal.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/web/http_ask.h"
#include "gateway/web/http_cookie.h"
#include "gateway/web/http_replies.h"
#include "gateway/web/terminal_stream.h"

#define ASKS_MAX  64 /* to the monitor at once */
#define SIZE_MOST 500

/* What the page says of itself, beside the body. */
#define HEADER_TERMINAL "Atoll-Terminal" /* its number */
#define HEADER_PAGE                                                            \
	"Atoll-Page" /* any number, another each time it is loaded */
#define HEADER_SIZE "Atoll-Size" /* 24x80 */
#define HEADER_AT   "Atoll-At"	 /* of the first byte that is typed */
#define HEADER_SEEN "Atoll-Seen" /* bytes that it has of what was shown */

/* --- what a request says ---------------------------------------------------------- */

static const struct cookie_name cookie_name = { "atoll-terminal",
	"__Host-atoll-terminal" };

/* As a text. */
static char *
body_of(struct http_client *c)
{
	c->body[c->body_size] = '\0';
	return c->body;
}

static bool
read_number(const char *text, uint64_t *to)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 18 || text[digits] != '\0')
		return false;
	*to = strtoull(text, NULL, 10);
	return true;
}

static bool
read_size(const char *text, unsigned *rows, unsigned *cols)
{
	char end;

	return strlen(text) <= 9 &&
	       sscanf(text, "%3ux%3u%c", rows, cols, &end) == 2 && *rows > 0 &&
	       *cols > 0 && *rows <= SIZE_MOST && *cols <= SIZE_MOST;
}

static struct terminal *
find(const struct http *h, const struct http_client *c, const char *number)
{
	uint64_t n;

	return read_number(number, &n) && n <= UINT32_MAX
		   ? terminals_find(h->terminals,
			 http_cookie_of(c, &cookie_name), (uint32_t)n)
		   : NULL;
}

/* SameSite keeps other sites from it; so does the origin, in what knows no SameSite. */
static struct terminal *
find_posted(const struct http *h, const struct http_client *c)
{
	struct terminal *t = find(h, c, http_header_of(c, HEADER_TERMINAL));

	return t != NULL && strcmp(t->origin,
				http_header_of(c, MHD_HTTP_HEADER_ORIGIN)) == 0
		   ? t
		   : NULL;
}

static enum MHD_Result
reply_logged_out(const struct http *h, const struct http_client *c)
{
	return MHD_queue_response(c->connection, MHD_HTTP_FORBIDDEN,
	    h->logged_out);
}

static enum MHD_Result
reply_ill(const struct http *h, const struct http_client *c)
{
	return MHD_queue_response(c->connection, MHD_HTTP_BAD_REQUEST, h->ill);
}

/* --- who is there ----------------------------------------------------------------- */

static enum MHD_Result
take_last(void *self, enum MHD_ValueKind kind, const char *name,
    const char *value)
{
	const char **last = self;

	(void)kind;
	if (value != NULL && strcasecmp(name, "X-Forwarded-For") == 0)
		*last = value;
	return MHD_YES;
}

/* Who may open the socket that has a name is the proxy in front, which says for whom: the
 * last address is its own word, and what stands before that a client may have sent. */
static void
find_forwarded(const struct http_client *c, char to[TEXT_SIZE])
{
	const char *last = "";
	const char *comma;

	MHD_get_connection_values(c->connection, MHD_HEADER_KIND, take_last,
	    &last);
	comma = strrchr(last, ',');
	if (comma != NULL)
		last = comma + 1;
	text_copy(to, TEXT_SIZE, last + strspn(last, " \t"));
	to[strcspn(to, " \t")] = '\0';
}

/* Of a port of the loopback whoever is on this host is the client. */
static void
find_address(struct http_client *c)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    c->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const void *from =
	    &((const struct sockaddr_in *)(const void *)info->client_addr)
		 ->sin_addr;

	c->address[0] = '\0';
	if (c->is_local) {
		find_forwarded(c, c->address);
		return;
	}
	if (info->client_addr->sa_family == AF_INET6)
		from = &((const struct sockaddr_in6 *)(const void *)
			     info->client_addr)
			    ->sin6_addr;
	inet_ntop(info->client_addr->sa_family, from, c->address, TEXT_SIZE);
}

/* --- a terminal is opened ----------------------------------------------------------- */

static bool
is_login_name(const struct http_client *c)
{
	if (c->body_size == 0 || c->body_size >= TEXT_SIZE)
		return false;
	for (size_t i = 0; i < c->body_size; i++) {
		if ((unsigned char)c->body[i] <= ' ' || c->body[i] == 0x7f)
			return false;
	}
	return true;
}

/* The monitor is asked by http_wants_terminal()'s caller. */
static enum MHD_Result
begin_open(struct http *h, struct http_client *c)
{
	const char *cookie = http_cookie_of(c, &cookie_name);

	if (!is_login_name(c) ||
	    !read_size(http_header_of(c, HEADER_SIZE), &c->rows, &c->cols))
		return reply_ill(h, c);
	if (terminals_are_full(h->terminals) ||
	    !http_ask_begin(h, c, WAIT_TERMINAL, ASKS_MAX))
		return MHD_queue_response(c->connection,
		    MHD_HTTP_SERVICE_UNAVAILABLE, h->busy);
	find_address(c);
	text_copy(c->token, TEXT_SIZE, body_of(c));
	text_copy(c->origin, TEXT_SIZE,
	    http_header_of(c, MHD_HTTP_HEADER_ORIGIN));
	c->has_cookie = terminals_know(h->terminals, cookie) &&
			cookie_hash(cookie, &c->cookie);
	return MHD_YES;
}

enum MHD_Result
http_terminal_open(struct http *h, struct http_client *c)
{
	return c->was_told ? http_ask_reply(h, c) : begin_open(h, c);
}

uint32_t
http_wants_terminal(struct http *h, const char **address, const char **origin)
{
	struct http_client *c = http_ask_next(h, WAIT_TERMINAL);

	if (c == NULL)
		return 0;
	*address = c->address;
	*origin = c->origin;
	return c->ask;
}

/* A browser has one cookie for all of its terminals. */
void
http_terminal_opened(struct http *h, struct msg *m)
{
	struct http_client *c = http_ask_find(h, WAIT_TERMINAL, m->serial);
	char cookie[COOKIE_SIZE] = "", number[16];
	struct terminal *t = NULL;
	bool is_new = c != NULL && !c->has_cookie;

	if (c == NULL)
		return; /* it has gone: so does the connection */
	if (!is_new || (cookie_make(cookie) && cookie_hash(cookie, &c->cookie)))
		t = terminals_add(h->terminals, m, c->origin, &c->cookie);
	if (t == NULL || !terminal_login(t, c->token, c->rows, c->cols)) {
		http_terminal_refused(h, m->serial,
		    "this host is out of resources; try again in a minute");
	} else {
		snprintf(number, sizeof(number), "%" PRIu32, t->number);
		http_ask_answer(c, MHD_HTTP_OK, number);
		if (is_new)
			http_set_cookie(c, &cookie_name, cookie,
			    m->terminal_opened.is_secure != 0);
	}
	cookie_forget(cookie);
}

void
http_terminal_refused(struct http *h, uint32_t number, const char *reason)
{
	struct http_client *c = http_ask_find(h, WAIT_TERMINAL, number);

	if (c != NULL)
		http_ask_answer(c, MHD_HTTP_FORBIDDEN, reason);
}

/* --- it is used --------------------------------------------------------------------- */

static const char *
argument_of(const struct http_client *c, const char *name)
{
	const char *value = MHD_lookup_connection_value(c->connection,
	    MHD_GET_ARGUMENT_KIND, name);

	return value == NULL ? "" : value;
}

/* A browser that connects anew by itself says where it was (HTML, 9.2.4). */
enum MHD_Result
http_terminal_events(struct http *h, struct http_client *c)
{
	struct terminal *t = find(h, c, argument_of(c, "terminal"));
	const char *last = http_header_of(c, "Last-Event-ID");
	enum MHD_Result rc;
	uint64_t from, page;

	if (t == NULL)
		return reply_logged_out(h, c);
	if (!read_number(last[0] != '\0' ? last : argument_of(c, "from"),
		&from) ||
	    !read_number(argument_of(c, "page"), &page) || page == 0)
		return reply_ill(h, c);
	rc = http_answer_stream(h, c,
	    terminal_stream_open(&h->terminal_streams, t, from, c->connection,
		c->fd));
	if (c->is_stream)
		terminal_take_page(t, page);
	return rc;
}

enum MHD_Result
http_terminal_answer(struct http *h, struct http_client *c)
{
	struct terminal *t = find_posted(h, c);

	if (t == NULL)
		return reply_logged_out(h, c);
	if (memchr(c->body, '\0', c->body_size) != NULL ||
	    !terminal_answer(t, body_of(c)))
		return reply_ill(h, c);
	return MHD_queue_response(c->connection, MHD_HTTP_OK, h->done);
}

/* Says how many bytes of that page were passed on: what is missing is typed again, when
 * the terminal reads on.  What a page sent that has been loaded anew since, or that
 * another has followed, may come late, and is not typed any more; nor is what one types
 * that lost the terminal to another and came back by itself, whose bytes are counted from
 * 0 again. */
enum MHD_Result
http_terminal_type(struct http *h, struct http_client *c)
{
	struct terminal *t = find_posted(h, c);
	const char *size = http_header_of(c, HEADER_SIZE);
	unsigned rows, cols;
	uint64_t page, at, seen;
	char text[24];

	if (t == NULL)
		return reply_logged_out(h, c);
	if (!read_number(http_header_of(c, HEADER_PAGE), &page) ||
	    !read_number(http_header_of(c, HEADER_AT), &at) ||
	    !read_number(http_header_of(c, HEADER_SEEN), &seen) ||
	    (size[0] != '\0' && !read_size(size, &rows, &cols)))
		return reply_ill(h, c);
	if (page != t->page || at > t->typed)
		return MHD_queue_response(c->connection, MHD_HTTP_CONFLICT,
		    h->moved);
	if (!terminal_seen(t, seen))
		return reply_ill(h, c);
	if (size[0] != '\0')
		terminal_resize(t, rows, cols);
	if (c->body_size > 0 && !terminal_type(t, at, c->body, c->body_size))
		return reply_ill(h, c);
	snprintf(text, sizeof(text), "%" PRIu64, t->typed);
	return http_answer_text(c, MHD_HTTP_OK, text);
}

enum MHD_Result
http_terminal_close(struct http *h, struct http_client *c)
{
	struct terminal *t = find_posted(h, c);

	if (t == NULL)
		return reply_logged_out(h, c);
	terminal_end(t, "it was closed in this browser");
	return MHD_queue_response(c->connection, MHD_HTTP_OK, h->done);
}
