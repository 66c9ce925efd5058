/* http_replay.c - a recording that is played, asked for its moments. */
#include "gateway/web/http_replay.h"

#include "gateway/web/form.h"
#include "gateway/web/http_ask.h"
#include "gateway/web/http_replies.h"
#include "gateway/web/http_wall.h"
#include "gateway/web/replay.h"

#define MS_MAX 100000000000 /* three years */

/* Another page of that wall may have opened another one. */
static bool
is_of_page(const struct wall *w, const struct http_client *c)
{
	return replay_is_of(w,
	    form_number(c->body, c->body_size, "replay", UINT32_MAX));
}

/* Moments are answered one after the other, as orders are, and beside them. */
enum MHD_Result
http_replay_at(struct http *h, struct http_client *c)
{
	struct wall *w;
	uint64_t ms;

	if (c->was_told)
		return http_ask_reply(h, c);
	w = http_wall_of(h, c);
	if (w == NULL)
		return MHD_queue_response(c->connection, MHD_HTTP_FORBIDDEN,
		    h->cookie);
	if (!form_count(c->body, c->body_size, "ms", MS_MAX, &ms))
		return MHD_queue_response(c->connection, MHD_HTTP_BAD_REQUEST,
		    h->form);
	if (!is_of_page(w, c))
		return http_answer_text(c, MHD_HTTP_CONFLICT,
		    "another recording was opened on this wall");
	if (w->replay.fd == -1)
		return http_answer_text(c, MHD_HTTP_CONFLICT, w->replay.why);
	if (replay_is_asked(w) || !http_wall_wait(h, c))
		return MHD_queue_response(c->connection,
		    MHD_HTTP_SERVICE_UNAVAILABLE, h->busy);
	c->is_asked = true;
	replay_ask(w, c->ask, ms);
	return MHD_YES;
}

enum MHD_Result
http_replay_end(struct http *h, struct http_client *c)
{
	struct wall *w = http_wall_of(h, c);

	if (w == NULL)
		return MHD_queue_response(c->connection, MHD_HTTP_FORBIDDEN,
		    h->cookie);
	if (is_of_page(w, c))
		replay_end(w, "it was closed in this browser");
	return MHD_queue_response(c->connection, MHD_HTTP_OK, h->done);
}
