/* people.c - who has a seat in the lab of a wall. */
#include "gateway/web/people.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"

#define IDLE_NEWS 3000 /* so much less idle than was thought is news */

static struct person *
find_person(const struct wall *w, const char *account)
{
	struct person *p;

	TAILQ_FOREACH(p, &w->people, next) {
		if (strcmp(p->account, account) == 0)
			break;
	}
	return p;
}

static struct person *
add_person(struct wall *w, const char *account)
{
	struct person *p;

	if (w->person_count >= PEOPLE_MAX)
		return NULL;
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return NULL;
	text_copy(p->account, NAME_SIZE, account);
	p->idle_from_ms = -1;
	TAILQ_INSERT_TAIL(&w->people, p, next);
	w->person_count++;
	return p;
}

static void
remove_person(struct wall *w, struct person *p)
{
	TAILQ_REMOVE(&w->people, p, next);
	w->person_count--;
	free(p);
}

/* Who goes on doing nothing is no news: a page counts by itself. */
static bool
is_same_idle(int64_t was, int64_t now)
{
	return (was == -1) == (now == -1) && now - was < IDLE_NEWS &&
	       was - now < IDLE_NEWS;
}

void
people_take(struct wall *w, const struct msg_wall_seat *told)
{
	int64_t idle = told->idle == 0
			   ? -1
			   : clock_ms() - (int64_t)(told->idle - 1) * 1000;
	struct person *p = find_person(w, told->account);

	if (p == NULL)
		p = add_person(w, told->account);
	if (p == NULL)
		return;
	p->is_there = true;
	if (p->version != 0 && is_same_idle(p->idle_from_ms, idle) &&
	    p->points == told->points && p->most == told->most &&
	    p->hand == told->hand && strcmp(p->hand_text, told->hand_text) == 0)
		return;
	p->version = ++w->version;
	p->idle_from_ms = idle;
	p->points = told->points;
	p->most = told->most;
	p->hand = told->hand;
	text_copy(p->hand_text, TEXT_SIZE, told->hand_text);
	TAILQ_REMOVE(&w->people, p, next);
	TAILQ_INSERT_TAIL(&w->people, p, next);
}

/* Who was not named has left. */
void
people_end(struct wall *w, unsigned hidden)
{
	struct person *p, *after;

	if (hidden != w->hidden) {
		w->hidden = hidden;
		w->left = ++w->version;
	}

	for (p = TAILQ_FIRST(&w->people); p != NULL; p = after) {
		after = TAILQ_NEXT(p, next);
		if (!p->is_there) {
			remove_person(w, p);
			w->left = ++w->version;
		} else {
			p->is_there = false;
		}
	}
}

void
people_free(struct wall *w)
{
	while (!TAILQ_EMPTY(&w->people))
		remove_person(w, TAILQ_FIRST(&w->people));
}
