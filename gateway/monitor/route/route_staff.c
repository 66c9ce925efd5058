/* route_staff.c - what atoll-staff may say, and what handles it. */
#include "gateway/monitor/links/staff.h"
#include "gateway/monitor/route/routes.h"

static void
on_hello(void *self, struct msg *m)
{
	staff_hello(self, m);
}

static void
on_tool_ended(void *self, struct msg *m)
{
	staff_tool_ended(self, &m->tool_ended);
}

static void
on_closed(void *self, const char *why)
{
	staff_closed(self, why);
}

static link_handler *const handlers[MSG_COUNT] = {
	[MSG_HELLO] = on_hello,
	[MSG_TOOL_ENDED] = on_tool_ended,
};

const struct link_kind route_staff = {
	.peer = STAFF,
	.queue_max = LINK_QUEUE_TRUSTED,
	.handlers = handlers,
	.on_closed = on_closed,
};
