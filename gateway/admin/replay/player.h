/*
 * player.h - a recording on one's own terminal, with its times.
 *							Process: atoll, staff.
 *
 * What is played passes terminal_filter.h, so that no file, whoever made it, makes
 * this terminal answer, or reaches its clipboard.
 */
#ifndef ATOLL_ADMIN_REPLAY_PLAYER_H
#define ATOLL_ADMIN_REPLAY_PLAYER_H

#include <stdio.h>

#include "gateway/base/err.h"

/* Play the file, which can be read from any place, until its end or until it is
 * left.  Standard input and output are a terminal.  -1: it is no recording. */
int player_run(FILE *from, const char *name, struct err *e);

#endif
