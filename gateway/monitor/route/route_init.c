/* route_init.c - what a sandbox's init may say, and what handles it. */
#include "gateway/monitor/accounts/self_service.h"
#include "gateway/monitor/links/hands_query.h"
#include "gateway/monitor/links/init_requests.h"
#include "gateway/monitor/links/lab_answer.h"
#include "gateway/monitor/links/link_switch.h"
#include "gateway/monitor/links/machine_reset.h"
#include "gateway/monitor/links/publish.h"
#include "gateway/monitor/links/self_export.h"
#include "gateway/monitor/links/stage.h"
#include "gateway/monitor/links/terminals_query.h"
#include "gateway/monitor/route/routes.h"
#include "gateway/monitor/seats/closing.h"
#include "gateway/monitor/seats/hand.h"
#include "gateway/monitor/seats/own_check.h"
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
	closing_checked(self);
}

static void
on_progress(void *self, struct msg *m)
{
	init_requests_progress(self, m);
}

static void
on_check_state(void *self, struct msg *m)
{
	own_check_state(self, m);
	closing_checked(self);
}

static void
on_terminal(void *self, struct msg *m)
{
	terminals_query_row(self, m);
}

static void
on_terminals_end(void *self, struct msg *m)
{
	terminals_query_end(self, m);
}

static void
on_self_may(void *self, struct msg *m)
{
	self_may(self, m);
}

static void
on_self_password(void *self, struct msg *m)
{
	self_password(self, m);
}

static void
on_self_keys(void *self, struct msg *m)
{
	self_keys(self, m);
}

static void
on_self_key(void *self, struct msg *m)
{
	self_key(self, m);
}

static void
on_self_export(void *self, struct msg *m)
{
	self_export(self, m);
}

static void
on_self_reset(void *self, struct msg *m)
{
	machine_reset(self, m);
}

static void
on_self_link(void *self, struct msg *m)
{
	link_switch(self, m);
}

static void
on_hand(void *self, struct msg *m)
{
	hand_asked(self, m);
}

static void
on_last_line(void *self, struct msg *m)
{
	hands_query_line(self, m);
}

static void
on_stage(void *self, struct msg *m)
{
	stage_asked(self, m);
}

static void
on_published(void *self, struct msg *m)
{
	publish_dialled(self, m);
}

/* Each message costs the monitor's one thread some work, and some a line of the
 * log: an init that was taken over may not flood it. */
static bool
may_say(void *self, const struct msg *m)
{
	struct seat *s = self;

	if (terminals_query_expects(s, m) || hands_query_expects(s, m) ||
	    publish_expects(s, m) ||
	    bucket_take(&s->words, (int64_t)uv_now(&s->monitor->loop)))
		return true;
	link_close(s->init, "init sent too many messages");
	return false;
}

static void
on_unknown(void *self, uint32_t serial)
{
	lab_answer_unknown(self, serial);
}

static link_handler *const handlers[MSG_COUNT] = {
	[MSG_LAB_ASK] = on_lab_ask,
	[MSG_CHECKED] = on_checked,
	[MSG_CHECK_STATE] = on_check_state,
	[MSG_PROGRESS] = on_progress,
	[MSG_TERMINAL] = on_terminal,
	[MSG_TERMINALS_END] = on_terminals_end,
	[MSG_SELF_MAY] = on_self_may,
	[MSG_SELF_PASSWORD] = on_self_password,
	[MSG_SELF_KEYS] = on_self_keys,
	[MSG_SELF_KEY] = on_self_key,
	[MSG_SELF_EXPORT] = on_self_export,
	[MSG_SELF_RESET] = on_self_reset,
	[MSG_SELF_LINK] = on_self_link,
	[MSG_HAND] = on_hand,
	[MSG_STAGE] = on_stage,
	[MSG_LAST_LINE] = on_last_line,
	[MSG_PUBLISH_DIALLED] = on_published,
	[MSG_PUBLISH_FAILED] = on_published,
};

const struct link_kind route_init = {
	.peer = INIT,
	.queue_max = LINK_QUEUE_SESSION,
	.handlers = handlers,
	.may_say = may_say,
	.on_unknown = on_unknown,
	.on_closed = sandbox_init_closed,
};
