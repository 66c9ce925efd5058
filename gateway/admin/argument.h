/*
 * argument.h - the words of a command that name a lab or a seat.
 *
 * Process: atoll, atoll-staff.
 */
#ifndef ATOLL_ADMIN_ARGUMENT_H
#define ATOLL_ADMIN_ARGUMENT_H

#include "gateway/base/err.h"
#include "gateway/base/name.h"

/* 0 when it can be the name of a lab. */
int argument_lab(const char *name, struct err *e);

/* Split account+lab. */
int argument_seat(const char *argument, char account[NAME_SIZE],
    char lab[NAME_SIZE], struct err *e);

#endif
