/*
 * options.h - atoll-session's command line.   Process: session (zygote).
 */
#ifndef ATOLL_SESSION_OPTIONS_H
#define ATOLL_SESSION_OPTIONS_H

#include <sys/types.h>

#include "gateway/base/err.h"
#include "gateway/session/transport/hostkey.h"

/* The texts are argv's. */
struct options {
	uid_t uid;
	gid_t gid;
	const char *empty_dir;
	const char *host_keys[HOST_KEYS_MAX];
	unsigned host_key_count;
	const char *next_keys[HOST_KEYS_MAX]; /* announced only */
	unsigned next_key_count;	      /* with those at most the same */
};

int options_parse(struct options *o, int argc, char *argv[], struct err *e);

#endif
