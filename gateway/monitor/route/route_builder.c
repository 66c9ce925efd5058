/* route_builder.c - what the builder tells by itself, and what handles it. */
#include "gateway/base/scope.h"
#include "gateway/monitor/links/command.h"
#include "gateway/monitor/route/routes.h"
#include "gateway/monitor/seats/detection.h"
#include "gateway/monitor/seats/sandbox_news.h"

static void
on_hello(void *self, struct msg *msg)
{
	struct monitor *m = self;
	struct err e = { 0 };

	if (link_check_hello(m->builder, msg, &e) == -1) {
		log_error(NULL, "builder: %s", e.text);
		monitor_fail(m,
		    "the programs of this gateway are of another build than"
		    " atolld: install all from one package");
	}
}

static void
on_built(void *self, struct msg *msg)
{
	sandbox_built(self, &msg->built, take_fd(&msg->fd[0]));
}

static void
on_build_failed(void *self, struct msg *msg)
{
	sandbox_build_failed(self, msg->build_failed.sandbox,
	    msg->build_failed.reason, msg->build_failed.by_setup != 0);
}

static void
on_limit_hit(void *self, struct msg *msg)
{
	sandbox_limit_hit(self, &msg->limit_hit);
}

static void
on_trapped(void *self, struct msg *msg)
{
	detection_trapped(self, &msg->trapped);
}

static void
on_refused_in_all(void *self, struct msg *msg)
{
	sandbox_refused_in_all(self, &msg->refused_in_all);
}

static void
on_warm_count(void *self, struct msg *msg)
{
	struct monitor *m = self;

	m->warm.ready = msg->warm_count.ready;
	m->warm.wanted = msg->warm_count.wanted;
}

static void
on_ended(void *self, struct msg *msg)
{
	command_sandbox_ended(self, msg->ended.sandbox);
	sandbox_ended(self, &msg->ended);
}

static void
on_closed(void *self, const char *why)
{
	struct monitor *m = self;

	m->builder = NULL;
	if (m->phase == STOPPING)
		return;
	log_error(NULL, "lost the builder: %s", why);
	monitor_fail(m, "the gateway lost its builder");
}

static link_handler *const handlers[MSG_COUNT] = {
	[MSG_HELLO] = on_hello,
	[MSG_LOADED] = link_reply_only,
	[MSG_LOAD_FAILED] = link_reply_only,
	[MSG_BUILT] = on_built,
	[MSG_BUILD_FAILED] = on_build_failed,
	[MSG_LIMIT_HIT] = on_limit_hit,
	[MSG_TRAPPED] = on_trapped,
	[MSG_ENDED] = on_ended,
	[MSG_WARM_COUNT] = on_warm_count,
	[MSG_RESTRAINED] = link_reply_only,
	[MSG_REBUILT] = link_reply_only,
	[MSG_LAN_SWITCHED] = link_reply_only,
	[MSG_EXPORTED] = link_reply_only,
	[MSG_HOME] = link_reply_only,
	[MSG_HOMES_END] = link_reply_only,
	[MSG_HOME_REMOVED] = link_reply_only,
	[MSG_HOME_RESTORED] = link_reply_only,
	[MSG_USAGE] = link_reply_only,
	[MSG_REFUSALS] = link_reply_only,
	[MSG_REFUSED_IN_ALL] = on_refused_in_all,
	[MSG_UPGRADE_ANSWER] = link_reply_only,
	[MSG_USAGE_END] = link_reply_only,
	[MSG_LIVES] = link_reply_only, /* to adopt.c, before there is a loop */
	[MSG_RUNNING] = link_reply_only,
	[MSG_LIVE] = link_reply_only,
	[MSG_GOING] = link_reply_only,
	[MSG_LIVES_END] = link_reply_only,
};

/* Trusted and indispensable: losing it ends the monitor. */
const struct link_kind route_builder = {
	.peer = BUILDER,
	.queue_max = LINK_QUEUE_TRUSTED,
	.handlers = handlers,
	.on_closed = on_closed,
};
