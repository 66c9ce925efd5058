/*
 * http_replies.h - what is answered again and again, and the headers of all.
 *							Process: web.
 */
#ifndef ATOLL_WEB_HTTP_REPLIES_H
#define ATOLL_WEB_HTTP_REPLIES_H

#include "gateway/web/http_client.h"

#define HTTP_METRICS_PATH  "/metrics"
#define HTTP_TERMINAL_PATH "/terminal" /* and what is below it */
#define HTTP_PLAIN_TYPE	   "text/plain; charset=utf-8"

/* The policy (CSP) of what is no page. */
#define HTTP_NOTHING "default-src 'none'"

/* NULL: as it was given. */
struct MHD_Response *http_add_headers(struct MHD_Response *r, const char *type,
    const char *policy);

/* A copy of it; NULL: no memory. */
struct MHD_Response *http_text(const char *text);
struct MHD_Response *http_json(const char *json);

/* That text, now.  MHD_NO, which ends the connection: no memory. */
enum MHD_Result http_answer_text(const struct http_client *c, unsigned status,
    const char *text);

/* With a stream of events (NULL: there is none), whose client is not among the others from
 * here on. */
enum MHD_Result http_answer_stream(struct http *h, struct http_client *c,
    struct MHD_Response *stream);

/* Before the jail.  -1 without memory. */
int http_make_replies(struct http *h);

#endif
