/* ping.c - how long the way to the student's client is. */
#include "sandbox/init/ping.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sandbox/init/links.h"

void
ping_begin(struct init *in, struct lab_client *c, int link)
{
	struct msg m;

	if (link == -1) {
		lab_socket_answer(c, LAB_FAILED,
		    "No connection is at this terminal: type it at one of"
		    " those that 'lab terminals' lists.\n");
		return;
	}
	MSG_NEW(&m, LINK_PING, link_ping);
	m.serial = c->serial;
	links_send(in, link, &m);
}

/* Numbers, for lab to put into words. */
void
ping_end(struct init *in, const struct msg *m)
{
	struct lab_client *c =
	    lab_socket_find(&in->lab_requests.socket, m->serial);
	char text[64];

	if (c == NULL || c->command != LAB_COMMAND_PING)
		return;
	snprintf(text, sizeof(text), "%" PRIu32 " %" PRIu32 " %" PRIu32 "\n",
	    m->link_pong.link_us, m->link_pong.echo_us, m->link_pong.echoes);
	lab_socket_answer(c, LAB_DONE, text);
}
