/* route_recorder.c - what atoll-recorder may say, and what handles it. */
#include "gateway/monitor/links/recorder.h"
#include "gateway/monitor/route/routes.h"

static void
on_hello(void *self, struct msg *m)
{
	recorder_hello(self, m);
}

static void
on_tap_failed(void *self, struct msg *m)
{
	recorder_failed(self, &m->tap_failed);
}

static void
on_closed(void *self, const char *why)
{
	recorder_closed(self, why);
}

static link_handler *const handlers[MSG_COUNT] = {
	[MSG_HELLO] = on_hello,
	[MSG_TAP_OPENED] = link_reply_only,
	[MSG_RECORDING] = link_reply_only,
	[MSG_RECORDINGS_END] = link_reply_only,
	[MSG_RECORDING_OPENED] = link_reply_only,
	[MSG_RECORDING_REFUSED] = link_reply_only,
	[MSG_TAP_FAILED] = on_tap_failed,
};

const struct link_kind route_recorder = {
	.peer = RECORDER,
	.queue_max = LINK_QUEUE_TRUSTED,
	.handlers = handlers,
	.on_closed = on_closed,
};
