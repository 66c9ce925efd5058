/*
 * http_terminal.h - requests about terminals.		Process: web.
 *
 * A page of the site's own origin names who logs in; the monitor lets it in, or not, and a
 * cookie is the answer, and the terminal's number.  With both there are the stream of
 * events, and requests with answers to what is asked and with what is typed.  Each of
 * these names its origin, and headers that no form has.
 */
#ifndef ATOLL_WEB_HTTP_TERMINAL_H
#define ATOLL_WEB_HTTP_TERMINAL_H

#include "gateway/web/http_client.h"

/* Answers to requests. */
enum MHD_Result http_terminal_open(struct http *h, struct http_client *c);
enum MHD_Result http_terminal_events(struct http *h, struct http_client *c);
enum MHD_Result http_terminal_answer(struct http *h, struct http_client *c);
enum MHD_Result http_terminal_type(struct http *h, struct http_client *c);
enum MHD_Result http_terminal_close(struct http *h, struct http_client *c);

/* The number of somebody who wants a terminal, whom the monitor is to be asked for once;
 * 0: nobody.  The texts live until http_turn(). */
uint32_t http_wants_terminal(struct http *h, const char **address,
    const char **origin);

/* And the answer. */
void http_terminal_opened(struct http *h, struct msg *m);
void http_terminal_refused(struct http *h, uint32_t number, const char *reason);

#endif
