/*
 * serve.h - a fork for each terminal, for as long as there is a monitor.
 *							Process: browser.
 */
#ifndef ATOLL_BROWSER_SERVE_H
#define ATOLL_BROWSER_SERVE_H

#include "gateway/browser/jail.h"

/* Until the link closes; the terminals that there are go on.  -1: it cannot begin, or the
 * monitor is of another build. */
int browser_serve(const struct jail *jail, int link, struct err *e);

#endif
