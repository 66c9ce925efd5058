/*
 * load.c - the load generator: many SSH clients in one process.
 *
 * tests/bench/run starts it against atoll and its peers; by hand it measures
 * any server that one key or one password opens:
 *
 *	load latency -p 2222 -k key -u alice -n 100 -x true
 */
#include <getopt.h>
#include <libssh/libssh.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/modes.h"

static const struct mode {
	const char *name;
	int (*run)(const struct load *l);
} modes[] = {
	{ "latency", mode_latency },
	{ "rate", mode_rate },
	{ "burst", mode_burst },
	{ "idle", mode_idle },
	{ "echo", mode_echo },
	{ "streams", mode_streams },
	{ "typing", mode_typing },
	{ "reattach", mode_reattach },
};

#define MODES (sizeof(modes) / sizeof(modes[0]))

_Noreturn static void
usage(void)
{
	fprintf(stderr,
	    "usage: load latency|rate|burst|idle|echo|streams|typing|reattach"
	    " -p PORT\n"
	    "  -u ACCOUNT\n"
	    "  -h HOST      127.0.0.1\n"
	    "  -k FILE      private key, or -P PASSWORD\n"
	    "  -a COUNT     accounts ACCOUNT000, ACCOUNT001, ... in turn\n"
	    "  -l LAB       to be entered, with -a; the server's choice when"
	    " there is none\n"
	    "  -x COMMAND   what to run; the shell when there is none\n"
	    "  -n COUNT     sessions, or keys (100)\n"
	    "  -c CLIENTS   at a time, for rate; who stream, or type (8)\n"
	    "  -t SECONDS   at most, for rate (10)\n"
	    "  -w MS        pause between two, for latency, echo and reattach "
	    "(0)\n"
	    "  -T SECONDS   patience with each step (60)\n"
	    "  -q           acknowledge packets at once\n");
	exit(2);
}

static unsigned
number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || n > 1000000)
		usage();
	return (unsigned)n;
}

static ssh_key
key_load(const char *path)
{
	ssh_key key;

	if (ssh_pki_import_privkey_file(path, NULL, NULL, NULL, &key) == SSH_OK)
		return key;
	fprintf(stderr, "load: cannot read the key %s\n", path);
	exit(2);
}

static struct load
options_parse(int argc, char **argv)
{
	struct load l = {
		.target = { .host = "127.0.0.1", .timeout_s = 60 },
		.count = 100,
		.clients = 8,
		.seconds = 10,
	};
	int c;

	while ((c = getopt(argc, argv, "h:p:u:k:P:a:l:x:n:c:t:w:T:q")) != -1) {
		switch (c) {
		case 'h':
			l.target.host = optarg;
			break;
		case 'p':
			l.target.port = number(optarg);
			break;
		case 'u':
			l.target.account = optarg;
			break;
		case 'k':
			l.target.key = key_load(optarg);
			break;
		case 'P':
			l.target.password = optarg;
			break;
		case 'a':
			l.target.accounts = number(optarg);
			break;
		case 'l':
			l.target.lab = optarg;
			break;
		case 'x':
			l.command = optarg;
			break;
		case 'n':
			l.count = number(optarg);
			break;
		case 'c':
			l.clients = number(optarg);
			break;
		case 't':
			l.seconds = number(optarg);
			break;
		case 'w':
			l.pause_ms = number(optarg);
			break;
		case 'T':
			l.target.timeout_s = number(optarg);
			break;
		case 'q':
			l.target.quickack = true;
			break;
		default:
			usage();
		}
	}
	if (l.target.port == 0 || l.target.account == NULL || l.count == 0 ||
	    (l.target.key == NULL) == (l.target.password == NULL))
		usage();
	return l;
}

int
main(int argc, char **argv)
{
	const struct mode *mode = NULL;
	struct load l;
	int rc;

	for (size_t i = 0; argc > 1 && i < MODES; i++) {
		if (strcmp(argv[1], modes[i].name) == 0)
			mode = &modes[i];
	}
	if (mode == NULL)
		usage();
	ssh_init();
	l = options_parse(argc - 1, argv + 1);
	rc = mode->run(&l);
	ssh_key_free(l.target.key);
	return rc == 0 ? 0 : 1;
}
