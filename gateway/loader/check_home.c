/* check_home.c - can the user's home be what the lab wants of it? */
#include <inttypes.h>
#include <string.h>

#include "gateway/config/config_table.h"
#include "gateway/loader/check.h"

/* Would a mount at that path lie over the home? */
static bool
hides(const char *target, const char *home)
{
	size_t n = strlen(target);

	while (n > 1 && target[n - 1] == '/')
		n--;
	return strncmp(target, home, n) == 0 &&
	       (home[n] == '/' || home[n] == '\0');
}

void
check_home(const struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	const char *home = config_word("home", lab->home_kind);
	int line = line_of(group, "home");

	if (lab->home_kind == HOME_FRESH)
		return;
	if (lab->home_inodes > lab->home_disk / 4096)
		diagnose(out, lab->file, line_of(group, "home_inodes"),
		    "home_inodes (%" PRId64 ") must be at most one for each 4K"
		    " of home_disk (%" PRId64 "): each file takes that much",
		    lab->home_inodes, lab->home_disk / 4096);
	if (lab->shell[0] == '/' && lab->shell[1] == '\0')
		return; /* there is no such user, which image_check() says */
	if (strspn(lab->home, "/") == strlen(lab->home))
		diagnose(out, lab->file, line,
		    "home = \"%s\" keeps the home of user %s, which is %s in"
		    " image %s: give that user a directory of its own",
		    home, lab->user, lab->home, lab->image);
	for (size_t i = 0; i < lab->mount_count; i++) {
		if (hides(lab->mounts[i].target, lab->home))
			diagnose(out, lab->file, line_of(group, "mounts"),
			    "the mount at %s would hide the home of user %s,"
			    " %s, which home = \"%s\" keeps",
			    lab->mounts[i].target, lab->user, lab->home, home);
	}
}

/* Files of a home belong to a number: labs that share it should agree on
 * whose. */
void
check_shared_homes(const struct config *c, struct diagnostics *out)
{
	const struct lab *first = NULL;

	for (size_t i = 0; i < c->lab_count; i++) {
		const struct lab *lab = &c->labs[i];

		if (lab->home_kind != HOME_ACCOUNT)
			continue;
		if (first == NULL)
			first = lab;
		if (lab->uid != first->uid)
			diagnose_warning(out, lab->file, 0,
			    "user %s has id %u here, and %s has %u in lab %s:"
			    " in the home that they share, files of the one"
			    " are not the other's",
			    lab->user, lab->uid, first->user, first->uid,
			    first->name);
	}
}
