/* machines.c - a seat's other machines, in a lab that has several. */
#include "sandbox/builder/machines.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "gateway/base/scope.h"
#include "sandbox/builder/lan.h"
#include "sandbox/builder/plan_same.h"
#include "sandbox/builder/warm.h"

/* In the order of their addresses, which does not depend on what came first. */
static void
join(struct sandbox *first, struct sandbox *s)
{
	uint32_t address = plan_addresses(s->plan).id[0];
	struct sandbox **at = &first->others;

	while (*at != NULL && plan_addresses((*at)->plan).id[0] < address)
		at = &(*at)->next_machine;
	s->next_machine = *at;
	*at = s;
	s->first = first;
	s->seat = first->id;
}

static struct sandbox *
add(struct builder *b, struct sandbox *first, struct plan *p)
{
	struct sandbox *s =
	    sandbox_add(&b->sandboxes, sandbox_own_number(&b->sandboxes), p);

	if (s == NULL)
		return NULL;
	join(first, s);
	sandbox_own(s, first->account);
	text_copy(s->secret, TEXT_SIZE, first->secret);
	s->note = first->note;
	return s;
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
		warm_make_room(b);
		if (add(b, first, p) == NULL)
			return err_set(e, ENOMEM, "machine %s",
			    p->spec.machine);
	}
	return lan_make(first, e);
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

int
machines_introduce(const struct sandbox *s, struct err *e)
{
	const struct sandbox *first = s->first;
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
	m.machine.addresses = plan_addresses(s->plan);
	m.machine.address = m.machine.addresses.id[0];
	m.fd[0] = ours;
	return say(first, &m, e);
}

int
machines_introduce_all(const struct sandbox *first, struct err *e)
{
	for (const struct sandbox *s = first->others; s != NULL;
	     s = s->next_machine) {
		if (machines_introduce(s, e) == -1)
			return err_wrap(e, "machine %s", s->plan->spec.machine);
	}
	return 0;
}

/* --- one of them anew ------------------------------------------------------ */

/* The one of that name, where nothing else is under way. */
static struct sandbox *
find_for_reset(const struct sandbox *first, const char *name, struct err *e)
{
	struct sandbox *found = NULL;

	for (struct sandbox *s = first->others; s != NULL;
	     s = s->next_machine) {
		if (s->state != SANDBOX_LIVE) {
			err_set(e, 0, "%s is being made anew: wait for that",
			    s->plan->spec.machine);
			return NULL;
		}
		if (strcmp(s->plan->spec.machine, name) == 0)
			found = s;
	}
	if (strcmp(first->plan->spec.machine, name) == 0)
		err_set(e, 0,
		    "%s is where you are: 'lab reset' makes all machines anew",
		    name);
	else if (found == NULL)
		err_set(e, 0, "there is no machine %s", name);
	/* Where no other monitor may follow, its link is the monitor's alone. */
	else if (first->link == -1)
		err_set(e, 0, "this gateway cannot make one machine anew");
	else
		return found;
	return NULL;
}

/* What to make it of: all that it was made of.  A builder that took over does not know
 * all of that, but what the lab file says now. */
static struct plan *
plan_for_reset(const struct builder *b, const struct sandbox *s, struct err *e)
{
	struct plan *p = s->plan;

	if (!p->is_restored)
		return p;
	p = b->table == NULL ? NULL : plan_find(b->table, p->spec.lab);
	while (p != NULL && strcmp(p->spec.machine, s->plan->spec.machine) != 0)
		p = p->next_machine;
	if (p != NULL && plan_is_placed_same(p, s->plan))
		return p;
	err_set(e, 0,
	    "this lab was changed since you began: 'lab reset' makes all"
	    " machines anew");
	return NULL;
}

struct sandbox *
machines_begin_reset(const struct builder *b, const struct sandbox *first,
    const char *name, struct err *e)
{
	struct sandbox *s = find_for_reset(first, name, e);
	struct plan *p = s == NULL ? NULL : plan_for_reset(b, s, e);

	if (p == NULL)
		return NULL;
	s->again = plan_ref(p);
	return s;
}

struct sandbox *
machines_replace(struct builder *b, struct sandbox *first,
    const struct machine_place *place)
{
	struct sandbox *s = add(b, first, place->plan);

	if (s == NULL)
		return NULL;
	s->asked = place->asked;
	s->links_off = place->links_off;
	return s;
}

void
machines_tell_reset(struct builder *b, uint32_t *asked, const char *reason)
{
	struct msg m;

	if (*asked == 0)
		return;
	MSG_NEW(&m, REBUILT, rebuilt);
	m.serial = *asked;
	text_copy(m.rebuilt.reason, TEXT_SIZE, reason);
	tell_monitor(b, &m);
	*asked = 0;
}

static void
forget_asked(struct sandbox *s, void *arg)
{
	(void)arg;
	s->asked = 0;
}

void
machines_abandon(struct builder *b)
{
	sandbox_each(&b->sandboxes, forget_asked, NULL);
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
