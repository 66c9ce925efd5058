/*
 * ask.h - one request to init, and its answer.
 */
#ifndef ATOLL_LAB_ASK_H
#define ATOLL_LAB_ASK_H

#include "gateway/wire/lab_protocol.h"

/* Ask, print what comes, and return the exit status. */
int ask(enum lab_command command);

#endif
