/* machines.c - a seat's other machines, in a lab that has several. */
#include "sandbox/builder/machines.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "gateway/base/scope.h"
#include "sandbox/builder/lan.h"
#include "sandbox/builder/warm.h"

/* In the order of the lab file. */
static void
join(struct sandbox *first, struct sandbox *s)
{
	struct sandbox **at = &first->others;

	while (*at != NULL)
		at = &(*at)->next_machine;
	*at = s;
	s->first = first;
	s->seat = first->id;
}

int
machines_add(struct builder *b, struct sandbox *first, struct err *e)
{
	struct plan *p = first->plan->next_machine;

	/* Their owner is needed before any is begun. */
	first->base = idmap_take(&b->site.ids);
	if (first->base == 0)
		return err_set(e, EUSERS, "no free range of user ids");
	for (; p != NULL; p = p->next_machine) {
		struct sandbox *s;

		warm_make_room(b);
		s = sandbox_add(&b->sandboxes, warm_next_number(b), p);
		if (s == NULL)
			return err_set(e, ENOMEM, "machine %s",
			    p->spec.machine);
		join(first, s);
		sandbox_own(s, first->account);
		text_copy(s->secret, TEXT_SIZE, first->secret);
		s->note = first->note;
	}
	return lan_make(first->base, &first->lan, e);
}

bool
machines_are_ready(const struct sandbox *first)
{
	bool are = first->is_ready;

	for (const struct sandbox *s = first->others; s != NULL;
	     s = s->next_machine)
		are &= s->is_ready;
	return are;
}

uint32_t
machines_count(const struct sandbox *first)
{
	uint32_t n = 1;

	for (const struct sandbox *s = first->others; s != NULL;
	     s = s->next_machine)
		n++;
	return n;
}

/* Its init takes our word for the monitor's. */
static int
say(const struct sandbox *s, struct msg *m, struct err *e)
{
	const struct chan c = { s->link, MONITOR, INIT };

	return chan_send(&c, m, e);
}

static int
introduce(const struct sandbox *first, const struct sandbox *s, struct err *e)
{
	CLOSES int ours = -1;
	CLOSES int theirs = -1;
	struct msg m;
	int ends[2];

	if (chan_pair(ends, e) == -1)
		return -1;
	ours = ends[0];
	theirs = ends[1];
	MSG_NEW(&m, INTRODUCE, introduce);
	m.fd[0] = theirs;
	if (say(s, &m, e) == -1)
		return -1;
	MSG_NEW(&m, MACHINE, machine);
	text_copy(m.machine.name, NAME_SIZE, s->plan->spec.machine);
	m.machine.address = s->plan->spec.address;
	m.fd[0] = ours;
	return say(first, &m, e);
}

int
machines_introduce(const struct sandbox *first, struct err *e)
{
	for (const struct sandbox *s = first->others; s != NULL;
	     s = s->next_machine) {
		if (introduce(first, s, e) == -1)
			return err_wrap(e, "machine %s", s->plan->spec.machine);
	}
	return 0;
}

void
machines_forget(struct sandbox *s)
{
	struct sandbox **at;

	if (s->first == NULL)
		return;
	for (at = &s->first->others; *at != s;)
		at = &(*at)->next_machine;
	*at = s->next_machine;
	s->first->cpu_us += s->cpu_us;
	s->first->memory_peak += s->memory_peak;
	s->first = NULL;
}

/* --- after an upgrade ------------------------------------------------------- */

struct restoring {
	struct builder *b;
	uint32_t lost; /* a number whose first is not there; or 0 */
};

static void
restore_one(struct sandbox *s, void *arg)
{
	struct restoring *r = arg;
	struct sandbox *first;

	if (s->seat == s->id)
		return;
	first = sandbox_find(&r->b->sandboxes, s->seat);
	if (first == NULL || first->seat != first->id)
		r->lost = s->id;
	else
		join(first, s);
}

int
machines_restore(struct builder *b, struct err *e)
{
	struct restoring r = { .b = b };

	sandbox_each(&b->sandboxes, restore_one, &r);
	if (r.lost != 0)
		return err_set(e, EBADMSG,
		    "the state has no first machine for %" PRIu32, r.lost);
	return 0;
}
