/* http_wall.c - requests about walls. */
#include "gateway/web/http_wall.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/array.h"
#include "gateway/web/http_replies.h"

#define ASKS_MAX 8	  /* to the monitor at once */
#define SCHEME	 "Atoll " /* of Authorization, before a link's token */

/* With TLS it is of this very name and no other's (RFC 6265bis). */
#define COOKIE		"atoll"
#define COOKIE_SECURE	"__Host-atoll"
#define COOKIE_TERMS	"; Path=/; HttpOnly; SameSite=Strict"
#define COOKIE_LINE_MAX 256

#define LENGTH_DIGITS 9 /* of a body: more than may come */

static const char *
header_of(const struct http_client *c, const char *name)
{
	const char *value =
	    MHD_lookup_connection_value(c->connection, MHD_HEADER_KIND, name);

	return value == NULL ? "" : value;
}

static struct wall *
find_wall(const struct http *h, const struct http_client *c)
{
	static const char *const names[] = { COOKIE_SECURE, COOKIE };
	struct wall *w = NULL;

	for (size_t i = 0; i < COUNT_OF(names) && w == NULL; i++) {
		const char *value = MHD_lookup_connection_value(c->connection,
		    MHD_COOKIE_KIND, names[i]);

		if (value != NULL)
			w = walls_find(h->walls, value);
	}
	return w;
}

bool
http_has_body(const struct http_client *c)
{
	const char *length = header_of(c, MHD_HTTP_HEADER_CONTENT_LENGTH);

	return (length[0] != '\0' && strcmp(length, "0") != 0) ||
	       header_of(c, MHD_HTTP_HEADER_TRANSFER_ENCODING)[0] != '\0';
}

bool
http_body_length(const struct http_client *c, uint64_t *length)
{
	const char *text = header_of(c, MHD_HTTP_HEADER_CONTENT_LENGTH);

	if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0' ||
	    header_of(c, MHD_HTTP_HEADER_TRANSFER_ENCODING)[0] != '\0')
		return false;
	*length =
	    strlen(text) > LENGTH_DIGITS ? UINT64_MAX : strtoul(text, NULL, 10);
	return true;
}

/* SameSite keeps other sites from it; so does the origin, in what knows no SameSite. */
struct wall *
http_wall_of(const struct http *h, const struct http_client *c)
{
	struct wall *w = find_wall(h, c);

	return w != NULL && strcmp(w->origin,
				header_of(c, MHD_HTTP_HEADER_ORIGIN)) == 0
		   ? w
		   : NULL;
}

bool
http_wall_wait(struct http *h, struct http_client *c)
{
	if (h->asking >= ASKS_MAX)
		return false;
	c->ask = ++h->last_ask == 0 ? ++h->last_ask : h->last_ask;
	c->is_asked = false;
	h->asking++;
	http_suspend(c, WAIT_WALL);
	return true;
}

/* The monitor is asked by http_wants_wall()'s caller. */
static enum MHD_Result
begin_enter(struct http *h, struct http_client *c)
{
	const char *given = header_of(c, MHD_HTTP_HEADER_AUTHORIZATION);

	if (strncmp(given, SCHEME, strlen(SCHEME)) != 0 ||
	    strlen(given) >= TEXT_SIZE)
		return MHD_queue_response(c->connection, MHD_HTTP_BAD_REQUEST,
		    h->token);
	text_copy(c->token, TEXT_SIZE, given + strlen(SCHEME));
	text_copy(c->origin, TEXT_SIZE, header_of(c, MHD_HTTP_HEADER_ORIGIN));
	return http_wall_wait(h, c)
		   ? MHD_YES
		   : MHD_queue_response(c->connection,
			 MHD_HTTP_SERVICE_UNAVAILABLE, h->busy);
}

enum MHD_Result
http_wall_answer(struct http *h, struct http_client *c)
{
	enum MHD_Result rc;

	if (c->answer == NULL)
		return MHD_queue_response(c->connection,
		    MHD_HTTP_SERVICE_UNAVAILABLE, h->gone);
	rc = MHD_queue_response(c->connection, c->status, c->answer);
	MHD_destroy_response(c->answer);
	c->answer = NULL;
	return rc;
}

