/* route_publish.c - what atoll-publish may say, and what handles it. */
#include "gateway/monitor/links/publish.h"
#include "gateway/monitor/route/routes.h"

#define QUEUE_MAX (4 << 20)

static void
on_hello(void *self, struct msg *m)
{
	publish_hello(self, m);
}

static void
on_open(void *self, struct msg *m)
{
	publish_asked(self, m);
}

static void
on_enter(void *self, struct msg *m)
{
	publish_enter(self, m);
}

static void
on_closed(void *self, const char *why)
{
	publish_closed(self, why);
}

static link_handler *const handlers[MSG_COUNT] = {
	[MSG_HELLO] = on_hello,
	[MSG_PUBLISH_OPEN] = on_open,
	[MSG_PUBLISH_ENTER] = on_enter,
};

const struct link_kind route_publish = {
	.peer = PUBLISH,
	.queue_max = QUEUE_MAX,
	.handlers = handlers,
	.on_closed = on_closed,
};
