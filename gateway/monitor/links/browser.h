/*
 * browser.h - students who log in with a browser.	Process: monitor.
 *
 * Each is a client of this gateway by ssh, as all are: a fork of atoll-browser speaks SSH
 * for the browser, on a socket whose other end comes through the same door as a connection
 * from that browser's address would.  atoll-web says what the address is.
 */
#ifndef ATOLL_MONITOR_LINKS_BROWSER_H
#define ATOLL_MONITOR_LINKS_BROWSER_H

#include "gateway/monitor/monitor.h"

/* The site lets students log in with a browser. */
bool browser_is_wanted(const struct monitor *m);

/* TERMINAL_OPEN of atoll-web, and its answer.  The process is started with the first. */
void browser_open(struct monitor *m, const struct msg_terminal_open *ask,
    struct msg *answer);

/* HELLO of atoll-browser, and its loss, which ends the logins that it serves. */
void browser_hello(struct monitor *m, struct msg *msg);
void browser_closed(struct monitor *m, const char *why);

void browser_close(struct monitor *m);
void browser_free(struct monitor *m);

#endif
