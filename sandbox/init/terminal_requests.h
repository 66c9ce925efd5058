/*
 * terminal_requests.h - what the student's lab program, and the monitor, ask about
 * terminals.
 */
#ifndef ATOLL_INIT_TERMINAL_REQUESTS_H
#define ATOLL_INIT_TERMINAL_REQUESTS_H

#include "sandbox/init/context.h"

/* lab_requests_hear(): terminals, new and attach.  init is a struct init; c is
 * answered. */
void terminal_requests_asked(void *init, struct lab_client *c);

/* TERMINALS_GET of the monitor. */
void terminal_requests_get(struct init *in, uint32_t serial);

#endif
