/*
 * main.c - atoll-signer: the host keys.
 *
 * Process: signer, started by the builder as root with its link to the monitor as
 * descriptor 3.  It reads the files of the host keys, gives up everything, and only
 * then looks at what it has read.  Nobody else has the keys: not the monitor, and
 * no process that speaks with a client.
 */
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/signer/jail.h"
#include "gateway/signer/options.h"
#include "gateway/signer/serve.h"

#define MONITOR_FD 3

static int
parse_keys(struct signer *s, struct options *o, struct err *e)
{
	for (unsigned i = 0; i < o->count; i++) {
		struct private_key *k = &s->keys[s->count++];
		int rc =
		    private_key_parse(k, o->keys[i].text, o->keys[i].path, e);

		explicit_bzero(o->keys[i].text, sizeof(o->keys[i].text));
		if (rc == -1)
			return -1;
		k->is_next = o->keys[i].is_next;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	/* Not on the stack: they are large. */
	static struct options o;
	static struct signer s;
	struct err e = { 0 };

	/* Can it be started at all?  See upgrade/ of the builder. */
	if (argc == 2 && strcmp(argv[1], "-V") == 0) {
		puts("atoll-signer " VERSION);
		return EXIT_SUCCESS;
	}
	/* libcrypto's own configuration is a file, and may name programs. */
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	if (options_read(&o, argc, argv, &e) == 0) {
		closefrom(MONITOR_FD + 1);
		if (signer_open(&s, MONITOR_FD, &e) == 0 &&
		    jail_enter(&o.place, &e) == 0 &&
		    parse_keys(&s, &o, &e) == 0 && signer_serve(&s, &e) == 0)
			_exit(EXIT_SUCCESS);
	}
	log_error(NULL, "atoll-signer: %s", e.text);
	_exit(EXIT_FAILURE);
}
