/*
 * http_order.h - what whoever looks at a wall has done.	Process: web.
 *
 * A form (form.h) with the account, from a page of the site's own origin: say a text, give
 * minutes more, take a raised hand down.  The wall's lab is added here, and the monitor
 * decides, as for 'atoll say'; its text is the answer, 409 where it is no.
 *
 * Likewise: list the lab's recordings, as JSON, and have one played, of which moments are
 * asked for then (http_replay.h).
 */
#ifndef ATOLL_WEB_HTTP_ORDER_H
#define ATOLL_WEB_HTTP_ORDER_H

#include "gateway/web/http_client.h"

enum MHD_Result http_answer_say(struct http *h, struct http_client *c);
enum MHD_Result http_answer_extend(struct http *h, struct http_client *c);
enum MHD_Result http_answer_hand_done(struct http *h, struct http_client *c);
enum MHD_Result http_answer_recordings(struct http *h, struct http_client *c);
enum MHD_Result http_answer_replay(struct http *h, struct http_client *c);

/* What the monitor answered, or why it will not: for walls_begin(). */
void http_order_told(void *http, uint32_t number, enum wall_answer how,
    const char *text);

#endif
