/* privs.c - become an unprivileged user, and prove it. */
#include "gateway/base/privs.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "gateway/base/scope.h"

static void
free_cap(cap_t *c)
{
	if (*c != NULL)
		cap_free(*c);
}
#define FREES_CAP __attribute__((cleanup(free_cap)))

/* Drop from the bounding set what the mask does not name. */
static int
cut_bounding(uint64_t mask, struct err *e)
{
	for (cap_value_t c = 0; c < cap_max_bits(); c++) {
		if ((mask >> c & 1) == 0 && cap_drop_bound(c) == -1)
			return err_set(e, errno, "drop bounding %d", c);
	}
	return 0;
}

/* Permitted and effective are the mask, inheritable nothing; NULL with e filled. */
static cap_t
make_caps(uint64_t mask, struct err *e)
{
	FREES_CAP cap_t caps = cap_init();

	if (caps == NULL) {
		err_set(e, errno, "cap_init");
		return NULL;
	}
	for (cap_value_t c = 0; c < cap_max_bits(); c++) {
		if ((mask >> c & 1) == 0)
			continue;
		if (cap_set_flag(caps, CAP_PERMITTED, 1, &c, CAP_SET) == -1 ||
		    cap_set_flag(caps, CAP_EFFECTIVE, 1, &c, CAP_SET) == -1) {
			err_set(e, errno, "cap_set_flag %d", c);
			return NULL;
		}
	}
	return take_ptr(&caps);
}

static int
set_caps(uint64_t mask, struct err *e)
{
	FREES_CAP cap_t caps = make_caps(mask, e);

	if (caps == NULL)
		return -1;
	if (cap_set_proc(caps) == -1)
		return err_set(e, errno, "cap_set_proc");
	return 0;
}

int
privs_limit_but(uint64_t mask, uint64_t bounding, struct err *e)
{
	if (cut_bounding(bounding, e) == -1 || set_caps(mask, e) == -1)
		return -1;
	return 0;
}

int
privs_limit(uint64_t mask, struct err *e)
{
	return privs_limit_but(mask, mask, e);
}

bool
privs_has(int capability)
{
	FREES_CAP cap_t caps = cap_get_proc();
	cap_flag_value_t is_set = CAP_CLEAR;

	return caps != NULL &&
	       cap_get_flag(caps, capability, CAP_PERMITTED, &is_set) == 0 &&
	       is_set == CAP_SET;
}

int
privs_keep(uint64_t mask, struct err *e)
{
	return privs_has(CAP_SETPCAP) ? privs_limit(mask, e)
				      : set_caps(mask, e);
}

/* What was given up must be gone: each of these has failed somewhere. */
static int
verify_drop(uid_t uid, gid_t gid, uint64_t mask, struct err *e)
{
	FREES_CAP cap_t now = cap_get_proc();
	FREES_CAP cap_t wanted = make_caps(mask, e);
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid;

	if (getresuid(&ruid, &euid, &suid) == -1 ||
	    getresgid(&rgid, &egid, &sgid) == -1)
		return err_set(e, errno, "read back ids");
	if (ruid != uid || euid != uid || suid != uid || rgid != gid ||
	    egid != gid || sgid != gid || getgroups(0, NULL) != 0)
		return err_set(e, EPERM, "ids were not dropped");
	if (setresuid(0, 0, 0) == 0 || setresgid(0, 0, 0) == 0)
		return err_set(e, EPERM, "root came back");
	if (now == NULL || wanted == NULL || cap_compare(now, wanted) != 0)
		return err_set(e, EPERM, "capabilities were not dropped");
	return 0;
}

/* Capabilities outlive the change of ids only where that is asked for. */
int
privs_drop_but(uid_t uid, gid_t gid, uint64_t mask, struct err *e)
{
	if (uid == 0 || gid == 0)
		return err_set(e, EINVAL, "drop to root");
	if (cut_bounding(0, e) == -1)
		return -1;
	if (mask != 0 && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == -1)
		return err_set(e, errno, "PR_SET_KEEPCAPS");
	if (setgroups(0, NULL) == -1 || setresgid(gid, gid, gid) == -1 ||
	    setresuid(uid, uid, uid) == -1)
		return err_set(e, errno, "become user %u", uid);
	if (set_caps(mask, e) == -1)
		return -1;
	if (mask != 0 && prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) == -1)
		return err_set(e, errno, "PR_SET_KEEPCAPS");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		return err_set(e, errno, "prctl");
	return verify_drop(uid, gid, mask, e);
}

int
privs_drop(uid_t uid, gid_t gid, struct err *e)
{
	return privs_drop_but(uid, gid, 0, e);
}

int
privs_stay_dropped(struct err *e)
{
	uid_t uid = getuid();

	if (uid == 0)
		return err_set(e, EPERM, "still root");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		return err_set(e, errno, "prctl");
	return verify_drop(uid, getgid(), 0, e);
}

int
privs_user(const char *name, uid_t *uid, gid_t *gid, struct err *e)
{
	struct passwd *pw = getpwnam(name);

	if (pw == NULL)
		return err_set(e, 0,
		    "user %s does not exist: make it with"
		    " 'useradd --system --user-group --no-create-home"
		    " --shell /usr/sbin/nologin %s'",
		    name, name);
	*uid = pw->pw_uid;
	*gid = pw->pw_gid;
	return 0;
}
