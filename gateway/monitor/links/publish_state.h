/*
 * publish_state.h - what publish*.c share.			Process: monitor.
 */
#ifndef ATOLL_MONITOR_LINKS_PUBLISH_STATE_H
#define ATOLL_MONITOR_LINKS_PUBLISH_STATE_H

#include <sys/queue.h>

#include "gateway/base/publish_url.h"
#include "gateway/monitor/links/once.h"
#include "gateway/monitor/links/publish_name.h"
#include "gateway/monitor/monitor.h"

#define PUBLISH_LISTENERS 2 /* a name, and a port */

/* An init was asked to connect. */
struct publish_dial {
	TAILQ_ENTRY(publish_dial) next;
	uint32_t serial; /* of the question to init, */
	uint32_t asked;	 /* and of atoll-publish's */
	uint32_t sandbox;
	struct publish_target to;
	uint64_t since_ms; /* uv_now() */
};

struct publish {
	struct link *link;   /* to atoll-publish; owned, NULL: there is none */
	uint64_t started_ms; /* uv_now() of the last start; 0: never */
	struct publish_url url;
	struct once *links;		  /* owned; NULL before the first */
	TAILQ_HEAD(, publish_dial) dials; /* owned; the oldest first */
	unsigned dial_count;
	uint32_t last_serial;
	uint64_t refused_ms; /* uv_now() of the last line in the log about a
				link; 0: never */
	size_t count;
	int listener[PUBLISH_LISTENERS]; /* owned */
};

/* Who has this cookie, which was made for that host name?  Empty: nobody, it is none of
 * ours, or too old. */
void publish_visitor(const struct monitor *m, const struct seat *s,
    const char *host, const char *cookie, char visitor[NAME_SIZE]);

#define PUBLISH_ADMINISTRATOR                                                  \
	"-" /* as a visitor: is_name() is true of no such */

/* Today's lab says it. */
bool publish_may_see(struct monitor *m, const struct seat *s,
    const char *visitor);

void publish_refuse(struct monitor *m, uint32_t serial,
    const struct msg_publish_refused *why);

#endif
