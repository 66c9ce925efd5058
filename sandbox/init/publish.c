/* publish.c - connections to what the student publishes. */
#include "sandbox/init/publish.h"

#include <string.h>

#include "sandbox/init/sockets.h"

/* A monitor that is behind has somebody wait, who is told so after a while. */
static void
answer(struct init *in, uint32_t serial, struct msg *made)
{
	struct err ignored;
	struct msg m;

	if (made->type == MSG_DIALLED) {
		MSG_NEW(&m, PUBLISH_DIALLED, publish_dialled);
		m.fd[0] = made->fd[0]; /* the caller's, who closes it */
	} else {
		MSG_NEW(&m, PUBLISH_FAILED, publish_failed);
		text_copy(m.publish_failed.reason, TEXT_SIZE,
		    made->forward_failed.reason);
	}
	m.serial = serial;
	chan_send(&in->monitor, &m, &ignored);
}

static void
refuse(struct init *in, uint32_t serial, const struct err *why)
{
	struct msg m;

	MSG_NEW(&m, FORWARD_FAILED, forward_failed);
	text_copy(m.forward_failed.reason, TEXT_SIZE, why->text);
	answer(in, serial, &m);
}

/* The serial comes back with the answer: nothing needs to be kept for it. */
static int
ask_machine(struct init *in, const struct msg *asked,
    const struct msg_dial *dial, struct err *e)
{
	const struct chan *c =
	    consoles_machine(&in->consoles, asked->publish_dial.machine);
	struct msg m;

	if (c == NULL)
		return err_set(e, 0, "there is no such machine");
	MSG_NEW(&m, DIAL, dial);
	m.serial = asked->serial;
	m.dial = *dial;
	return chan_send(c, &m, e);
}

void
publish_dial(struct init *in, const struct msg *asked)
{
	const struct msg_init_plan *plan = &in->plan.init_plan;
	const struct msg_publish_dial *ask = &asked->publish_dial;
	struct msg_dial dial = { .host = "localhost", .port = ask->port };
	struct err e = { 0 };
	struct msg made;

	if (ask->machine[0] != '\0' &&
	    strcmp(ask->machine, plan->machine) != 0) {
		if (ask_machine(in, asked, &dial, &e) == -1)
			refuse(in, asked->serial, &e);
	} else if (forward_dial(plan, &dial, &made, &e) == -1) {
		refuse(in, asked->serial, &e);
	} else {
		answer(in, asked->serial, &made);
		msg_close(&made);
	}
}

void
publish_dialled(void *self, struct msg *m)
{
	answer(self, m->serial, m);
}
