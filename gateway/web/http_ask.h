/*
 * http_ask.h - requests that only another process can answer.	Process: web.
 *
 * The monitor or, for a moment of a recording, the recorder: whoever sent one is suspended
 * until it has answered.  How many may wait is told for each kind: those who log in, who
 * may be anybody, keep nobody from a wall.
 */
#ifndef ATOLL_WEB_HTTP_ASK_H
#define ATOLL_WEB_HTTP_ASK_H

#include "gateway/web/http_client.h"

/* c waits for that, with a number in c->ask.  False: so many do already. */
bool http_ask_begin(struct http *h, struct http_client *c, enum http_wait what,
    unsigned most);

/* One about whom the monitor was not asked yet, and is now; or NULL. */
struct http_client *http_ask_next(struct http *h, enum http_wait what);

/* NULL: it has gone. */
struct http_client *http_ask_find(struct http *h, enum http_wait what,
    uint32_t number);

/* What it is told; c->answer is NULL afterwards when there is no memory. */
void http_ask_answer(struct http_client *c, unsigned status, const char *text);
void http_ask_answer_json(struct http_client *c, const char *json);

/* Its request is seen again: that answer is the reply. */
enum MHD_Result http_ask_reply(struct http *h, struct http_client *c);

#endif
