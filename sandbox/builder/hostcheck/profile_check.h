/*
 * profile_check.h - is there what labs want of AppArmor?
 */
#ifndef ATOLL_BUILDER_HOSTCHECK_PROFILE_CHECK_H
#define ATOLL_BUILDER_HOSTCHECK_PROFILE_CHECK_H

#include "sandbox/builder/hostcheck/host_rows.h"
#include "sandbox/builder/plan.h"

/* A row for the profile; an error where a lab cannot start without. */
void profile_check(const struct plan_table *t, struct host_rows *f);

/* Can its refusals be told?  Asks for what atolld needs for that. */
void audit_check(struct host_rows *f);

/* In the log, at a load: do sandboxes go without? */
void profile_log(const struct plan_table *t);

#endif
