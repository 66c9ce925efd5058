/* http_order.c - what whoever looks at a wall has done. */
#include "gateway/web/http_order.h"

#include <string.h>

#include "gateway/web/form.h"
#include "gateway/web/http_ask.h"
#include "gateway/web/http_wall.h"

#define MINUTES_MAX (24 * 60)

static bool
read_account(const struct http_client *c, char account[NAME_SIZE])
{
	return form_text(c->body, c->body_size, "account", account,
		   NAME_SIZE) &&
	       is_name(account);
}

/* --- what is meant ------------------------------------------------------------ */

static bool
read_say(const struct http_client *c, const char *lab, struct msg *m)
{
	MSG_NEW(m, ADMIN_SAY, admin_say);
	text_copy(m->admin_say.lab, NAME_SIZE, lab);
	return read_account(c, m->admin_say.account) &&
	       form_text(c->body, c->body_size, "text", m->admin_say.text,
		   TEXT_SIZE);
}

static bool
read_extend(const struct http_client *c, const char *lab, struct msg *m)
{
	uint32_t minutes =
	    form_number(c->body, c->body_size, "minutes", MINUTES_MAX);

	MSG_NEW(m, ADMIN_EXTEND, admin_extend);
	text_copy(m->admin_extend.lab, NAME_SIZE, lab);
	m->admin_extend.seconds = (uint64_t)minutes * 60;
	return minutes != 0 && read_account(c, m->admin_extend.account);
}

static bool
read_hand_done(const struct http_client *c, const char *lab, struct msg *m)
{
	MSG_NEW(m, ADMIN_HAND_DONE, admin_hand_done);
	text_copy(m->admin_hand_done.lab, NAME_SIZE, lab);
	return read_account(c, m->admin_hand_done.account);
}

static bool
read_recordings(const struct http_client *c, const char *lab, struct msg *m)
{
	(void)c;
	MSG_NEW(m, ADMIN_RECORDINGS, admin_recordings);
	text_copy(m->admin_recordings.lab, NAME_SIZE, lab);
	return true;
}

/* The monitor compares the lab. */
static bool
read_replay(const struct http_client *c, const char *lab, struct msg *m)
{
	(void)lab;
	MSG_NEW(m, WALL_REPLAY, wall_replay);
	return form_text(c->body, c->body_size, "file", m->wall_replay.file,
	    TEXT_SIZE);
}

/* --- the requests -------------------------------------------------------------- */

/* A wall's orders are answered one after the other: so an answer needs no number. */
static enum MHD_Result
answer(struct http *h, struct http_client *c,
    bool (*read)(const struct http_client *c, const char *lab, struct msg *m))
{
	struct wall *w;
	struct msg m;

	if (c->was_told)
		return http_ask_reply(h, c);
	w = http_wall_of(h, c);
	if (w == NULL)
		return MHD_queue_response(c->connection, MHD_HTTP_FORBIDDEN,
		    h->cookie);
	if (!read(c, w->lab, &m))
		return MHD_queue_response(c->connection, MHD_HTTP_BAD_REQUEST,
		    h->form);
	if (wall_has_order(w) || !http_wall_wait(h, c))
		return MHD_queue_response(c->connection,
		    MHD_HTTP_SERVICE_UNAVAILABLE, h->busy);
	c->is_asked = true;
	wall_order(w, c->ask, &m);
	return MHD_YES;
}

enum MHD_Result
http_answer_say(struct http *h, struct http_client *c)
{
	return answer(h, c, read_say);
}

enum MHD_Result
http_answer_extend(struct http *h, struct http_client *c)
{
	return answer(h, c, read_extend);
}

enum MHD_Result
http_answer_hand_done(struct http *h, struct http_client *c)
{
	return answer(h, c, read_hand_done);
}

enum MHD_Result
http_answer_recordings(struct http *h, struct http_client *c)
{
	return answer(h, c, read_recordings);
}

enum MHD_Result
http_answer_replay(struct http *h, struct http_client *c)
{
	return answer(h, c, read_replay);
}

void
http_order_told(void *http, uint32_t number, enum wall_answer how,
    const char *text)
{
	if (how == ANSWER_JSON)
		http_wall_told_json(http, number, text);
	else
		http_wall_told(http, number,
		    how == ANSWER_TEXT ? MHD_HTTP_OK : MHD_HTTP_CONFLICT, text);
}
