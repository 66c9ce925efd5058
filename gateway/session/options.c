/* options.c - atoll-session's command line. */
#include "gateway/session/options.h"

#include <stdbool.h>
#include <unistd.h>

#include "gateway/base/confine.h"

#ifdef SHARED_LIBSSH
#define KEYS " -k host_key ... [-n next_host_key ...]"
#define WANT "u:g:e:k:n:"
#else
#define KEYS ""
#define WANT "u:g:e:"
#endif
#define USAGE "usage: atoll-session -u uid -g gid -e empty_dir" KEYS

static int
add_host_key(struct options *o, const char *path, bool is_next, struct err *e)
{
	if (o->host_key_count + o->next_key_count == HOST_KEYS_MAX)
		return err_set(e, 0, "more than %d host keys", HOST_KEYS_MAX);
	if (is_next)
		o->next_keys[o->next_key_count++] = path;
	else
		o->host_keys[o->host_key_count++] = path;
	return 0;
}

static int
parse_one(struct options *o, int option, struct err *e)
{
	switch (option) {
	case 'u':
		return confine_parse_id(optarg, &o->uid, e);
	case 'g':
		return confine_parse_id(optarg, &o->gid, e);
	case 'e':
		o->empty_dir = optarg;
		return 0;
	case 'k':
		return add_host_key(o, optarg, false, e);
	case 'n':
		return add_host_key(o, optarg, true, e);
	default:
		return err_set(e, 0, USAGE);
	}
}

int
options_parse(struct options *o, int argc, char *argv[], struct err *e)
{
	int option;

	*o = (struct options){ 0 };
	while ((option = getopt(argc, argv, WANT)) != -1) {
		if (parse_one(o, option, e) == -1)
			return -1;
	}
	if (optind != argc || o->uid == 0 || o->gid == 0 ||
	    o->empty_dir == NULL || (!HAS_SIGNER && o->host_key_count == 0))
		return err_set(e, 0, USAGE);
	return 0;
}
