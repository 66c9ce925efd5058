/* route_supervisor.c - what the supervisor tells, and what handles it. */
#include "gateway/monitor/links/build.h"
#include "gateway/monitor/route/routes.h"

static void
on_builder_gone(void *self, struct msg *msg)
{
	build_ended(self, msg->builder_gone.how);
}

/* The builder ends all sandboxes for the same reason. */
static void
on_closed(void *self, const char *why)
{
	struct monitor *m = self;

	m->supervisor = NULL;
	if (m->phase == STOPPING)
		return;
	log_error(NULL, "lost atolld, the supervisor: %s", why);
	monitor_fail(m, "the gateway lost its supervisor");
}

static link_handler *const handlers[MSG_COUNT] = {
	[MSG_STILL_OPEN] = link_reply_only, /* before there is a loop, see */
	[MSG_STILL_OPEN_END] = link_reply_only, /* supervisor_link.c */
	[MSG_BUILDER_GONE] = on_builder_gone,
};

/* Trusted; losing it ends the monitor. */
const struct link_kind route_supervisor = {
	.peer = SUPERVISOR,
	.queue_max = LINK_QUEUE_TRUSTED,
	.handlers = handlers,
	.on_closed = on_closed,
};
