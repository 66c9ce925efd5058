/* route_keys.c - the processes of keys_command: they only answer. */
#include "gateway/monitor/links/keys.h"
#include "gateway/monitor/route/routes.h"

static link_handler *const handlers[MSG_COUNT] = {
	[MSG_KEYS_SAID] = link_reply_only,
};

const struct link_kind route_keys_starter = {
	.peer = KEYS,
	.queue_max = LINK_QUEUE_TRUSTED,
	.handlers = handlers,
	.on_closed = keys_starter_closed,
};

const struct link_kind route_keys_worker = {
	.peer = KEYS,
	.queue_max = LINK_QUEUE_TRUSTED,
	.handlers = handlers,
	.on_closed = keys_worker_closed,
};
