/* collector.c - atoll-collector, which keeps and signs what students have done. */
#include "gateway/monitor/links/collector.h"

#include <errno.h>
#include <stdlib.h>

#include "gateway/base/scope.h"
#include "gateway/monitor/links/build.h"

#define START_EACH_MS 1000

struct collector {
	struct link *link;   /* owned; NULL while there is none */
	uint64_t started_ms; /* uv_now() of the last start; 0: never */
};

/* One that ends at once is not started as fast as it ends. */
static int
start_process(struct monitor *m, struct err *e)
{
	uint64_t now = uv_now(&m->loop);
	CLOSES int ours = -1;
	CLOSES int theirs = -1;

	if (m->collector == NULL)
		m->collector = calloc(1, sizeof(*m->collector));
	if (m->collector == NULL)
		return err_set(e, ENOMEM, "collector");
	if (m->collector->link != NULL)
		return 0;
	if (m->collector->started_ms != 0 &&
	    now - m->collector->started_ms < START_EACH_MS)
		return err_set(e, 0, "atoll-collector has just been started");
	m->collector->started_ms = now;
	if (chan_link(&ours, &theirs, e) == -1 ||
	    build_program(m, JAILED_COLLECTOR, theirs, e) == -1)
		return -1;
	m->collector->link =
	    link_open(&m->loop, take_fd(&ours), m->routes->collector, m, e);
	if (m->collector->link == NULL)
		return -1;
	link_hello(m->collector->link);
	return 0;
}

int
collector_call(struct monitor *m, struct msg *msg, link_reply *on_reply,
    void *self, struct err *e)
{
	if (start_process(m, e) == -1)
		return -1;
	return link_call(m->collector->link, msg, on_reply, self, e);
}

void
collector_hello(struct monitor *m, struct msg *msg)
{
	struct err e = { 0 };

	if (link_check_hello(m->collector->link, msg, &e) == -1) {
		log_error(NULL, "atoll-collector: %s", e.text);
		link_close(m->collector->link, e.text);
	}
}

void
collector_closed(struct monitor *m, const char *why)
{
	m->collector->link = NULL;
	if (m->phase == STOPPING)
		return;
	log_error(NULL, "lost atoll-collector: %s", why);
	metrics_lost(&m->metrics, LOST_COLLECTOR);
}

void
collector_close(struct monitor *m)
{
	if (m->collector != NULL && m->collector->link != NULL)
		link_close(m->collector->link, "stopping");
}

void
collector_free(struct monitor *m)
{
	free(m->collector);
	m->collector = NULL;
}
