/* route_init.c - what a sandbox's init may say, and what handles it. */
#include "gateway/monitor/links/init_requests.h"
#include "gateway/monitor/route/routes.h"
#include "gateway/monitor/seats/sandbox_news.h"

static void
on_lab_ask(void *self, struct msg *m)
{
	init_requests_asked(self, m);
}

static void
on_checked(void *self, struct msg *m)
{
	init_requests_checked(self, m);
}

/* Each message costs the monitor's one thread some work, and some a line of the
 * log: an init that was taken over may not flood it. */
static bool
may_say(void *self, const struct msg *m)
{
	struct seat *s = self;

	(void)m;
	if (bucket_take(&s->words, (int64_t)uv_now(&s->monitor->loop)))
		return true;
	link_close(s->init, "init sent too many messages");
	return false;
}

static link_handler *const handlers[MSG_COUNT] = {
	[MSG_LAB_ASK] = on_lab_ask,
	[MSG_CHECKED] = on_checked,
};

const struct link_kind route_init = {
	.peer = INIT,
	.queue_max = LINK_QUEUE_SESSION,
	.handlers = handlers,
	.may_say = may_say,
	.on_closed = sandbox_init_closed,
};
