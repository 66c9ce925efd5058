/* visit_request.c - the head of a request becomes a question to the monitor. */
#include "gateway/publish/answers.h"
#include "gateway/publish/visit_parts.h"

static void
answer_own(struct visit *v, const struct head *h)
{
	struct lines t = visit_begin_answer(v);

	if (v->request.is_post && part_is(&h->word[1], REQUEST_ENTER) &&
	    v->request.token[0] != '\0' && v->request.is_own_origin) {
		v->is_enter = true;
		visit_step(v, VISIT_ASKING);
	} else if (part_is(&h->word[0], "GET") &&
		   answer_page(&t, &h->word[1])) {
		visit_say_written(v, &t);
	} else {
		visit_say_status(v, 404);
	}
}

bool
visit_take_body(struct visit *v, const char *bytes, size_t *size)
{
	if (v->is_switched)
		return true;
	if (!v->request.is_chunked) {
		if (*size > v->body_left)
			*size = (size_t)v->body_left;
		v->body_left -= *size;
		return true;
	}
	*size = chunks_take(&v->chunks, bytes, *size);
	v->body_left = v->chunks.state == CHUNKS_END ? 0 : UINT64_MAX;
	return v->chunks.state != CHUNKS_BAD;
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
		visit_say_status(v, status);
		return;
	}
	if (part_begins(&h.word[1], REQUEST_OWN)) {
		answer_own(v, &h);
		return;
	}
	request_write(&t, &v->request, &h, v->url);
	rest = v->up.end - size;
	v->body_left = v->request.body;
	if (!visit_take_body(v, v->up.bytes + size, &rest)) {
		visit_say_status(v, 400);
		return;
	}
	if (!flow_replace_head(&v->up, size, &t, rest)) {
		visit_say_status(v, 431);
		return;
	}
	visit_step(v, VISIT_ASKING);
}

void
visit_read_request(struct visit *v)
{
	enum got got = flow_read(&v->up, v->client.fd, HEAD_MAX - v->up.end);
	size_t size;

	if (got == GOT_END) {
		visit_end(v);
		return;
	}
	size = head_size(v->up.bytes, v->up.end);
	if (size > 0)
		take_request(v, size);
	else if (v->up.end == HEAD_MAX)
		visit_say_status(v, 431);
}
