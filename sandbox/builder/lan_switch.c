/* lan_switch.c - a machine's cable is pulled out, or put back. */
#include "sandbox/builder/lan_switch.h"

#include <string.h>

#include "sandbox/builder/builder.h"
#include "sandbox/builder/lan.h"

/* The machine of that name, of a seat that is live. */
static struct sandbox *
find_machine(struct sandbox *first, const char *name, struct err *e)
{
	struct sandbox *s = first;

	if (first == NULL || first->first != NULL ||
	    first->state != SANDBOX_LIVE) {
		err_set(e, 0, "there is no such sandbox any more");
		return NULL;
	}
	while (s != NULL && strcmp(s->plan->spec.machine, name) != 0)
		s = s == first ? first->others : s->next_machine;
	if (s == NULL)
		err_set(e, 0, "there is no machine %s", name);
	return s;
}

static int
switch_link(struct sandbox *s, const struct msg_lan_switch *m, struct err *e)
{
	int place = plan_link(s->plan, m->network, e);

	if (place == -1)
		return -1;
	if (s->state != SANDBOX_LIVE)
		return err_set(e, 0, "%s is being made anew: wait for that",
		    m->machine);
	if (lan_set(s, (uint32_t)place, m->is_on != 0, e) == -1)
		return -1;
	if (m->is_on != 0)
		s->links_off &= ~(1U << place);
	else
		s->links_off |= 1U << place;
	return 0;
}

void
lan_switch(struct builder *b, const struct msg *asked)
{
	const struct msg_lan_switch *what = &asked->lan_switch;
	struct err e = { 0 };
	struct sandbox *s = find_machine(
	    sandbox_find(&b->sandboxes, what->sandbox), what->machine, &e);
	struct msg m;

	MSG_NEW(&m, LAN_SWITCHED, lan_switched);
	m.serial = asked->serial;
	if (s == NULL || switch_link(s, what, &e) == -1)
		text_copy(m.lan_switched.reason, TEXT_SIZE, e.text);
	tell_monitor(b, &m);
}
