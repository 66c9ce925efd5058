/* publish.c - connections to what the student publishes. */
#include "sandbox/init/publish.h"

#include <string.h>

#include "sandbox/init/sockets.h"

/* A monitor that is behind has somebody wait, who is told so after a while. */
void
publish_dial(struct init *in, uint32_t serial, uint32_t port)
{
	struct msg_dial ask = { .host = "localhost", .port = port };
	struct err e = { 0 };
	struct msg made, m;

	if (forward_dial(&in->plan.init_plan, &ask, &made, &e) == -1) {
		MSG_NEW(&m, PUBLISH_FAILED, publish_failed);
		text_copy(m.publish_failed.reason, TEXT_SIZE, e.text);
	} else {
		MSG_NEW(&m, PUBLISH_DIALLED, publish_dialled);
		m.fd[0] = made.fd[0];
	}
	m.serial = serial;
	chan_send(&in->monitor, &m, &e);
	msg_close(&m);
}
