/* route_keys.c - the processes of keys_command: they only answer. */
#include "gateway/monitor/links/keys.h"
#include "gateway/monitor/route/routes.h"

static void
on_keys_ready(void *self, struct msg *m)
{
	(void)m;
	keys_worker_ready(self);
}

static link_handler *const handlers[MSG_COUNT] = {
	[MSG_KEYS_READY] = on_keys_ready,
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
