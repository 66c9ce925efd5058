/* spare.c - namespaces that are made before anybody wants them. */
#include "sandbox/builder/spare.h"

#include <poll.h>
#include <sys/epoll.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "sandbox/builder/builder.h"
#include "sandbox/builder/demolish.h"
#include "sandbox/builder/fdpass.h"

#define SPARES	     2
#define QUIET_MS     15	    /* without a request, before one is made */
#define BETWEEN_MS   5	    /* two that are made one after the other */
#define SWEEP_MS     2	    /* between two tries to remove a group */
#define AGAIN_MS     1000   /* after the first failure, then twice as long */
#define AGAIN_MAX_MS 300000 /* and so on, to this */

/* Ranges of user ids that are kept for who comes while others end. */
#define FREE_RANGES 64

/* --- those that there are ------------------------------------------------ */

static bool
is_waiting(const struct sandbox *s)
{
	return s->state == SANDBOX_BUILDING;
}

static size_t
count_waiting(const struct builder *b)
{
	size_t n = 0;

	for (const struct sandbox *s = b->spares.first; s != NULL; s = s->next)
		n += is_waiting(s);
	return n;
}

/* The oldest is the last one. */
static struct sandbox **
place_of_oldest(struct builder *b)
{
	struct sandbox **found = NULL;

	for (struct sandbox **at = &b->spares.first; *at != NULL;
	     at = &(*at)->next) {
		if (is_waiting(*at))
			found = at;
	}
	return found;
}

static void
free_at(struct sandbox **at)
{
	struct sandbox *s = *at;

	*at = s->next;
	sandbox_free(s);
}

/* --- the end -------------------------------------------------------------- */

/* Those that are dead and swept; true: another has still a group. */
static bool
sweep(struct builder *b)
{
	struct sandbox **at = &b->spares.first;
	bool is_left = false;

	while (*at != NULL) {
		if ((*at)->state == SANDBOX_SWEEPING &&
		    demolish_sweep(&b->site, *at)) {
			free_at(at);
			continue;
		}
		is_left |= (*at)->state == SANDBOX_SWEEPING;
		at = &(*at)->next;
	}
	return is_left;
}

static void
after_death(struct builder *b, struct sandbox *s)
{
	if (!demolish_reap(&b->site, s))
		return;
	loop_remove(b, s->pidfd);
	if (sweep(b))
		timer_set(b->spares.timer, SWEEP_MS);
}

static void
end(struct builder *b, struct sandbox *s)
{
	demolish(&b->site, s);
	if (s->pidfd == -1)
		after_death(b, s);
}

void
spare_end_all(struct builder *b)
{
	struct sandbox **oldest;

	b->spares.is_wanted = false;
	while ((oldest = place_of_oldest(b)) != NULL)
		end(b, *oldest);
}

bool
spare_is_over(const struct builder *b)
{
	return b->spares.first == NULL;
}

static void
failed(struct builder *b, const char *reason)
{
	unsigned n = b->spares.failures++;
	int64_t pause = AGAIN_MS << (n < 16 ? n : 16);

	if (pause > AGAIN_MAX_MS)
		pause = AGAIN_MAX_MS;
	b->spares.again_ms = clock_ms() + pause;
	timer_set(b->spares.timer, (int)pause);
	if (n == 0)
		log_warn(NULL,
		    "no namespaces can be made ahead: %s; it is tried again,"
		    " with longer pauses while that fails",
		    reason);
}

void
on_spare_end(struct builder *b, uint32_t number)
{
	char reason[ERR_TEXT_SIZE];
	struct sandbox *s = b->spares.first;

	while (s != NULL && s->id != number)
		s = s->next;
	if (s == NULL)
		return;
	if (is_waiting(s)) {
		if (fdpass_heard(s->status, reason) != HANDOVER_FAILURE)
			text_copy(reason, sizeof(reason), "one was killed");
		failed(b, reason);
	}
	after_death(b, s);
}

/* --- making --------------------------------------------------------------- */

/* Together with the sandboxes as many as there may be sandboxes: each takes what one
 * of them does, of the host. */
static bool
has_place(const struct builder *b, size_t more)
{
	return b->sandboxes.count + count_waiting(b) + more <=
		   b->table->site.sandboxes_max &&
	       b->site.ids.count >= FREE_RANGES;
}

