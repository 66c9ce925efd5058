/*
 * serve.h - the loop of atoll-names.
 */
#ifndef ATOLL_NAMES_SERVE_H
#define ATOLL_NAMES_SERVE_H

#include "gateway/names/names.h"

/* Where sandboxes ask, for root in the router's namespace; -1 with e. */
int serve_open(struct err *e);

/* Until the builder or atoll-net is gone: 0.  -1: one of them said what cannot be. */
int names_serve(struct names *n, struct err *e);

#endif
