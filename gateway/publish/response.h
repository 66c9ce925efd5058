/*
 * response.h - what a student's server answers, and what of it a browser is told.  Pure.
 */
#ifndef ATOLL_PUBLISH_RESPONSE_H
#define ATOLL_PUBLISH_RESPONSE_H

#include "gateway/publish/lines.h"

enum response_kind {
	RESPONSE_NONE,	  /* it is no HTTP */
	RESPONSE_INTERIM, /* another one follows: it is not passed on */
	RESPONSE_WHOLE,
	RESPONSE_SWITCH /* from now on it is WebSocket */
};

enum response_kind response_read(const struct head *h, bool is_upgrade);

/* The head for the browser; cookie is the name of ours. */
void response_write(struct lines *t, const struct head *h, const char *cookie,
    bool is_switch);

#endif