enum MHD_Result
http_answer_enter(struct http *h, struct http_client *c)
{
	return c->was_told ? http_wall_answer(h, c) : begin_enter(h, c);
}

enum MHD_Result
http_answer_leave(struct http *h, struct http_client *c)
{
	struct wall *w = http_wall_of(h, c);

	if (w == NULL)
		return MHD_queue_response(c->connection, MHD_HTTP_FORBIDDEN,
		    h->cookie);
	wall_end(w, "it was closed in this browser");
	return MHD_queue_response(c->connection, MHD_HTTP_OK, h->done);
}

enum MHD_Result
http_answer_events(struct http *h, struct http_client *c)
{
	struct wall *w = find_wall(h, c);
	struct MHD_Response *r;
	enum MHD_Result rc;

	if (w == NULL)
		return MHD_queue_response(c->connection, MHD_HTTP_FORBIDDEN,
		    h->cookie);
	r = http_add_headers(stream_open(&h->streams, w, c->connection, c->fd),
	    "text/event-stream", HTTP_NOTHING);
	if (r == NULL)
		return MHD_queue_response(c->connection,
		    MHD_HTTP_SERVICE_UNAVAILABLE, h->busy);
	/* nginx would keep events back until it has some kilobytes. */
	MHD_add_response_header(r, "X-Accel-Buffering", "no");
	rc = MHD_queue_response(c->connection, MHD_HTTP_OK, r);
	MHD_destroy_response(r);
	if (rc == MHD_YES) {
		TAILQ_REMOVE(&h->clients, c, next);
		h->count--;
		c->is_stream = true;
	}
	return rc;
}

/* --- the monitor ------------------------------------------------------------ */

uint32_t
http_wants_wall(struct http *h, const char **token, const char **origin)
{
	struct http_client *c;

	if (h->asking == 0)
		return 0;
	TAILQ_FOREACH(c, &h->clients, next) {
		if (c->waits != WAIT_WALL || c->is_asked)
			continue;
		c->is_asked = true;
		*token = c->token;
		*origin = c->origin;
		return c->ask;
	}
	return 0;
}

static struct http_client *
find_asking(struct http *h, uint32_t number)
{
	struct http_client *c;

	TAILQ_FOREACH(c, &h->clients, next) {
		if (c->waits == WAIT_WALL && c->ask == number)
			break;
	}
	return c;
}

static void
answer_asking(struct http *h, struct http_client *c, unsigned status,
    const char *text)
{
	c->answer = http_add_headers(
	    MHD_create_response_from_buffer(strlen(text),
		(void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY),
	    HTTP_PLAIN_TYPE, HTTP_NOTHING);
	c->status = status;
	h->asking--;
	http_resume(c);
}

const char *
http_origin_of(struct http *h, uint32_t number)
{
	const struct http_client *c = find_asking(h, number);

	return c == NULL ? NULL : c->origin;
}

void
http_wall_opened(struct http *h, uint32_t number, const char *cookie,
    bool is_secure)
{
	struct http_client *c = find_asking(h, number);
	char line[COOKIE_LINE_MAX];

	if (c == NULL)
		return;
	answer_asking(h, c, MHD_HTTP_OK, "the wall is open\n");
	if (c->answer == NULL)
		return;
	snprintf(line, sizeof(line), "%s=%s" COOKIE_TERMS "%s",
	    is_secure ? COOKIE_SECURE : COOKIE, cookie,
	    is_secure ? "; Secure" : "");
	MHD_add_response_header(c->answer, MHD_HTTP_HEADER_SET_COOKIE, line);
}

void
http_wall_told(struct http *h, uint32_t number, unsigned status,
    const char *text)
{
	struct http_client *c = find_asking(h, number);

	if (c != NULL)
		answer_asking(h, c, status, text);
}

void
http_wall_refused(struct http *h, uint32_t number, const char *reason)
{
	http_wall_told(h, number, MHD_HTTP_FORBIDDEN, reason);
}
