/* route_zygote.c - what a zygote may say, and what handles it. */
#include "gateway/monitor/links/zygote_link.h"
#include "gateway/monitor/route/routes.h"

static link_handler *const handlers[MSG_COUNT] = {
	[MSG_HELLO] = zygote_hello,
	[MSG_SESSION_END] = zygote_session_ended,
	[MSG_FORK_FAILED] = zygote_fork_failed,
};

const struct link_kind route_zygote = {
	.peer = ZYGOTE,
	.queue_max = LINK_QUEUE_TRUSTED,
	.handlers = handlers,
	.on_closed = zygote_closed,
};
