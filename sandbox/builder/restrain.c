/* restrain.c - a sandbox that is slowed, or frozen, because it looked hostile. */
#include "sandbox/builder/restrain.h"

/* Its lab may be another one by now: what it had is what its group says. */
static int
slow(struct site *site, struct sandbox *s, struct err *e)
{
	uint64_t least = cgroup_quota(SLOWED_PERCENT);
	uint64_t had = cgroup_quota_get(&site->cgroups, &s->cgroup);

	if (s->quota != 0)
		return 0; /* it is */
	if (had == 0)
		return err_set(e, 0, "its processor time cannot be read");
	if (had > least &&
	    cgroup_quota_set(&site->cgroups, &s->cgroup, least, e) == -1)
		return -1;
	s->quota = had;
	return 0;
}

static int
unslow(struct site *site, struct sandbox *s, struct err *e)
{
	if (s->quota == 0)
		return 0;
	if (cgroup_quota_set(&site->cgroups, &s->cgroup, s->quota, e) == -1)
		return -1;
	s->quota = 0;
	return 0;
}

/* A half of freezing that failed must not stay. */
static int
freeze(struct site *site, struct sandbox *s, struct err *e)
{
	struct err ignored;

	if (freezer_freeze(&site->cgroups, &s->cgroup, e) == 0)
		return 0;
	freezer_thaw(&site->cgroups, &s->cgroup, &ignored);
	return -1;
}

int
restrain(struct site *site, struct sandbox *s, enum restraint next,
    struct err *e)
{
	int rc = 0;

	if (s->restraint == RESTRAINT_FROZEN && next != RESTRAINT_FROZEN)
		rc = freezer_thaw(&site->cgroups, &s->cgroup, e);
	if (rc == 0 && next == RESTRAINT_NONE)
		rc = unslow(site, s, e);
	else if (rc == 0 && next == RESTRAINT_SLOWED)
		rc = slow(site, s, e);
	else if (rc == 0 && next == RESTRAINT_FROZEN)
		rc = freeze(site, s, e);
	if (rc == 0)
		s->restraint = next;
	return rc;
}

void
restrain_let_die(struct site *site, struct sandbox *s)
{
	struct err e;

	if (s->restraint == RESTRAINT_FROZEN &&
	    freezer_thaw(&site->cgroups, &s->cgroup, &e) == -1)
		log_error(&s->tag, "cannot thaw: %s", e.text);
}
