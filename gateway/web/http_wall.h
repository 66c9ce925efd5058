/*
 * http_wall.h - requests about walls.			Process: web.
 *
 * A page of the site's own origin brings a link's token, as Authorization, which only a
 * script of that origin can send; the monitor says whether it is good, and a cookie is the
 * answer.  With that there are the stream of events, and the wall's end.
 */
#ifndef ATOLL_WEB_HTTP_WALL_H
#define ATOLL_WEB_HTTP_WALL_H

#include "gateway/web/http_client.h"

/* Answers to requests. */
enum MHD_Result http_answer_enter(struct http *h, struct http_client *c);
enum MHD_Result http_answer_leave(struct http *h, struct http_client *c);
enum MHD_Result http_answer_events(struct http *h, struct http_client *c);

/* There is, or may be, more than a head; and how much: false when that is not said. */
bool http_has_body(const struct http_client *c);
bool http_body_length(const struct http_client *c, uint64_t *length);

/* The wall of who asks, from a page of its own origin; or NULL. */
struct wall *http_wall_of(const struct http *h, const struct http_client *c);

/* It is to be asked about: c waits, with a number in c->ask, until http_wall_told(), and is
 * answered with that by http_ask_reply().  False: too many do. */
bool http_wall_wait(struct http *h, struct http_client *c);
void http_wall_told(struct http *h, uint32_t number, unsigned status,
    const char *text);
void http_wall_told_json(struct http *h, uint32_t number, const char *json);

/* The number of somebody who has brought the link to a wall, which the monitor is to be
 * asked about once; 0: nobody.  The texts live until http_turn(). */
uint32_t http_wants_wall(struct http *h, const char **token,
    const char **origin);

/* The origin that it named; NULL: it has gone.  And the answer. */
const char *http_origin_of(struct http *h, uint32_t number);
void http_wall_opened(struct http *h, uint32_t number, const char *cookie,
    bool is_secure);
void http_wall_refused(struct http *h, uint32_t number, const char *reason);

#endif