static void
make(struct builder *b)
{
	uint32_t number = sandbox_own_number(&b->sandboxes);
	struct sandbox *s = sandbox_new(number, NULL);
	struct err e;

	if (s == NULL) {
		failed(b, "no memory");
		return;
	}
	s->next = b->spares.first;
	b->spares.first = s;
	if (assemble_ahead(&b->site, s, &e) == 0 &&
	    loop_add(b, s->pidfd, EPOLLIN, SOURCE_SPARE, number, &e) == 0) {
		timer_set(b->spares.timer, BETWEEN_MS);
		return;
	}
	failed(b, e.text);
	/* Its death is to be noticed also when loop_add() failed before. */
	if (s->pidfd != -1)
		loop_add(b, s->pidfd, EPOLLIN, SOURCE_SPARE, number, &e);
	end(b, s);
}

static void
see_waiting_student(struct sandbox *s, void *arg)
{
	bool *is_any = arg;

	*is_any |= s->state == SANDBOX_BUILDING && sandbox_has_owner(s);
}

/* Who waits for a sandbox needs the processors more than who may come. */
static bool
is_busy(struct builder *b)
{
	bool is_any = false;

	if (clock_ms() - b->spares.asked_ms < QUIET_MS ||
	    b->loader.chan.fd != -1)
		return true;
	sandbox_each(&b->sandboxes, see_waiting_student, &is_any);
	return is_any;
}

void
on_spare_timer(struct builder *b)
{
	int64_t now = clock_ms();
	bool is_left = sweep(b);

	timer_set(b->spares.timer, is_left ? SWEEP_MS : 0);
	if (is_left || !b->spares.is_wanted || b->is_over || b->is_upgrading ||
	    count_waiting(b) >= SPARES || !has_place(b, 1))
		return; /* the next who asks brings us back */
	if (now < b->spares.again_ms)
		timer_set(b->spares.timer, (int)(b->spares.again_ms - now));
	else if (is_busy(b))
		timer_set(b->spares.timer, QUIET_MS);
	else
		make(b);
}

/* --- taking --------------------------------------------------------------- */

/* Its end is an event that was not looked at yet, or will soon be one. */
static bool
is_dead(const struct sandbox *s)
{
	struct pollfd p[] = { { .fd = s->pidfd, .events = POLLIN },
		{ .fd = s->status } };

	return poll(p, 2, 0) != 0;
}

void
spare_asked(struct builder *b)
{
	struct sandbox **oldest;

	b->spares.asked_ms = clock_ms();
	b->spares.is_wanted = b->draining.is_on == 0 && !b->is_upgrading;
	timer_set(b->spares.timer, QUIET_MS);
	while (!has_place(b, 0) && (oldest = place_of_oldest(b)) != NULL)
		end(b, *oldest);
}

/* Whoever waited for a home may have been asked for before a reload: a spare knows the
 * plans in force.  Processors of its own are those of a group that nobody is in yet:
 * cpuset.c.  A machine of several has an owner and ids that the others know before it
 * begins. */
static bool
fits(const struct builder *b, const struct sandbox *s)
{
	return sandbox_has_owner(s) && s->base == 0 && s->first == NULL &&
	       plan_find(b->table, s->plan->spec.lab) == s->plan &&
	       s->plan->spec.network != NETWORK_LAB &&
	       s->plan->spec.procfs != PROCFS_SANDBOX;
}

void
spare_take(struct builder *b, struct sandbox *s)
{
	struct sandbox **oldest = fits(b, s) ? place_of_oldest(b) : NULL;

	if (oldest == NULL || is_dead(*oldest))
		return;
	loop_remove(b, (*oldest)->pidfd);
	sandbox_hand_over(*oldest, s);
	free_at(oldest);
	b->spares.failures = 0;
	b->spares.again_ms = 0;
	log_debug(&s->tag, "has namespaces that were made ahead cgroup=%s",
	    s->cgroup.name);
	s->is_spare = true;
	timer_set(b->spares.timer,
	    QUIET_MS); /* it may have waited for its home */
}

bool
spare_give_up(struct builder *b, struct sandbox *s)
{
	struct sandbox *broken =
	    sandbox_new(sandbox_own_number(&b->sandboxes), NULL);
	struct err e;

	if (broken == NULL)
		return false;
	s->is_spare = false;
	sandbox_hand_over(s, broken);
	broken->next = b->spares.first;
	b->spares.first = broken;
	if (loop_add(b, broken->pidfd, EPOLLIN, SOURCE_SPARE, broken->id, &e) ==
	    -1)
		log_error(&s->tag, "%s", e.text);
	end(b, broken);
	return true;
}
