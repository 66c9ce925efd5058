/* http_wall.c - requests about walls. */
#include "gateway/web/http_wall.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/web/http_ask.h"
#include "gateway/web/http_cookie.h"
#include "gateway/web/http_replies.h"
#include "gateway/web/wall_stream.h"

/* At once: to the monitor, or for a moment of a recording. */
#define ASKS_MAX 32
#define SCHEME	 "Atoll " /* of Authorization, before a link's token */

#define LENGTH_DIGITS 9 /* of a body: more than may come */

static const struct cookie_name cookie_name = { "atoll", "__Host-atoll" };

static struct wall *
find_wall(const struct http *h, const struct http_client *c)
{
	const char *cookie = http_cookie_of(c, &cookie_name);

	return cookie == NULL ? NULL : walls_find(h->walls, cookie);
}

bool
http_has_body(const struct http_client *c)
{
	const char *length = http_header_of(c, MHD_HTTP_HEADER_CONTENT_LENGTH);

	return (length[0] != '\0' && strcmp(length, "0") != 0) ||
	       http_header_of(c, MHD_HTTP_HEADER_TRANSFER_ENCODING)[0] != '\0';
}

bool
http_body_length(const struct http_client *c, uint64_t *length)
{
	const char *text = http_header_of(c, MHD_HTTP_HEADER_CONTENT_LENGTH);

	if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0' ||
	    http_header_of(c, MHD_HTTP_HEADER_TRANSFER_ENCODING)[0] != '\0')
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
				http_header_of(c, MHD_HTTP_HEADER_ORIGIN)) == 0
		   ? w
		   : NULL;
}

bool
http_wall_wait(struct http *h, struct http_client *c)
{
	return http_ask_begin(h, c, WAIT_WALL, ASKS_MAX);
}

/* The monitor is asked by http_wants_wall()'s caller. */
static enum MHD_Result
begin_enter(struct http *h, struct http_client *c)
{
	const char *given = http_header_of(c, MHD_HTTP_HEADER_AUTHORIZATION);

	if (strncmp(given, SCHEME, strlen(SCHEME)) != 0 ||
	    strlen(given) >= TEXT_SIZE)
		return MHD_queue_response(c->connection, MHD_HTTP_BAD_REQUEST,
		    h->token);
	text_copy(c->token, TEXT_SIZE, given + strlen(SCHEME));
	text_copy(c->origin, TEXT_SIZE,
	    http_header_of(c, MHD_HTTP_HEADER_ORIGIN));
	return http_wall_wait(h, c)
		   ? MHD_YES
		   : MHD_queue_response(c->connection,
			 MHD_HTTP_SERVICE_UNAVAILABLE, h->busy);
}

enum MHD_Result
http_answer_enter(struct http *h, struct http_client *c)
{
	return c->was_told ? http_ask_reply(h, c) : begin_enter(h, c);
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

	if (w == NULL)
		return MHD_queue_response(c->connection, MHD_HTTP_FORBIDDEN,
		    h->cookie);
	return http_answer_stream(h, c,
	    wall_stream_open(&h->wall_streams, w, c->connection, c->fd));
}

/* --- the monitor ------------------------------------------------------------ */

uint32_t
http_wants_wall(struct http *h, const char **token, const char **origin)
{
	struct http_client *c = http_ask_next(h, WAIT_WALL);

	if (c == NULL)
		return 0;
	*token = c->token;
	*origin = c->origin;
	return c->ask;
}

const char *
http_origin_of(struct http *h, uint32_t number)
{
	const struct http_client *c = http_ask_find(h, WAIT_WALL, number);

	return c == NULL ? NULL : c->origin;
}

void
http_wall_opened(struct http *h, uint32_t number, const char *cookie,
    bool is_secure)
{
	struct http_client *c = http_ask_find(h, WAIT_WALL, number);

	if (c == NULL)
		return;
	http_ask_answer(c, MHD_HTTP_OK, "the wall is open\n");
	http_set_cookie(c, &cookie_name, cookie, is_secure);
}

void
http_wall_told(struct http *h, uint32_t number, unsigned status,
    const char *text)
{
	struct http_client *c = http_ask_find(h, WAIT_WALL, number);

	if (c != NULL)
		http_ask_answer(c, status, text);
}

void
http_wall_told_json(struct http *h, uint32_t number, const char *json)
{
	struct http_client *c = http_ask_find(h, WAIT_WALL, number);

	if (c != NULL)
		http_ask_answer_json(c, json);
}

void
http_wall_refused(struct http *h, uint32_t number, const char *reason)
{
	http_wall_told(h, number, MHD_HTTP_FORBIDDEN, reason);
}
