/* route_collector.c - what atoll-collector may say, and what handles it. */
#include "gateway/monitor/links/collector.h"
#include "gateway/monitor/route/routes.h"

static void
on_hello(void *self, struct msg *m)
{
	collector_hello(self, m);
}

static void
on_closed(void *self, const char *why)
{
	collector_closed(self, why);
}

static link_handler *const handlers[MSG_COUNT] = {
	[MSG_HELLO] = on_hello,
	[MSG_COLLECT_OPENED] = link_reply_only,
	[MSG_COLLECTED] = link_reply_only,
	[MSG_REPORT_KEPT] = link_reply_only,
	[MSG_COLLECT_FAILED] = link_reply_only,
};

const struct link_kind route_collector = {
	.peer = COLLECTOR,
	.queue_max = LINK_QUEUE_TRUSTED,
	.handlers = handlers,
	.on_closed = on_closed,
};
