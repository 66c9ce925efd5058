/* profile_check.c - is there what labs want of AppArmor? */
#include "sandbox/builder/hostcheck/profile_check.h"

#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "sandbox/builder/apparmor/audit.h"
#include "sandbox/builder/apparmor/profile.h"

/* The first lab that says so, or NULL. */
static const char *
who_says(const struct plan_table *t, enum apparmor how)
{
	for (size_t i = 0; i < t->count; i++) {
		if (t->plan[i]->spec.apparmor == how)
			return t->plan[i]->spec.lab;
	}
	return NULL;
}

/* Where it cannot be seen, the start of a sandbox decides. */
static bool
is_missing(enum profile_state state)
{
	return state != PROFILE_LOADED && state != PROFILE_UNSEEN;
}

/* Without AppArmor there is nothing to be done, unless a lab insists. */
static void
cure(struct host_row *row, enum profile_state state)
{
	if (profile_cure(state) != NULL)
		host_row_cure(row, "%s", profile_cure(state));
	else
		host_row_cure(row,
		    "boot a kernel with AppArmor, as Debian's are, without"
		    " apparmor=0; or say apparmor = \"try\"");
}

void
profile_check(const struct plan_table *t, struct host_rows *f)
{
	enum profile_state state = profile_find();
	const char *needs = who_says(t, APPARMOR_REQUIRED);
	bool is_wanted = needs != NULL || who_says(t, APPARMOR_TRY) != NULL;
	struct host_row *row;

	if (needs != NULL && is_missing(state)) {
		row = host_row_add(f, LEVEL_ERROR, "AppArmor profile",
		    "%s, and lab %s has apparmor = \"required\"",
		    profile_says(state), needs);
		cure(row, state);
	} else if (!is_wanted || profile_cure(state) == NULL) {
		host_row_add(f, LEVEL_OK, "AppArmor profile", "%s%s",
		    profile_says(state),
		    is_wanted ? "" : "; no lab has apparmor = \"try\"");
	} else {
		row = host_row_add(f, LEVEL_WARNING, "AppArmor profile",
		    "%s: sandboxes go without", profile_says(state));
		cure(row, state);
	}
}

void
audit_check(struct host_rows *f)
{
	CLOSES int fd = -1;
	struct err e;

	if (profile_find() == PROFILE_NO_APPARMOR)
		return;
	fd = audit_open(&e);
	if (fd != -1) {
		host_row_add(f, LEVEL_OK, "AppArmor's refusals",
		    "the kernel tells them");
		return;
	}
	host_row_cure(host_row_add(f, LEVEL_WARNING, "AppArmor's refusals",
			  "not told: %s", e.text),
	    "it needs CAP_AUDIT_READ, and a kernel that was not booted with"
	    " audit=0");
}

void
profile_log(const struct plan_table *t)
{
	enum profile_state state = profile_find();
	const char *lab = who_says(t, APPARMOR_TRY);

	if (lab == NULL || state == PROFILE_LOADED)
		return;
	if (profile_cure(state) == NULL)
		log_info(NULL, "%s: sandboxes go without a profile",
		    profile_says(state));
	else
		log_warn(NULL,
		    "%s: sandboxes, as those of lab %s, go without:"
		    " %s",
		    profile_says(state), lab, profile_cure(state));
}
