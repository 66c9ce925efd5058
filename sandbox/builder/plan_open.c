/* plan_open.c - what the plans name is opened, and their filters compiled. */
#include "sandbox/builder/plan_open.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>

#include "sandbox/builder/fs/rootfs.h"
#include "sandbox/builder/seccomp/harden.h"

static int
open_plan(struct plan *p, struct err *e)
{
	unsigned lab = p->spec.seccomp == SECCOMP_DEBUG ? HARDEN_DEBUG : 0;

	if ((p->spec.capabilities >> CAP_NET_RAW & 1) != 0)
		lab |= HARDEN_RAW;
	if (p->spec.aslr == 0)
		lab |= HARDEN_STILL;
	if (p->spec.tell_calls != 0)
		lab |= HARDEN_TELL;
	if (rootfs_open(p, e) == -1 ||
	    harden_compile(lab, &p->spec.calls, &p->allow, &p->deny, e) == -1)
		return err_wrap(e, "lab %s", p->spec.lab);
	return 0;
}

int
plan_table_open(struct plan_table *t, struct err *e)
{
	char path[PATH_SIZE + 16];

	snprintf(path, sizeof(path), "%s/atoll-init", t->site.libexec_dir);
	t->init = open(path, O_PATH | O_CLOEXEC);
	if (t->init == -1)
		return err_set(e, errno, "%s", path);
	for (size_t i = 0; i < t->count; i++) {
		if (open_plan(t->plan[i], e) == -1)
			return -1;
	}
	return 0;
}
