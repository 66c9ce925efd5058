/* options.c - atoll-signer's command line, and the files that it names. */
#include "gateway/signer/options.h"

#include <unistd.h>

#define USAGE                                                                  \
	"usage: atoll-signer -u uid -g gid -e empty_dir -k host_key ..."       \
	" [-n next_host_key ...]"

static int
add_key(struct options *o, const char *path, bool is_next, struct err *e)
{
	struct key_text *k;

	if (o->count == HOST_KEYS_MAX)
		return err_set(e, 0, "more than %d host keys", HOST_KEYS_MAX);
	k = &o->keys[o->count++];
	k->path = path;
	k->is_next = is_next;
	return key_file_read(path, k->text, e);
}

static int
parse_one(struct options *o, int option, struct err *e)
{
	switch (option) {
	case 'u':
		return confine_parse_id(optarg, &o->place.uid, e);
	case 'g':
		return confine_parse_id(optarg, &o->place.gid, e);
	case 'e':
		o->place.empty_dir = optarg;
		return 0;
	case 'k':
		return add_key(o, optarg, false, e);
	case 'n':
		return add_key(o, optarg, true, e);
	default:
		return err_set(e, 0, USAGE);
	}
}

int
options_read(struct options *o, int argc, char **argv, struct err *e)
{
	int option;

	while ((option = getopt(argc, argv, "u:g:e:k:n:")) != -1) {
		if (parse_one(o, option, e) == -1)
			return -1;
	}
	if (optind != argc || o->place.uid == 0 || o->place.gid == 0 ||
	    o->place.empty_dir == NULL || o->count == 0)
		return err_set(e, 0, USAGE);
	return 0;
}
