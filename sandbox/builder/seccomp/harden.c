/*
 * harden.c - what a sandbox's processes may not do, whoever they are inside.
 *
 * The order in harden_self() is forced: the bounding set needs CAP_SETPCAP,
 * the filters need no_new_privs or CAP_SYS_ADMIN, which the exec takes, and the
 * second filter needs the first one to let seccomp(2) through.
 */
#include "sandbox/builder/seccomp/harden.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BIT(cap) (UINT64_C(1) << (cap))

/* What root of a sandbox is left: administration of its own files and
 * processes.  A lab adds to these with its capabilities.  It is the most that a
 * set-uid program or a file's capabilities give, too, where a lab has setuid:
 * sudo, su, passwd, newgrp, cron and adduser of Debian need no other. */
static const uint64_t root_capabilities =
    BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FOWNER) | BIT(CAP_FSETID) |
    BIT(CAP_KILL) | BIT(CAP_SETGID) | BIT(CAP_SETUID) | BIT(CAP_SETPCAP) |
    BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_SYS_CHROOT) | BIT(CAP_SETFCAP) |
    BIT(CAP_AUDIT_WRITE);

/* Links to its sessions, and what it opens for them: init's own need, which the
 * lab's open_files must not cut.  Its children get those, see child.c. */
#define INIT_FILES 256

/* Timers and queued signals of a sandbox, which is one user to the kernel: as
 * many may expire in one tick, with interrupts off.  A lab's ulimits may say
 * more. */
#define SIGNALS_PENDING 2048

static int
limit(int resource, rlim_t value, const char *name, struct err *e)
{
	struct rlimit r = { .rlim_cur = value, .rlim_max = value };

	if (setrlimit((__rlimit_resource_t)resource, &r) == -1)
		return err_set(e, errno, "%s=%llu", name,
		    (unsigned long long)value);
	return 0;
}

static int
cut_bounding(uint64_t keep, struct err *e)
{
	for (unsigned long c = 0; c <= CAP_LAST_CAP; c++) {
		if ((keep >> c & 1) != 0)
			continue;
		/* EINVAL: this kernel is older than that capability. */
		if (prctl(PR_CAPBSET_DROP, c, 0, 0, 0) == -1 && errno != EINVAL)
			return err_set(e, errno, "drop capability %lu", c);
	}
	return 0;
}

static int
limit_files(rlim_t open_files, struct err *e)
{
	struct rlimit host;

	if (getrlimit(RLIMIT_NOFILE, &host) == -1)
		return err_set(e, errno, "open files");
	if (open_files < INIT_FILES)
		open_files =
		    host.rlim_max < INIT_FILES ? host.rlim_max : INIT_FILES;
	return limit(RLIMIT_NOFILE, open_files, "open files", e);
}

/* Ulimits of a lab are resource, soft, hard: see plan.h. */
static int
limit_signals(const struct numbers *u, struct err *e)
{
	struct rlimit host;
	rlim_t most = SIGNALS_PENDING;

	for (uint32_t i = 0; i + 2 < u->count; i += 3) {
		if (u->at[i] == RLIMIT_SIGPENDING)
			most = u->at[i + 2];
	}
	if (getrlimit(RLIMIT_SIGPENDING, &host) == -1)
		return err_set(e, errno, "pending signals");
	if (most > host.rlim_max)
		most = host.rlim_max;
	return limit(RLIMIT_SIGPENDING, most, "pending signals", e);
}

/* There is one listener in a chain of filters, and it may be that of whoever keeps
 * all of us in a container. */
static int
install_deny(const struct plan *p, int *listener, struct err *e)
{
	*listener = -1;
	if (p->spec.tell_calls == 0)
		return filter_install(&p->deny, e);
	if (filter_install_listening(&p->deny, listener, e) == 0)
		return 0;
	return e->code == EBUSY ? filter_install(&p->deny, e) : -1;
}

int
harden_self(const struct plan *p, int *listener, struct err *e)
{
	if (limit_files(p->spec.open_files, e) == -1 ||
	    limit_signals(&p->spec.ulimits, e) == -1 ||
	    limit(RLIMIT_CORE, 0, "core size", e) == -1)
		return -1;
	/* ENOSYS: a kernel without keys has none to inherit. */
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) == -1 &&
	    errno != ENOSYS)
		return err_set(e, errno, "session keyring");
	if (cut_bounding(root_capabilities | p->spec.capabilities, e) == -1)
		return -1;
	/* Filters stay across the exec of a set-uid program, as the bounding set
	 * and the namespaces do. */
	if (p->spec.setuid == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return err_set(e, errno, "no_new_privs");
	if (filter_install(&p->allow, e) == -1)
		return -1;
	return install_deny(p, listener, e);
}
