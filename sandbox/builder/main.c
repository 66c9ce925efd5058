/*
 * main.c - atoll-builder: makes sandboxes, and unmakes them.
 *
 * Root, because only root can map a range of user ids, mount an overlay and
 * make a cgroup.  For that reason it takes nothing from anybody but numbers and
 * the names of labs: what a lab is comes from the configuration, by way of a
 * loader of its own.  It opens no sockets and sees no byte of a user's.
 *
 * Descriptor 3 is the link to the monitor.  When it closes, the monitor has crashed,
 * and sandboxes live on until the next one comes (heir.c).  Descriptor 5 is the link
 * to the supervisor: when that closes, all sandboxes are demolished and the builder
 * exits; without it, descriptor 3 means that.  Descriptor 4, if it is there, is the
 * lock on the run directory: held until then, it keeps the next atolld waiting.
 *
 * With -H it only looks at the host, and descriptor 3 is the link to atoll.  With
 * -u it goes on with the sandboxes of the builder that it was exec'd from, see
 * upgrade/; with -R beside that it only finds out whether it could.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/base/log_journal.h"
#include "gateway/base/privs.h"
#include "gateway/base/scope.h"
#include "sandbox/builder/apparmor/audit.h"
#include "sandbox/builder/apparmor/profile.h"
#include "sandbox/builder/builder.h"
#include "sandbox/builder/forked.h"
#include "sandbox/builder/fs/devices.h"
#include "sandbox/builder/hostcheck/hostcheck.h"
#include "sandbox/builder/hostcheck/preflight.h"
#include "sandbox/builder/upgrade/upgrade.h"

#define BIT(c) (UINT64_C(1) << (c))

/* What sandboxes are made with: mounts and namespaces; id maps; the overlay's
 * work on files of the sandbox's users; killing.  SYS_CHROOT, SETPCAP and
 * SYS_RESOURCE are for the zygote's jail and the sandboxes' open files. */
#define CAPABILITIES                                                           \
	(BIT(CAP_SYS_ADMIN) | BIT(CAP_SETUID) | BIT(CAP_SETGID) |              \
	    BIT(CAP_SETFCAP) | BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) |        \
	    BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_FOWNER) | BIT(CAP_FSETID) |     \
	    BIT(CAP_KILL) | BIT(CAP_SETPCAP) | BIT(CAP_SYS_CHROOT) |           \
	    BIT(CAP_SYS_RESOURCE))

/* What it may start programs with, and has not itself: atoll-net has this one, in
 * its own network namespace. */
#define CAPABILITIES_OF_OTHERS BIT(CAP_NET_ADMIN)

static _Noreturn void
fatal(const struct err *e)
{
	log_error(NULL, "%s", e->text);
	exit(EXIT_FAILURE);
}

/* Of the open files that we may have, as many as there are. */
static void
raise_file_limit(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
		r.rlim_cur = r.rlim_max;
		setrlimit(RLIMIT_NOFILE, &r);
	}
}

/* The number of a descriptor that is open. */
static int
read_number(const char *text, int *fd, struct err *e)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (*end != '\0' || end == text || n < 0 || n > INT_MAX ||
	    fcntl((int)n, F_GETFD) == -1)
		return err_set(e, 0, "-u %s: no descriptor", text);
	*fd = (int)n;
	return 0;
}

static int
options_parse(struct builder *b, int argc, char **argv, struct err *e)
{
	int c, rc = 0;

	b->state = -1;
	while (rc == 0 && (c = getopt(argc, argv, "c:l:Hu:R")) != -1) {
		if (c == 'c')
			b->config = optarg;
		else if (c == 'H')
			b->is_check = true;
		else if (c == 'R')
			b->is_trial = true;
		else if (c == 'u')
			rc = read_number(optarg, &b->state, e);
		else if (c == 'l')
			b->loader_program = optarg;
		else
			return err_set(e, 0, "unknown option");
	}
	if (rc == -1)
		return -1;
	if (b->config == NULL || b->loader_program == NULL || optind != argc)
		return err_set(e, 0,
		    "atolld starts this program: -c CONFIG -l LOADER");
	if (fcntl(MONITOR_FD, F_GETFD) == -1)
		return err_set(e, errno, "no link to the monitor");
	b->monitor =
	    (struct chan){ MONITOR_FD, BUILDER, b->is_check ? ADMIN : MONITOR };
	b->supervisor = (struct chan){ -1, BUILDER, SUPERVISOR };
	return 0;
}

/* Only the supervisor ends us, by closing the link: a signal to the whole group
 * must not take the builder away from sandboxes that live. */
static void
ignore_signals(void)
{
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
}

/* Mounts of ours stay here, those of the host still arrive.  The network is
 * empty, so that "no network" needs no proof. */
static int
enter_namespaces(struct err *e)
{
	if (unshare(CLONE_NEWNS | CLONE_NEWNET) == -1)
		return err_set(e, errno, "own namespaces");
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) == -1)
		return err_set(e, errno, "private mounts");
	return 0;
}

/* Here, because nothing later takes CAP_AUDIT_READ, or is in the host's network.
 * Nobody needs it but who reads the log. */
