/* route_admin.c - what the administrator's tool may ask, and who answers it. */
#include "gateway/monitor/accounts/rehearsal.h"
#include "gateway/monitor/accounts/roster.h"
#include "gateway/monitor/links/collected_query.h"
#include "gateway/monitor/links/command.h"
#include "gateway/monitor/links/recordings_query.h"
#include "gateway/monitor/links/hands_query.h"
#include "gateway/monitor/links/report_query.h"
#include "gateway/monitor/links/seat_list.h"
#include "gateway/monitor/links/stuck.h"
#include "gateway/monitor/links/terminals_query.h"
#include "gateway/monitor/links/publish.h"
#include "gateway/monitor/links/wall.h"
#include "gateway/monitor/links/watch.h"
#include "gateway/monitor/links/why.h"
#include "gateway/monitor/route/routes.h"
#include "gateway/monitor/seats/allowance.h"
#include "gateway/monitor/seats/announce.h"
#include "gateway/monitor/seats/restraining.h"

/* A handler on_X of each command X: the link hands over what it was opened with. */
#define COMMANDS(C)                                                            \
	C(HELLO, command_hello)                                                \
	C(ADMIN_UPGRADE, command_upgrade)                                      \
	C(ADMIN_STATUS, command_status)                                        \
	C(ADMIN_LS, seat_list_ls)                                              \
	C(ADMIN_TOP, seat_list_top)                                            \
	C(ADMIN_KILL, command_kill)                                            \
	C(ADMIN_FREEZE, restraining_freeze)                                    \
	C(ADMIN_THAW, restraining_thaw)                                        \
	C(ADMIN_TERMINALS, terminals_query_begin)                              \
	C(ADMIN_WHY, why_asked)                                                \
	C(ADMIN_COLLECTED, collected_query)                                    \
	C(ADMIN_RECORDINGS, recordings_query)                                  \
	C(ADMIN_REPLAY, recordings_replay)                                     \
	C(ADMIN_WATCH, watch_begin)                                            \
	C(ADMIN_WATCH_STOP, watch_stop)                                        \
	C(ADMIN_PUBLISHED, publish_links)                                      \
	C(ADMIN_WALL, wall_link)                                               \
	C(WALL_SHOW, wall_show)                                                \
	C(WALL_SEATS_GET, wall_seats)                                          \
	C(WALL_REPLAY, recordings_play)                                        \
	C(ADMIN_DRAIN, command_drain)                                          \
	C(ADMIN_EXTEND, allowance_extend)                                      \
	C(ADMIN_SAY, announce)                                                 \
	C(ADMIN_HANDS, hands_query_begin)                                      \
	C(ADMIN_HAND_DONE, hands_query_done)                                   \
	C(ADMIN_RELOAD, command_reload)                                        \
	C(ADMIN_RESULTS, command_results)                                      \
	C(ADMIN_STUCK, stuck_list)                                             \
	C(ADMIN_REPORT, report_query)                                          \
	C(ADMIN_EXPORT, command_export)                                        \
	C(ADMIN_HOMES, command_homes)                                          \
	C(ADMIN_HOME_REMOVE, command_home_remove)                              \
	C(ACCOUNT_NEW, roster_new)                                             \
	C(ACCOUNTS_MAKE, roster_make)                                          \
	C(ACCOUNT_CHANGE, roster_change)                                       \
	C(ACCOUNT_LIST, roster_list)                                           \
	C(ACCOUNT_GET, roster_get)                                             \
	C(REHEARSE, rehearsal_begin)                                           \
	C(REHEARSE_END, rehearsal_end)

#define DEFINE(TYPE, command)                                                  \
	static void on_##command(void *self, struct msg *m)                    \
	{                                                                      \
		command(self, m);                                              \
	}
COMMANDS(DEFINE)
#undef DEFINE

#define ROW(TYPE, command) [MSG_##TYPE] = on_##command,
static link_handler *const handlers[MSG_COUNT] = { COMMANDS(ROW) };
#undef ROW

/* What staff may ask, of their labs; the program that runs their commands asks
 * nothing else. */
