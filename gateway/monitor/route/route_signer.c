/* route_signer.c - what atoll-signer may say, and what handles it. */
#include "gateway/monitor/links/signer_conns.h"
#include "gateway/monitor/links/signers.h"
#include "gateway/monitor/route/routes.h"

static link_handler *const handlers[MSG_COUNT] = {
	[MSG_HELLO] = signer_hello,
	[MSG_HOST_KEY] = signer_host_key,
	[MSG_SIGNER_READY] = signer_ready,
	[MSG_SIGNER_BLAME] = signer_blame,
	[MSG_PROVED] = signer_proved,
	[MSG_SIGNER_PONG] = link_reply_only,
};

const struct link_kind route_signer = {
	.peer = SIGNER,
	.queue_max = LINK_QUEUE_TRUSTED,
	.handlers = handlers,
	.on_closed = signer_closed,
};
