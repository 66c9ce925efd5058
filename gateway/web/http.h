/*
 * http.h - who is connected, and what they are answered.	Process: web.
 *
 * libmicrohttpd parses requests and writes answers, on its own epoll descriptor that
 * is in our loop; it has no thread and accepts nothing by itself.  What keeps
 * everybody cheap is here:
 *  - HTTP_CLIENTS at once; for one more, whoever has gone longest without a
 *    request that was answered is sent away.
 *  - Nobody stays longer than HTTP_IDLE_MS without one, be it that nothing was
 *    sent, one byte a second, or that the answer is not read.
 *    The pages of walls are not among these, see event_stream.h.
 *  - A request's head is at most some kilobytes, its body HTTP_BODY_MAX, on the paths
 *    that take one and say how long it is; any other body is not read.
 *  - One text is written for all who ask within a second, and shared by them.
 */
#ifndef ATOLL_WEB_HTTP_H
#define ATOLL_WEB_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/base/err.h"
#include "gateway/web/http_client.h"

#define HTTP_CLIENTS 64
#define HTTP_IDLE_MS 120000

/* Before the jail, which cannot. */
int http_begin(struct http *h, struct walls *walls, struct terminals *terminals,
    struct err *e);

/* Somebody waits on a listening socket: take some of them in. */
void http_accept(struct http *h, int listener);

/* Read, write, and send away whose time is over.  Milliseconds until it wants to be
 * called again without an event; -1: none. */
int http_turn(struct http *h);

/* Somebody waits for metrics that are newer than those that are there. */
bool http_wants_metrics(const struct http *h);

/* There they are: a text that it takes over, and frees; NULL: they cannot be had. */
void http_metrics(struct http *h, char *text, size_t size);

#endif
