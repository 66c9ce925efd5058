/* obstacle.c - what cannot be handed over to another build. */
#include "gateway/monitor/upgrade/obstacle.h"

#include <time.h>

#include "gateway/base/array.h"
#include "gateway/monitor/accounts/writer.h"
#include "gateway/monitor/diary/diary.h"
#include "gateway/monitor/links/client.h"
#include "gateway/monitor/links/keys.h"
#include "gateway/monitor/links/staff.h"
#include "gateway/monitor/links/zygote_link.h"

#define COLLECTING "the work of students is being collected"

static const char *
of_conns(const struct monitor *m)
{
	const struct conn *c;

	TAILQ_FOREACH(c, &m->registry.conns, all) {
		if (c->state == CONN_CHECKING)
			return "logins are being checked";
		if (c->state == CONN_CLOSING || c->link == NULL ||
		    !link_is_quiet(c->link))
			return "a connection is being closed";
	}
	return NULL;
}

static const char *
of_seats(const struct monitor *m)
{
	const struct seat *s;

	TAILQ_FOREACH(s, &m->registry.seats, all) {
		if (s->state == SEAT_BUILDING)
			return "a sandbox is being made";
		if (s->closing.state != CLOSING_NONE)
			return COLLECTING;
		if (s->state == SEAT_ENDING ||
		    (s->init != NULL && !link_is_quiet(s->init)))
			return "a sandbox is being ended";
	}
	return NULL;
}

/* Of tools other than the one that asks for the upgrade. */
static const char *
of_tools(const struct monitor *m, bool with_watchers)
{
	const struct client *c;

	TAILQ_FOREACH(c, &m->clients, all) {
		if (c->is_exporting)
			return "an export is running";
		if ((c->is_watching || c->is_top) && !with_watchers)
			continue;
		if (!c->awaits_upgrade || !link_is_quiet(c->link))
			return "another atoll command is running";
	}
	return NULL;
}

static const char *
of_clients(const struct monitor *m)
{
	return of_tools(m, true);
}

static const char *
of_database(const struct monitor *m)
{
	if (!LIST_EMPTY(&m->newcomers))
		return "a student is making an account";
	if (m->results_waiting > 0 || !STAILQ_EMPTY(&m->results_unkept))
		return "results of checks are being written";
	if (!diary_is_quiet(m))
		return "what a report needs is being written";
	return writer_is_idle(m->writer) ? NULL : "accounts are being changed";
}

static const char *
of_processes(const struct monitor *m)
{
	if (!staff_is_quiet(m))
		return "a command of staff is running";
	if (m->loading)
		return "the configuration is being loaded";
	if (!zygotes_are_quiet(m))
		return "a session program is being started";
	if (m->builder == NULL || !link_is_quiet(m->builder))
		return "the builder is at work for somebody";
	return keys_are_quiet(m) ? NULL : "keys_command is being asked";
}

const char *
obstacle_find(const struct monitor *m)
{
	static const char *(*const of[])(const struct monitor *m) = {
		of_clients,
		of_seats,
		of_conns,
		of_database,
		of_processes,
	};

	for (size_t i = 0; i < COUNT_OF(of); i++) {
		const char *why = of[i](m);

		if (why != NULL)
			return why;
	}
	if (!hashing_is_idle(m->hashing))
		return "logins are being checked";
	if (m->arrivals.waiting.count > 0 || m->proxied_count > 0)
		return "connections are being accepted";
	return NULL;
}

/* --- what takes long ------------------------------------------------------ */

#define BUILD_S 1 /* a lab with a setup may take minutes */

static const char *
of_slow_seats(const struct monitor *m)
{
	const struct seat *s;

	TAILQ_FOREACH(s, &m->registry.seats, all) {
		if (s->closing.state != CLOSING_NONE)
			return COLLECTING;
		if (s->state == SEAT_BUILDING &&
		    (uint64_t)time(NULL) > s->since + BUILD_S)
			return "a sandbox is being made";
	}
	return NULL;
}

static const char *
of_slow_processes(const struct monitor *m)
{
	if (!LIST_EMPTY(&m->newcomers))
		return "a student is making an account";
	if (m->loading)
		return "the configuration is being loaded";
	return zygotes_are_quiet(m) ? NULL
				    : "a session program is being started";
}

const char *
obstacle_find_long(const struct monitor *m)
{
	/* Who watches is ended when it comes to that. */
	const char *why = of_tools(m, false);

	if (why == NULL)
		why = of_slow_seats(m);
	return why == NULL ? of_slow_processes(m) : why;
}