static const bool is_for_staff[MSG_COUNT] = {
	[MSG_HELLO] = true,
	[MSG_ADMIN_LS] = true,
	[MSG_ADMIN_TOP] = true,
	[MSG_ADMIN_TERMINALS] = true,
	[MSG_ADMIN_WHY] = true,
	[MSG_ADMIN_WATCH] = true,
	[MSG_ADMIN_WATCH_STOP] = true,
	[MSG_ADMIN_KILL] = true,
	[MSG_ADMIN_FREEZE] = true,
	[MSG_ADMIN_THAW] = true,
	[MSG_ADMIN_COLLECTED] = true,
	[MSG_ADMIN_RECORDINGS] = true,
	[MSG_ADMIN_REPLAY] = true,
	[MSG_ADMIN_EXTEND] = true,
	[MSG_ADMIN_SAY] = true,
	[MSG_ADMIN_HANDS] = true,
	[MSG_ADMIN_HAND_DONE] = true,
	[MSG_ADMIN_RESULTS] = true,
	[MSG_ADMIN_STUCK] = true,
	[MSG_ADMIN_WALL] = true,
	[MSG_ADMIN_PUBLISHED] = true,
	[MSG_ADMIN_REPORT] = true,
};

/* What atoll-web may ask for a wall, whoever's it is: to show it, which nobody else may,
 * and orders, which client_may() keeps within its lab. */
enum of_wall { OF_OTHERS, OF_WALL_ALONE, ORDER_OF_WALL, ORDER_OF_WALL_ALONE };

static const enum of_wall of_wall[MSG_COUNT] = {
	[MSG_WALL_SHOW] = OF_WALL_ALONE,
	[MSG_WALL_SEATS_GET] = OF_WALL_ALONE,
	[MSG_ADMIN_SAY] = ORDER_OF_WALL,
	[MSG_ADMIN_EXTEND] = ORDER_OF_WALL,
	[MSG_ADMIN_HAND_DONE] = ORDER_OF_WALL,
	[MSG_ADMIN_RECORDINGS] = ORDER_OF_WALL,
	[MSG_WALL_REPLAY] = ORDER_OF_WALL_ALONE,
};

static bool
is_order(enum of_wall of)
{
	return of == ORDER_OF_WALL || of == ORDER_OF_WALL_ALONE;
}

static bool
is_of_others(const struct client *c, enum msg_type type)
{
	if (c->report[0] != '\0')
		return type != MSG_ADMIN_REPORT && type != MSG_HELLO;
	if (c->wall[0] != '\0')
		return of_wall[type] == OF_OTHERS && type != MSG_HELLO;
	return of_wall[type] == OF_WALL_ALONE ||
	       of_wall[type] == ORDER_OF_WALL_ALONE ||
	       (c->staff[0] != '\0' && !is_for_staff[type]);
}

/* A person gives no orders as fast as whoever has taken atoll-web over could. */
static bool
is_too_fast(struct client *c, enum msg_type type)
{
	return c->wall[0] != '\0' && is_order(of_wall[type]) &&
	       !bucket_take(&c->wall_orders,
		   (int64_t)uv_now(&c->monitor->loop));
}

/* Why it is not answered, for the log. */
static const char *
not_for(const struct client *c)
{
	if (c->report[0] != '\0')
		return "not for a report";
	return c->wall[0] != '\0' ? "not for a wall" : "not for staff";
}

/* A tool greets first, and once. */
static bool
may_say(void *self, const struct msg *m)
{
	struct client *c = self;

	if (c->greeted == (m->type == MSG_HELLO))
		link_close(c->link, "out of order");
	else if (c->is_foreign && m->type != MSG_ADMIN_UPGRADE)
		link_close(c->link, "a tool of another build");
	else if (is_of_others(c, m->type))
		link_close(c->link, not_for(c));
	else if (is_too_fast(c, m->type))
		client_end(c, 1, "that is too fast: wait a second");
	else
		return true;
	return false;
}

static void
on_closed(void *self, const char *why)
{
	struct client *c = self;

	log_debug(&c->tag, "closed: %s", why);
	watch_client_gone(c);
	rehearsal_client_gone(c);
	roster_free(c->roster);
	client_free(c);
}

const struct link_kind route_admin = {
	.peer = ADMIN,
	.queue_max = LINK_QUEUE_TRUSTED,
	.handlers = handlers,
	.may_say = may_say,
	.on_closed = on_closed,
};
