/* startup.c - from the first message to READY. */
#include "sandbox/init/startup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>

#include "gateway/base/scope.h"
#include "gateway/wire/lasting.h"
#include "gateway/wire/msg_keep.h"
#include "sandbox/init/context.h"
#include "sandbox/init/furnish.h"
#include "sandbox/init/service.h"
#include "sandbox/init/setup.h"

struct init *
init_new(int fd, struct err *e)
{
	/* The heap's memory would be cleared, and so touched. */
	static struct init one;
	struct init *in = &one;
	sigset_t chld;

	in->monitor = (struct chan){ fd, INIT, BUILDER };
	lab_requests_init(&in->lab_requests);
	consoles_init(&in->consoles);
	for (int i = 0; i < LINKS_MAX; i++) {
		in->link[i] = (struct chan){ -1, INIT, SESSION };
		spawn_init(&in->start[i]);
	}
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_SETMASK, &chld, NULL);
	in->signals = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
	if (in->signals == -1) {
		err_set(e, errno, "signalfd");
		return NULL;
	}
	return in;
}

int
init_plan_receive(struct init *in, struct err *e)
{
	switch (chan_recv(&in->monitor, &in->plan, e)) {
	case CHAN_MESSAGE:
		break;
	case CHAN_BROKEN:
		return -1;
	case CHAN_UNKNOWN:
	case CHAN_EMPTY:
	case CHAN_CLOSED:
		return err_set(e, EPIPE, "no INIT_PLAN");
	}
	if (in->plan.type != MSG_INIT_PLAN)
		return err_set(e, EPROTO, "%s before INIT_PLAN",
		    msg_name(in->plan.type));
	if (msg_keep(&in->plan) == NULL)
		return err_set(e, ENOMEM, "INIT_PLAN");
	return 0;
}

void
init_prepare(const struct init *in)
{
	const struct msg_init_plan *plan = &in->plan.init_plan;
	CLOSES int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	furnish_run(root);
	furnish_ping(root, plan);
	if (plan->owner_comes != 0)
		furnish_names_begin(root, plan);
}

static int
say_ready(const struct init *in, struct err *e)
{
	struct msg m;

	MSG_NEW(&m, READY, ready);
	m.ready.protocol = link_number(INIT, BUILDER);
	return chan_send(&in->monitor, &m, e);
}

/* Nobody else is in the sandbox meanwhile: there is nothing to reap. */
int
init_await_owner(struct init *in, struct err *e)
{
	struct msg_init_plan *plan = &in->plan.init_plan;
	enum chan_got got;
	struct msg m;

	if (plan->owner_comes == 0)
		return 0;
	if (say_ready(in, e) == -1)
		return -1;
	do {
		got = chan_recv(&in->monitor, &m, e);
	} while (got == CHAN_UNKNOWN);
	if (got != CHAN_MESSAGE || m.type != MSG_INIT_OWNER)
		return err_set(e, EPIPE, "no INIT_OWNER");
	text_copy(plan->account, NAME_SIZE, m.init_owner.account);
	text_copy(plan->secret, TEXT_SIZE, m.init_owner.secret);
	plan->progress = m.init_owner.progress;
	return 0;
}

int
init_setup(struct init *in, struct err *e)
{
	const struct msg_init_plan *plan = &in->plan.init_plan;
	CLOSES int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct err ignored;
	struct msg m;

	if (setup_run(plan, in->monitor.fd, in->signals, e) == 0 &&
	    service_start(plan, e) == 0) {
		furnish_names(root, plan);
		return 0;
	}
	MSG_NEW(&m, SETUP_FAILED, setup_failed);
	text_copy(m.setup_failed.reason, TEXT_SIZE, e->text);
	if (chan_send(&in->monitor, &m, &ignored) == 0)
		chan_recv(&in->monitor, &m, &ignored); /* until its end */
	return -1;
}

int
init_ready(struct init *in, struct err *e)
{
	const struct msg_init_plan *plan = &in->plan.init_plan;
	bool was_said = plan->owner_comes != 0 && plan->setup_seconds == 0;

	if (lab_requests_open(&in->lab_requests, plan, &in->monitor, e) == -1)
		return -1;
	if (!was_said && say_ready(in, e) == -1)
		return -1;
	in->monitor.peer = MONITOR;
	return chan_nonblock(in->monitor.fd, e);
}
