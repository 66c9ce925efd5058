/* visit_state.c - how far a visit is, and what it waits for. */
#include <sys/epoll.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "gateway/publish/visit_parts.h"

#define S 1000

#define TO(state) (1u << (state))

/* How long each state may last; of the last five, without a byte. */
static const struct {
	const char *name;
	unsigned next;
	int64_t patience_ms;
} steps[VISIT_STATES] = {
	[VISIT_HEAD] = { "head",
	    TO(VISIT_ASKING) | TO(VISIT_SAYING) | TO(VISIT_OVER), 10 * S },
	[VISIT_ASKING] = { "asking",
	    TO(VISIT_CONNECTING) | TO(VISIT_SAYING) | TO(VISIT_OVER), 5 * S },
	[VISIT_CONNECTING] = { "connecting",
	    TO(VISIT_WAITING) | TO(VISIT_SAYING) | TO(VISIT_OVER), 5 * S },
	[VISIT_WAITING] = { "waiting",
	    TO(VISIT_RELAYING) | TO(VISIT_SAYING) | TO(VISIT_OVER), 60 * S },
	[VISIT_RELAYING] = { "relaying", TO(VISIT_LEAVING) | TO(VISIT_OVER),
	    600 * S },
	[VISIT_SAYING] = { "saying", TO(VISIT_LEAVING) | TO(VISIT_OVER),
	    10 * S },
	[VISIT_LEAVING] = { "leaving", TO(VISIT_OVER), 2 * S },
	[VISIT_OVER] = { "over", 0, 0 },
};

void
visit_touch(struct visit *v)
{
	v->due_ms = clock_ms() + steps[v->state].patience_ms;
}

void
visit_step(struct visit *v, enum visit_state next)
{
	if ((steps[v->state].next & TO(next)) == 0) {
		if (v->state == VISIT_OVER)
			return;
		log_error(NULL, "impossible step of a visit from=%s to=%s",
		    steps[v->state].name, steps[next].name);
		next = VISIT_OVER;
	}
	v->state = next;
	visit_touch(v);
}

/* --- its sockets ------------------------------------------------------------ */

void
visit_close(const struct visit *v, struct visit_end *end)
{
	if (end->is_added)
		epoll_ctl(v->epoll, EPOLL_CTL_DEL, end->fd, NULL);
	end->is_added = false;
	scope_close(&end->fd);
}

void
visit_end(struct visit *v)
{
	visit_step(v, VISIT_OVER);
	visit_close(v, &v->client);
	visit_close(v, &v->server);
}

/* An end that waits for nothing is taken out: epoll tells of its hang-up in any case,
 * again and again. */
static void
listen_for(struct visit *v, struct visit_end *end, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = end };
	int how = end->is_added ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

	if (end->fd == -1 || (end->is_added && events == end->events) ||
	    (!end->is_added && events == 0))
		return;
	if (events == 0)
		how = EPOLL_CTL_DEL;
	if (epoll_ctl(v->epoll, how, end->fd, &event) == -1) {
		visit_end(v);
		return;
	}
	end->is_added = events != 0;
	end->events = events;
}

bool
visit_is_joined(const struct visit *v)
{
	return v->state == VISIT_WAITING || v->state == VISIT_RELAYING;
}

static uint32_t
wanted_of_client(const struct visit *v)
{
	uint32_t events = 0;

	if (v->state != VISIT_SAYING && v->state != VISIT_LEAVING)
		events |= EPOLLRDHUP;
	if (v->state == VISIT_HEAD || v->state == VISIT_LEAVING ||
	    (visit_is_joined(v) && v->body_left > 0 && flow_has_room(&v->up)))
		events |= EPOLLIN;
	if ((v->state == VISIT_RELAYING || v->state == VISIT_SAYING) &&
	    flow_has_bytes(&v->down))
		events |= EPOLLOUT;
	return events;
}

static uint32_t
wanted_of_server(const struct visit *v)
{
	uint32_t events = 0;

	if (v->state == VISIT_CONNECTING)
		return EPOLLOUT;
	if (visit_is_joined(v) && !v->has_server_ended &&
	    flow_has_room(&v->down))
		events |= EPOLLIN;
	if (visit_is_joined(v) && flow_has_bytes(&v->up))
		events |= EPOLLOUT;
	return events;
}

void
visit_listen(struct visit *v)
{
	if (v->state != VISIT_OVER)
		listen_for(v, &v->client, wanted_of_client(v));
	if (v->state != VISIT_OVER)
		listen_for(v, &v->server, wanted_of_server(v));
}
