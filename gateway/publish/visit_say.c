/* visit_say.c - what a visit is answered by us, and its end. */
#include <stdio.h>
#include <sys/socket.h>

#include "gateway/publish/answers.h"
#include "gateway/publish/visit_parts.h"

void
visit_say_written(struct visit *v, const struct lines *t)
{
	visit_close(v, &v->server);
	v->down.at = 0;
	v->down.end = t->at;
	visit_step(v, VISIT_SAYING);
	visit_listen(v);
}

struct lines
visit_begin_answer(struct visit *v)
{
	return (struct lines){ .to = v->down.bytes, .room = FLOW_SIZE };
}

void
visit_say(struct visit *v, int status, const char *words)
{
	struct lines t = visit_begin_answer(v);

	answer_text(&t, status, words);
	visit_say_written(v, &t);
}

void
visit_say_status(struct visit *v, int status)
{
	visit_say(v, status, answer_words(status));
}

void
visit_say_port(struct visit *v, int status, const char *what)
{
	char place[64], words[256];

	snprintf(place, sizeof(place), "port %u of %s", v->port,
	    v->machine[0] == '\0' ? "this sandbox" : v->machine);
	snprintf(words, sizeof(words), what, place);
	visit_say(v, status, words);
}

void
visit_leave(struct visit *v)
{
	visit_close(v, &v->server);
	visit_step(v, VISIT_LEAVING);
	shutdown(v->client.fd, SHUT_WR);
	visit_listen(v);
}
