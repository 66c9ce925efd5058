/* stuck.c - the administrator or staff ask who does not get on. */
#include "gateway/monitor/links/stuck.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gateway/config/policy.h"
#include "gateway/monitor/seats/hand.h"
#include "gateway/monitor/seats/standing.h"

static bool
has_check(const struct lab *l)
{
	return l != NULL && (l->check[0] != '\0' || l->step_count > 0);
}

static bool
has_all(const struct standing *p)
{
	return p->best_most > 0 && p->best_points == p->best_most;
}

/* Who came back another day has not been stuck for the night. */
static uint64_t
seconds_without(const struct seat *s, const struct standing *p)
{
	int64_t begin = (int64_t)s->since, now = (int64_t)time(NULL);

	if (p->gained > begin)
		begin = p->gained;
	return now > begin ? (uint64_t)(now - begin) : 0;
}

/* Who has all and asks all the same is not done. */
static bool
is_done(const struct seat *s, const struct standing *p)
{
	return has_all(p) && !hand_is_up(s);
}

static void
send_row(struct client *c, const struct seat *s, const struct standing *p)
{
	const struct step_score *step = standing_lacks(p);
	struct msg m;

	MSG_NEW(&m, STUCK, stuck);
	text_copy(m.stuck.account, NAME_SIZE, s->account);
	text_copy(m.stuck.lab, NAME_SIZE, s->lab);
	m.stuck.seconds = seconds_without(s, p);
	m.stuck.points = p->best_points;
	m.stuck.most = p->best_most;
	m.stuck.hand = (uint64_t)s->hand.raised;
	text_copy(m.stuck.hand_text, TEXT_SIZE, s->hand.text);
	text_copy(m.stuck.copied, TEXT_SIZE, p->copied);
	if (step != NULL) {
		text_copy(m.stuck.step, TEXT_SIZE, step->name);
		m.stuck.step_points = step->points;
		m.stuck.step_most = step->most;
	}
	client_send(c, &m);
}

/* Why there is nothing to say of that lab; NULL: there is. */
static const char *
why_not(const struct client *c, const char *lab)
{
	const struct lab *l = config_lab(c->monitor->config, lab);

	if (lab[0] == '\0')
		return NULL;
	if (l == NULL)
		return "there is no lab of that name: 'atoll ls' shows those"
		       " that are in use";
	if (!has_check(l))
		return "this lab has no check: nothing says how far a student"
		       " is";
	return NULL;
}

void
stuck_list(struct client *c, struct msg *msg)
{
	const char *lab = msg->admin_stuck.lab;
	struct monitor *m = c->monitor;
	char text[TEXT_SIZE] = "";
	unsigned done = 0;
	struct seat *s;

	if (lab[0] != '\0' && !client_check(c, lab))
		return;
	if (why_not(c, lab) != NULL) {
		client_end(c, 1, why_not(c, lab));
		return;
	}
	TAILQ_FOREACH(s, &m->registry.seats, all) {
		const struct standing *p;

		if (s->state != SEAT_LIVE ||
		    (lab[0] != '\0' && strcmp(s->lab, lab) != 0) ||
		    !client_may(c, s->lab) || policy_is_rehearsal(s->account) ||
		    !has_check(config_lab(m->config, s->lab)))
			continue;
		p = standing_of(s);
		if (p == NULL)
			continue;
		done += is_done(s, p);
		if (!is_done(s, p))
			send_row(c, s, p);
	}
	if (done > 0)
		snprintf(text, sizeof(text), "%u more ha%s all points", done,
		    done == 1 ? "s" : "ve");
	client_end(c, 0, text);
}
