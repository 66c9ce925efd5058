/*
 * homes.h - the homes that are kept, for people and for scripts.
 */
#ifndef ATOLL_ADMIN_HOMES_H
#define ATOLL_ADMIN_HOMES_H

#include <stdio.h>

#include "gateway/wire/msg.h"

void print_homes(FILE *out, const struct msg_kept *homes, size_t count);
void json_homes(FILE *out, const struct msg_kept *homes, size_t count);

#endif
