/*
 * serve.h - answer for as long as there is a monitor.	Process: web.
 */
#ifndef ATOLL_WEB_SERVE_H
#define ATOLL_WEB_SERVE_H

#include "gateway/web/exposition.h"
#include "gateway/web/http.h"
#include "gateway/wire/chan.h"

#define WEB_LISTENERS 8

struct web {
	struct chan monitor;
	int epoll;
	struct walls walls;
	struct terminals terminals;
	struct http http;
	int listener[WEB_LISTENERS]; /* owned */
	size_t listeners;
	struct exposition rows; /* of the answer that is coming */
	uint32_t serial;	/* of the question that waits for it; 0: none */
	uint32_t last_serial;
	int64_t asked_ms, answered_ms; /* when last; 0: never */
};

/* What is made before the jail, which cannot. */
int web_begin(struct web *w, int link, struct err *e);

/* Until the link closes: 0.  -1: the monitor is of another build, or it fails. */
int web_serve(struct web *w, struct err *e);

#endif
