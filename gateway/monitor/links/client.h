/*
 * client.h - the administrator's tools that are connected to run_dir/admin.sock.
 *							Process: monitor.
 *
 * What a tool asks for is answered by the command of its message, at once or when
 * the answer is there; then it is found by what it waits for, or its number, or it
 * has asked the builder by link_call().
 */
#ifndef ATOLL_MONITOR_LINKS_CLIENT_H
#define ATOLL_MONITOR_LINKS_CLIENT_H

#include <stdbool.h>
#include <sys/queue.h>

#include "gateway/base/bucket.h"
#include "gateway/base/log.h"
#include "gateway/monitor/links/link.h"
#include "gateway/monitor/monitor.h"

/* One tool that is connected, and what it waits for. */
struct client {
	TAILQ_ENTRY(client) all;
	struct monitor *monitor;
	uint32_t number;
	struct roster *roster; /* owned; NULL when it names no accounts */
	struct link *link;     /* owned */
	bool greeted;
	bool awaits_load;
	uint32_t awaits_sandbox;	/* a number, or 0 */
	uint32_t asks_terminals;	/* likewise: see terminals_query.h */
	unsigned terminal_rows_left;	/* that init may say, */
	uint64_t terminals_ms;		/* and uv_now() of the question */
	struct hands_query *asks_hands; /* owned; see hands_query.h */
	bool is_exporting, awaits_upgrade;
	bool is_watching;	/* or did: see watch.h */
	bool is_top;		/* it asks for the seats again and again */
	char staff[NAME_SIZE];	/* the account whose rights it has; empty: the
				  administrator's */
	char wall[NAME_SIZE];	/* the lab that it shows, see wall.h: it may ask
				  for that alone; empty: it is no wall's */
	char report[NAME_SIZE]; /* the lab whose report it makes, see
				   lab_report.h: it may ask for that alone */
	uint64_t wall_ms;	/* uv_now() of its last WALL_SEATS_GET */
	struct bucket wall_orders; /* for whoever has taken atoll-web over */
	bool is_wall_shown;
	unsigned wall_hidden;	/* terminals for which there was no tile left */
	char listed[NAME_SIZE]; /* the lab that it wants to see; empty: all */
	bool is_foreign; /* of another build: it may ask for an upgrade alone */
	struct log_tag tag;
};

/* Add one to those that are connected; take it out and free it, which cancels
 * what it has asked of the builder. */
void client_add(struct monitor *m, struct client *c);
void client_free(struct client *c);

/* NULL when it has gone. */
struct client *client_find(struct monitor *m, uint32_t number);

/* May it see and help in this lab?  The administrator may; of staff, today's
 * configuration says it.  A wall may in its own lab alone. */
bool client_may(const struct client *c, const char *lab);

/* The same, for a command that is of one lab: false when it was refused, and the
 * client told. */
bool client_check(struct client *c, const char *lab);

/* One row of the answer; its end, with the exit status and text of the tool; or
 * the end of the link. */
void client_send(struct client *c, const struct msg *m);
void client_end(struct client *c, uint32_t status, const char *text);
void client_drop(struct client *c, const char *why);

#endif
