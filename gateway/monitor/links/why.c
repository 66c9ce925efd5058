/* why.c - what a sandbox was refused on its network. */
#include "gateway/monitor/links/why.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/monitor/links/build.h"
#include "gateway/monitor/links/lab_answer.h"
#include "gateway/monitor/seats/refusals_text.h"
#include "gateway/wire/lab_protocol.h"

#define NO_NETWORK "this lab has no network: its sandboxes reach nothing"
#define OWN_NETWORK                                                            \
	"the machines of this lab reach each other and nothing else: 'lab"     \
	" machines' lists them"
#define OWN_NETWORKS                                                           \
	"the machines of this lab reach each other where its networks and"     \
	" routers lead, and nothing else: 'lab machines' lists them"

/* A question that the builder has not answered yet; whoever asked may be gone by
 * then, and the seat. */
struct why {
	struct monitor *monitor;
	uint32_t sandbox;
	uint32_t client; /* the tool's number; 0: the student asks, */
	uint32_t serial; /* with that */
};

/* --- who is told ------------------------------------------------------------- */

static void
refuse_student(struct seat *s, uint32_t serial, const char *reason)
{
	char text[TEXT_SIZE + 2];

	snprintf(text, sizeof(text), "%s.\n", reason);
	text[0] =
	    (char)(text[0] >= 'a' && text[0] <= 'z' ? text[0] - 32 : text[0]);
	lab_answer(s, serial, LAB_FAILED, text);
}

/* The same lines that the student reads. */
static void
tell_client(struct client *c, char *text)
{
	char *rest = text, *line;
	struct msg m;

	while ((line = strsep(&rest, "\n")) != NULL) {
		if (line[0] == '\0')
			continue;
		MSG_NEW(&m, ADMIN_LINE, admin_line);
		text_copy(m.admin_line.text, TEXT_SIZE, line);
		client_send(c, &m);
	}
	client_end(c, 0, "");
}

/* --- the answer --------------------------------------------------------------- */

static void
tell(const struct why *w, struct seat *s, struct client *c,
    const struct msg_refusals *told)
{
	const struct lab *lab = config_lab(w->monitor->config, s->lab);
	char text[LINE_SIZE];

	refusals_text(lab, told, text);
	if (c != NULL)
		tell_client(c, text);
	else if (w->client == 0 && s->init != NULL)
		lab_answer(s, w->serial, LAB_DONE, text);
}

static bool
on_refusals(void *self, struct msg *msg)
{
	struct why *w = self;
	struct seat *s = seat_by_sandbox(&w->monitor->registry, w->sandbox);
	struct client *c =
	    w->client == 0 ? NULL : client_find(w->monitor, w->client);
	const char *reason = msg == NULL ? "the builder is lost"
			     : s == NULL ? "the sandbox has ended"
					 : msg->refusals.reason;

	if (s != NULL && reason[0] == '\0')
		tell(w, s, c, &msg->refusals);
	else if (c != NULL)
		client_end(c, 1, reason);
	else if (w->client == 0 && s != NULL && s->init != NULL)
		refuse_student(s, w->serial, reason);
	free(w);
	return true;
}

/* --- the question ------------------------------------------------------------- */

/* Of a lab about which the builder knows nothing more. */
static const char *
what_there_is(const struct lab *lab)
{
	if (lab->network != NETWORK_LAB)
		return NO_NETWORK;
	return lab->network_count == 0 ? OWN_NETWORK : OWN_NETWORKS;
}

/* NULL: the builder was asked; else why not. */
static const char *
ask(struct seat *s, uint32_t client, uint32_t serial)
{
	const struct lab *lab = config_lab(s->monitor->config, s->lab);
	struct why *w;

	if (lab != NULL && lab->network != NETWORK_INTERNET)
		return what_there_is(lab);
	w = malloc(sizeof(*w));
	if (w == NULL)
		return "this host is out of memory";
	*w = (struct why){ s->monitor, s->sandbox, client, serial };
	build_ask_refusals(s->monitor, s->sandbox, on_refusals, w);
	return NULL;
}

void
why_asked_by_student(struct seat *s, uint32_t serial)
{
	const char *reason = ask(s, 0, serial);

	if (reason != NULL)
		refuse_student(s, serial, reason);
}

void
why_asked(struct client *c, struct msg *m)
{
	const struct msg_admin_why *asked = &m->admin_why;
	struct seat *s =
	    seat_find(&c->monitor->registry, asked->account, asked->lab);
	const char *reason = "this seat has no sandbox: 'atoll ls' shows all";

	if (!client_check(c, asked->lab))
		return;
	if (s != NULL && seat_is_live(s))
		reason = ask(s, c->number, 0);
	if (reason != NULL)
		client_end(c, 1, reason);
}
