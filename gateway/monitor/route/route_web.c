/* route_web.c - what atoll-web may say, and what handles it. */
#include "gateway/monitor/links/web.h"
#include "gateway/monitor/route/routes.h"

/* Labs in hundreds, each with all of its metrics. */
#define QUEUE_MAX (8 << 20)

static void
on_hello(void *self, struct msg *m)
{
	web_hello(self, m);
}

static void
on_metrics_get(void *self, struct msg *m)
{
	web_metrics_get(self, m);
}

static void
on_wall_enter(void *self, struct msg *m)
{
	web_wall_enter(self, m);
}

static void
on_terminal_open(void *self, struct msg *m)
{
	web_terminal_open(self, m);
}

static void
on_closed(void *self, const char *why)
{
	web_closed(self, why);
}

static link_handler *const handlers[MSG_COUNT] = {
	[MSG_HELLO] = on_hello,
	[MSG_METRICS_GET] = on_metrics_get,
	[MSG_WALL_ENTER] = on_wall_enter,
	[MSG_TERMINAL_OPEN] = on_terminal_open,
};

const struct link_kind route_web = {
	.peer = WEB,
	.queue_max = QUEUE_MAX,
	.handlers = handlers,
	.on_closed = on_closed,
};
