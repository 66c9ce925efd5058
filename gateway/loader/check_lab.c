/* check_lab.c - the checks of a lab's inside. */
#include "gateway/loader/check_lab.h"

#include <inttypes.h>
#include <seccomp.h>
#include <string.h>
#include <sys/resource.h>

#include "gateway/base/denied_calls.h"
#include "gateway/config/config_table.h"
#include "gateway/config/hours.h"
#include "gateway/config/policy.h"
#include "gateway/loader/check_network.h"
#include "gateway/loader/etc.h"
#include "gateway/loader/ulimit.h"

/* open_files is the hard limit of all, init's children included. */
static void
check_ulimits(const struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	int line = line_of(group, "ulimits");

	for (size_t i = 0; i < lab->ulimits.count; i++) {
		struct ulimit u;
		struct err e = { 0 };

		if (ulimit_parse(lab->ulimits.at[i], &u, &e) == -1)
			diagnose(out, lab->file, line, "%s", e.text);
		else if (u.resource == RLIMIT_NOFILE &&
			 u.hard > (uint64_t)lab->open_files)
			diagnose(out, lab->file, line,
			    "ulimits.nofile is more than open_files (%" PRId64
			    ")",
			    lab->open_files);
	}
}

static void
check_workdir(const struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	const char *path = lab->workdir;

	if (path[0] != '\0' && (path[0] != '/' || strstr(path, "..") != NULL))
		diagnose(out, lab->file, line_of(group, "workdir"),
		    "workdir = \"%s\" must be an absolute path without ..",
		    path);
}

/* Pseudo numbers below zero are calls of other architectures. */
static void
check_calls(const struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	int line = line_of(group, "seccomp_allow");

	for (size_t i = 0; i < lab->seccomp_allow.count; i++) {
		const char *name = lab->seccomp_allow.at[i];
		const struct denied_call *no = denied_call(name);

		if (no != NULL && no->why != NULL)
			diagnose(out, lab->file, line,
			    "seccomp_allow: no lab may have %s: %s", name,
			    no->why);
		else if (seccomp_syscall_resolve_name(name) < 0)
			diagnose(out, lab->file, line,
			    "seccomp_allow: \"%s\" is not the name of a system"
			    " call here, see syscalls(2)",
			    name);
	}
	if (lab->seccomp_allow.count > IDS_MAX)
		diagnose(out, lab->file, line,
		    "seccomp_allow has %zu names; at most %d",
		    lab->seccomp_allow.count, IDS_MAX);
}

/* A sandboxes_max above the site's can never be reached: one of the two is a
 * mistake. */
static void
check_places(const struct config *c, const struct lab *lab,
    config_setting_t *group, struct diagnostics *out)
{
	if (lab->sandboxes_max > c->sandboxes_max)
		diagnose_warning(out, lab->file,
		    line_of(group, "sandboxes_max"),
		    "sandboxes_max = %" PRId64 " does nothing: the site has"
		    " %" PRId64,
		    lab->sandboxes_max, c->sandboxes_max);
	if (policy_places(lab) > c->sandboxes_max)
		diagnose(out, lab->file, line_of(group, "machines"),
		    "machines: a seat takes a place for each, and sandboxes_max"
		    " of the site is %" PRId64,
		    c->sandboxes_max);
}

/* More than there is room for could never all stand ready. */
static void
check_warm(const struct config *c, const struct lab *lab,
    config_setting_t *group, struct diagnostics *out)
{
	bool is_labs =
	    lab->sandboxes_max != 0 && lab->sandboxes_max < c->sandboxes_max;
	int64_t most = is_labs ? lab->sandboxes_max : c->sandboxes_max;

	if (lab->warm > most)
		diagnose(out, lab->file, line_of(group, "warm"),
		    "warm = %" PRId64 " is more than sandboxes_max of %s, which"
		    " is %" PRId64 ": ready sandboxes count there, too",
		    lab->warm, is_labs ? "the lab" : "the site", most);
}

static void
check_entrance(const struct lab *lab, struct diagnostics *out)
{
	if (lab->groups.count == 0 && !lab->open && !lab->anonymous)
		diagnose_warning(out, lab->file, 0,
		    "nobody may enter: name groups, or set open = true");
}

/* A terminal waits in its sandbox, so only where that waits. */
static void
check_reattach(struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	if (lab->reattach == REATTACH_AS_LINGER)
		lab->reattach = lab->linger != 0;
	if (lab->reattach && lab->linger == 0)
		diagnose(out, lab->file, line_of(group, "reattach"),
		    "reattach = true needs a sandbox that waits: set linger,"
		    " such as linger = \"15m\", or leave reattach out");
}

/* Instructors may want more than the site, and less only where it does not
 * insist. */
static void
check_apparmor(const struct config *c, struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	if (lab->apparmor == APPARMOR_AS_SITE)
		lab->apparmor = c->apparmor;
	if (c->apparmor == APPARMOR_REQUIRED &&
	    lab->apparmor != APPARMOR_REQUIRED)
		diagnose(out, lab->file, line_of(group, "apparmor"),
		    "apparmor = \"%s\" is less than the site's, which is"
		    " \"required\": leave it out",
		    config_word("apparmor", lab->apparmor));
}

void
check_inside(const struct config *c, struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	check_ulimits(lab, group, out);
	check_workdir(lab, group, out);
	check_etc(lab, group, out);
	check_calls(lab, group, out);
	check_places(c, lab, group, out);
	check_warm(c, lab, group, out);
	check_entrance(lab, out);
	check_hours(lab, group, out);
	check_reattach(lab, group, out);
	check_apparmor(c, lab, group, out);
	check_record(c, lab, group, out);
	check_close(c, lab, group, out);
	check_respond(lab, group, out);
	check_network(c, lab, group, out);
	check_publish(c, lab, group, out);
}
