/* http_ask.c - requests that only another process can answer. */
#include "gateway/web/http_ask.h"

#include "gateway/web/http_replies.h"

static unsigned
count_waiting(const struct http *h, enum http_wait what)
{
	const struct http_client *c;
	unsigned n = 0;

	TAILQ_FOREACH(c, &h->clients, next)
		n += c->waits == what;
	return n;
}

bool
http_ask_begin(struct http *h, struct http_client *c, enum http_wait what,
    unsigned most)
{
	if (count_waiting(h, what) >= most)
		return false;
	c->ask = ++h->last_ask == 0 ? ++h->last_ask : h->last_ask;
	c->is_asked = false;
	http_suspend(c, what);
	return true;
}

struct http_client *
http_ask_next(struct http *h, enum http_wait what)
{
	struct http_client *c;

	TAILQ_FOREACH(c, &h->clients, next) {
		if (c->waits != what || c->is_asked)
			continue;
		c->is_asked = true;
		break;
	}
	return c;
}

struct http_client *
http_ask_find(struct http *h, enum http_wait what, uint32_t number)
{
	struct http_client *c;

	TAILQ_FOREACH(c, &h->clients, next) {
		if (c->waits == what && c->ask == number)
			break;
	}
	return c;
}

static void
answer(struct http_client *c, unsigned status, struct MHD_Response *r)
{
	c->answer = r;
	c->status = status;
	http_resume(c);
}

void
http_ask_answer(struct http_client *c, unsigned status, const char *text)
{
	answer(c, status, http_text(text));
}

void
http_ask_answer_json(struct http_client *c, const char *json)
{
	answer(c, MHD_HTTP_OK, http_json(json));
}

enum MHD_Result
http_ask_reply(struct http *h, struct http_client *c)
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
