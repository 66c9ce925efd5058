/*
 * request.h - what a browser wants, and what of it the student's server is told.  Pure.
 *
 * One request on each connection: the server is told to close it, and nothing that
 * follows a request's end is passed on.  So nobody can put a second one behind it that
 * was not looked at.
 */
#ifndef ATOLL_PUBLISH_REQUEST_H
#define ATOLL_PUBLISH_REQUEST_H

#include <stdint.h>

#include "gateway/base/publish_url.h"
#include "gateway/publish/lines.h"

#define REQUEST_COOKIE_SIZE 256
#define REQUEST_TOKEN_SIZE  80

/* Our own paths, which no server of a student's sees. */
#define REQUEST_OWN    "/.atoll/"
#define REQUEST_ENTER  "/.atoll/enter"
#define REQUEST_SCRIPT "/.atoll/enter.js"

struct request {
	char host[PUBLISH_HOST_SIZE]; /* lower case, without a port */
	char cookie[REQUEST_COOKIE_SIZE];
	char token[REQUEST_TOKEN_SIZE]; /* of Authorization: Atoll */
	uint64_t body;			/* bytes that follow the head */
	bool is_chunked;    /* its chunks say how many, see chunks.h */
	bool is_upgrade;    /* it asks to speak WebSocket */
	bool expects;	    /* it waits for 100 Continue */
	bool is_own_origin; /* it comes from a page of this very host */
	bool is_post;
};

/* HTTP's status of the refusal, or 0. */
int request_read(struct request *r, const struct head *h,
    const struct publish_url *u);

bool request_has_body(const struct request *r);

/* The head for the student's server. */
void request_write(struct lines *t, const struct request *r,
    const struct head *h, const struct publish_url *u);

/* What the cookie is called; with __Host- browsers let no other host set it. */
const char *request_cookie_name(const struct publish_url *u);

/* Is it of this connection alone, or named as such in Connection? */
bool head_is_hop(const struct head *h, const struct part *name);

#endif
