/*
 * secret.h - a password is asked for at the terminal.
 */
#ifndef ATOLL_LAB_SECRET_H
#define ATOLL_LAB_SECRET_H

#include <stdbool.h>

#include "gateway/wire/msg.h"

/* Without echo, at the terminal that the program was started from, wherever its
 * input comes from.  False: there is none, or nothing was typed, which was told.  The
 * caller wipes it. */
bool secret_ask(const char *prompt, char secret[SECRET_SIZE]);

#endif
