/*
 * main.c - atoll-collector: keeps and signs what students of an exam have done.
 *
 * Process: collector, started by the builder as root, when the first sandbox of a lab
 * with close = "collect" comes to its end, with its link to the monitor as descriptor 3
 * and state_dir/collected as descriptor 4.  It never looks into an archive: the builder's
 * helper writes it, and here it is hashed.
 */
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/collector/jail.h"
#include "gateway/collector/serve.h"

#define MONITOR_FD 3
#define DIR_FD	   4

int
main(int argc, char **argv)
{
	struct confinement place;
	struct err e = { 0 };

	/* Can it be started at all?  See upgrade/ of the builder. */
	if (argc == 2 && strcmp(argv[1], "-V") == 0) {
		puts("atoll-collector " VERSION);
		return EXIT_SUCCESS;
	}
	/* libcrypto's own configuration is a file, and may name programs. */
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	if (jail_options(&place, argc, argv, &e) == 0) {
		closefrom(DIR_FD + 1);
		if (jail_enter(&place, DIR_FD, &e) == 0 &&
		    collector_serve(MONITOR_FD, DIR_FD, &e) == 0)
			_exit(EXIT_SUCCESS);
	}
	log_error(NULL, "atoll-collector: %s", e.text);
	_exit(EXIT_FAILURE);
}
