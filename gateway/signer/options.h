/*
 * options.h - atoll-signer's command line, and the files that it names.
 *							Process: signer.
 */
#ifndef ATOLL_SIGNER_OPTIONS_H
#define ATOLL_SIGNER_OPTIONS_H

#include <stdbool.h>

#include "gateway/base/confine.h"
#include "gateway/base/key_file.h"
#include "gateway/wire/msg.h"

/* A host key's file, as it is there. */
struct key_text {
	const char *path; /* in argv */
	bool is_next;
	char text[KEY_FILE_MAX];
};

struct options {
	struct confinement place;
	unsigned count;
	struct key_text keys[HOST_KEYS_MAX];
};

/* Read the command line, and all files that it names: as root. */
int options_read(struct options *o, int argc, char **argv, struct err *e);

#endif
