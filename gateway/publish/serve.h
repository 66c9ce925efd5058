/*
 * serve.h - pass browsers on for as long as there is a monitor.  Process: publish.
 */
#ifndef ATOLL_PUBLISH_SERVE_H
#define ATOLL_PUBLISH_SERVE_H

#include "gateway/base/bucket.h"
#include "gateway/publish/visit.h"
#include "gateway/wire/chan.h"

#define PUBLISH_LISTENERS 2
#define VISITS_MAX	  1024 /* at once, of all */
#define VISITS_OF_HOST	  32   /* and at one host name, */
#define WAITING_OF_HOST	  64   /* where so many more may wait for that */

struct publisher {
	struct chan monitor;
	int epoll;
	int listener[PUBLISH_LISTENERS];
	size_t listeners;
	struct publish_url url;
	struct visits visits; /* the oldest first */
	unsigned count;
	uint32_t last_serial;
	struct bucket asks; /* that may still be made */
};

/* -1: there is no epoll. */
int publisher_begin(struct publisher *p, int link, struct err *e);

/* 0 when the link closes; -1: the monitor is of another build. */
int publisher_serve(struct publisher *p, struct err *e);

#endif
