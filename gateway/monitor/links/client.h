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
	uint32_t awaits_sandbox; /* a number, or 0 */
	bool is_exporting, awaits_upgrade;
	bool is_foreign; /* of another build: it may ask for an upgrade alone */
	struct log_tag tag;
};

/* Add one to those that are connected; take it out and free it, which cancels
 * what it has asked of the builder. */
void client_add(struct monitor *m, struct client *c);
void client_free(struct client *c);

/* NULL when it has gone. */
struct client *client_find(struct monitor *m, uint32_t number);

/* One row of the answer; its end, with the exit status and text of the tool; or
 * the end of the link. */
void client_send(struct client *c, const struct msg *m);
void client_end(struct client *c, uint32_t status, const char *text);
void client_drop(struct client *c, const char *why);

#endif
