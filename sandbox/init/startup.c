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

int
init_setup(struct init *in, struct err *e)
{
	const struct msg_init_plan *plan = &in->plan.init_plan;
	CLOSES int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct err ignored;
	struct msg m;

	furnish_run(root);
	furnish_ping(root, plan);
	if (setup_run(plan, in->monitor.fd, in->signals, e) == 0) {
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
	struct msg m;

	if (lab_requests_open(&in->lab_requests, &in->plan.init_plan,
		&in->monitor, e) == -1)
		return -1;
	MSG_NEW(&m, READY, ready);
	m.ready.protocol = link_number(INIT, BUILDER);
	if (chan_send(&in->monitor, &m, e) == -1)
		return -1;
	in->monitor.peer = MONITOR;
	return chan_nonblock(in->monitor.fd, e);
}