static void
listen_to_audit(struct builder *b)
{
	struct err e;

	if (profile_find() == PROFILE_NO_APPARMOR)
		return;
	b->audit = audit_open(&e);
	if (b->audit == -1)
		log_warn(NULL, "AppArmor's refusals are not told: %s", e.text);
}

/* Here, because nothing later takes CAP_MKNOD. */
static int
make_devices(struct builder *b, struct err *e)
{
	b->site.staging.devices = devices_make(e);
	return b->site.staging.devices == -1 ? -1 : 0;
}

/* As far as we have them: a container may have withheld some already. */
static int
limit_capabilities(struct err *e)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct have[2] = { 0 };
	uint64_t permitted;

	if (syscall(SYS_capget, &head, have) == -1)
		return err_set(e, errno, "capget");
	permitted = (uint64_t)have[1].permitted << 32 | have[0].permitted;
	return privs_limit_but(CAPABILITIES & permitted,
	    (CAPABILITIES | CAPABILITIES_OF_OTHERS) & permitted, e);
}

/* Without a descriptor its number is taken all the same: forked_begin() closes it.
 * True when it was there. */
static bool
keep_number(int fd)
{
	CLOSES int null = -1;

	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == 0)
		return true;
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null == fd)
		null = -1;
	else
		dup3(null, fd, O_CLOEXEC);
	return false;
}

/* What no configuration can mend is told before there is one. */
static bool
is_fit(struct builder *b)
{
	FREES struct host_rows *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return false;
	preflight_kernel(&b->site.cgroups, f);
	preflight_ids(f);
	return host_rows_log_errors(f);
}

/* The exec gave all that the bounding set has.  To the kernel that is a program which
 * gained something, and nobody may look into one or into its children: our own
 * helpers, whose namespaces we open. */
static int
give_back(struct err *e)
{
	if (limit_capabilities(e) == -1)
		return -1;
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == -1)
		return err_set(e, errno, "PR_SET_DUMPABLE");
	return 0;
}

static void
greet(struct builder *b)
{
	struct err ignored; /* a monitor that is gone is noticed in the loop */

	chan_hello(&b->monitor, &ignored);
}

/* The sandboxes are there already, and so is all that was made before them.  The
 * monitor becomes the next one when it is greeted, at the same time: what it has to
 * say to us then waits in its link. */
static int
take_over(struct builder *b, struct err *e)
{
	if (give_back(e) == -1 || cgroups_find(&b->site.cgroups, e) == -1 ||
	    builder_open(b, e) == -1)
		return -1;
	greet(b);
	if (upgrade_restore(b, b->state, e) == -1)
		return -1;
	scope_close(&b->state);
	if (b->audit == -1 && profile_find() != PROFILE_NO_APPARMOR)
		log_warn(NULL,
		    "AppArmor's refusals are not told before a restart");
	log_info(NULL, "upgraded sandboxes=%zu", b->sandboxes.count);
	return builder_serve(b, e);
}

/* Whatever it took was a copy: nothing of it is let go. */
static _Noreturn void
try_to_take_over(struct builder *b)
{
	struct err e;

	if (cgroups_find(&b->site.cgroups, &e) == 0 &&
	    builder_open(b, &e) == 0 && upgrade_restore(b, b->state, &e) == 0)
		_exit(EXIT_SUCCESS);
	dprintf(STDERR_FILENO, "%s\n", e.text);
	_exit(EXIT_FAILURE);
}

int
main(int argc, char **argv)
{
	FREES struct builder *b = calloc(1, sizeof(*b));
	struct err e = { 0 };
	bool has_supervisor;

	umask(022);
	if (b == NULL || options_parse(b, argc, argv, &e) == -1)
		fatal(&e);
	ignore_signals();
	raise_file_limit();
	keep_number(LOCK_FD);
	has_supervisor = keep_number(SUPERVISOR_FD);
	if (b->is_trial)
		try_to_take_over(b);
	if (b->state != -1) {
		log_journal_open();
		if (take_over(b, &e) == -1)
			fatal(&e);
		return EXIT_SUCCESS;
	}
	if (has_supervisor)
		b->supervisor.fd = SUPERVISOR_FD;
	close_range(SUPERVISOR_FD + 1, ~0U, 0);
	log_journal_open();
	if (b->is_check) {
		if (hostcheck(&b->monitor, b->config, b->loader_program, &e) ==
		    -1)
			fatal(&e);
		return EXIT_SUCCESS;
	}
	if (!is_fit(b))
		return EXIT_FAILURE;
	log_info(NULL, "cgroups found mode=%s memory=%s",
	    preflight_mode(&b->site.cgroups),
	    b->site.cgroups.hierarchy[b->site.cgroups.at[CONTROLLER_MEMORY]]
		.path);
	if (builder_open(b, &e) == -1)
		fatal(&e);
	listen_to_audit(b);
	if (enter_namespaces(&e) == -1 || /* needs all capabilities */
	    make_devices(b, &e) == -1 ||
	    limit_capabilities(&e) == -1) /* from here on: sandboxes only */
		fatal(&e);
	greet(b);
	if (builder_serve(b, &e) == -1)
		fatal(&e);
	return EXIT_SUCCESS;
}
