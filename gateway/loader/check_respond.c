/* check_respond.c - is what follows a hostile seat said once, of use,
 * and can this host do it? */
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "gateway/loader/check.h"
#include "gateway/loader/check_lab.h"

/* By cgroup2, or by the freezer of version 1, as sandbox/builder/cgroup/freezer.c
 * does it.  Where the mounts cannot be seen, the builder says so. */
static bool
can_freeze(void)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	char buffer[4096];
	struct mntent m;
	bool can = mounts == NULL;

	while (
	    !can && getmntent_r(mounts, &m, buffer, sizeof(buffer)) != NULL) {
		can = strcmp(m.mnt_type, "cgroup2") == 0 ||
		      (strcmp(m.mnt_type, "cgroup") == 0 &&
			  hasmntopt(&m, "freezer") != NULL);
	}
	if (mounts != NULL)
		endmntent(mounts);
	return can;
}

static void
check_groups(const struct respond *r, size_t count, const char *file, int line,
    struct diagnostics *out)
{
	if (count > 1)
		diagnose(out, file, line, "respond is there twice");
	if (count != 0 &&
	    (r->probes == RESPOND_FREEZE || r->load == RESPOND_FREEZE ||
		r->limits == RESPOND_FREEZE) &&
	    !can_freeze())
		diagnose(out, file, line,
		    "\"freeze\" cannot be done on this host: mount cgroup2, or"
		    " the freezer of version 1, or say \"slow\"");
	if (count == 0 || r->lock == 0 || r->probes == RESPOND_END ||
	    r->load == RESPOND_END || r->limits == RESPOND_END)
		return;
	diagnose(out, file, line,
	    "respond.lock locks the account of a seat that is ended: set"
	    " probes, load or limits to \"end\", or leave lock out");
}

void
check_site_respond(const struct config *c, config_setting_t *group,
    struct diagnostics *out)
{
	check_groups(c->respond, c->respond_count, c->file,
	    line_of(group, "respond"), out);
}

void
check_respond(const struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	check_groups(lab->respond, lab->respond_count, lab->file,
	    line_of(group, "respond"), out);
}
