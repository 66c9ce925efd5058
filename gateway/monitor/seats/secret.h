/*
 * secret.h - a secret of each seat.			Process: monitor.
 *
 * A lab's setup derives from it what is to differ from student to student, such
 * as a flag, and its check derives the same again.  The secret follows from a
 * key of the site, the account and the lab: so it is the same after a restart,
 * and a student who has one cannot find another's.
 */
#ifndef ATOLL_MONITOR_SEATS_SECRET_H
#define ATOLL_MONITOR_SEATS_SECRET_H

#include <stddef.h>

#include "gateway/base/err.h"

#define SECRET_KEY_SIZE 32
#define SECRET_HEX_SIZE 65

struct secret {
	unsigned char key[SECRET_KEY_SIZE];
};

/* As root: read the key from state_dir, or make one there. */
int secret_open(struct secret *s, const char *state_dir, struct err *e);

/* HMAC-SHA256 of so many bytes by the site's key, in hex.  What is signed for another
 * purpose than a seat's secret begins with what no account's name begins with.  -1: as
 * below. */
int secret_sign(const struct secret *s, const void *text, size_t size,
    char hex[SECRET_HEX_SIZE]);

/* HMAC-SHA256 of account, a NUL and lab, in hex.  -1: OpenSSL had no memory, or
 * its configuration no SHA-256. */
int secret_of_seat(const struct secret *s, const char *account, const char *lab,
    char hex[SECRET_HEX_SIZE], struct err *e);

#endif
