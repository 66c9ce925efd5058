/* route_browser.c - what atoll-browser may say, and what handles it. */
#include "gateway/monitor/links/browser.h"
#include "gateway/monitor/route/routes.h"

static void
on_hello(void *self, struct msg *m)
{
	browser_hello(self, m);
}

static void
on_closed(void *self, const char *why)
{
	browser_closed(self, why);
}

static link_handler *const handlers[MSG_COUNT] = {
	[MSG_HELLO] = on_hello,
};

const struct link_kind route_browser = {
	.peer = BROWSER,
	.queue_max = LINK_QUEUE_TRUSTED,
	.handlers = handlers,
	.on_closed = on_closed,
};
