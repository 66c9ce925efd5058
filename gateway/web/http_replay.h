/*
 * http_replay.h - a recording that is played, asked for its moments.	Process: web.
 *
 * A form with replay, the number in the answer to its order, and ms, milliseconds since the
 * recording began; the answer is JSON: at and of, how far it is
 * and of how much, rows and cols, and view, a screen as a wall's tiles have it, which is
 * left out when it is as it was at the last answer.  409, and a text: it is not played.
 */
#ifndef ATOLL_WEB_HTTP_REPLAY_H
#define ATOLL_WEB_HTTP_REPLAY_H

#include "gateway/web/http_client.h"

enum MHD_Result http_replay_at(struct http *h, struct http_client *c);

/* Nobody looks at it any more. */
enum MHD_Result http_replay_end(struct http *h, struct http_client *c);

#endif
