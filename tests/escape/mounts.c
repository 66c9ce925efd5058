/* mounts.c - every way to change what is mounted, old and new. */
#include "tests/escape/probe.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#ifndef SYS_statmount
#define SYS_statmount 457
#define SYS_listmount 458
#endif
#define SYS_open_tree_attr_ 467

static const struct attempt attempts[] = {
	{ "mount", CALL(SYS_mount, BAD, BAD, BAD), SAYS(EPERM),
	    BARE(PLAIN, EFAULT) },
	{ "mount, a bind", CALL(SYS_mount, BAD, BAD, 0, MS_BIND), SAYS(EPERM),
	    BARE(PLAIN, EFAULT) },
	{ "mount, high bits", CALL(SYS_mount, BAD, BAD, BAD, HIGH | MS_REMOUNT),
	    SAYS(EPERM), BARE(PLAIN, EFAULT) },
	{ "umount2", CALL(SYS_umount2, BAD, 0xffff), SAYS(EPERM),
	    BARE(PLAIN, EINVAL) },
	{ "pivot_root", CALL(SYS_pivot_root, BAD, BAD), SAYS(EPERM),
	    BARE(USERNS, EFAULT) },
	{ "fsopen", CALL(SYS_fsopen, BAD, ALL), SAYS(EPERM),
	    BARE(USERNS, EINVAL) },
	{ "fsconfig", CALL(SYS_fsconfig, NONE), SAYS(EPERM),
	    BARE(PLAIN, EINVAL) },
	{ "fsmount", CALL(SYS_fsmount, NONE, ALL), SAYS(EPERM),
	    BARE(USERNS, EINVAL) },
	{ "fspick", CALL(SYS_fspick, NONE, BAD, ALL), SAYS(EPERM),
	    BARE(USERNS, EINVAL) },
	{ "open_tree", CALL(SYS_open_tree, NONE, BAD, ALL), SAYS(EPERM),
	    BARE(PLAIN, EINVAL) },
	{ "open_tree_attr", CALL(SYS_open_tree_attr_, NONE, BAD, ALL, BAD, 0),
	    SAYS(ENOSYS), BARE(PLAIN, DIFFERS),
	    BECAUSE("newer than the list of calls") },
	{ "move_mount", CALL(SYS_move_mount, NONE, BAD, NONE, BAD, ALL),
	    SAYS(EPERM), BARE(USERNS, EINVAL) },
	{ "mount_setattr", CALL(SYS_mount_setattr, NONE, BAD, ALL, BAD, 0),
	    SAYS(EPERM), BARE(PLAIN, EINVAL) },
	{ "statmount", CALL(SYS_statmount, BAD, BAD, 0, ALL), SAYS(ENOSYS),
	    BARE(PLAIN, DIFFERS), BECAUSE("newer than the list of calls") },
	{ "listmount", CALL(SYS_listmount, BAD, BAD, 0, ALL), SAYS(ENOSYS),
	    BARE(PLAIN, DIFFERS), BECAUSE("newer than the list of calls") },
	{ "quotactl", CALL(SYS_quotactl, ALL, BAD), SAYS(EPERM),
	    BARE(PLAIN, EINVAL) },
	{ "quotactl_fd", CALL(SYS_quotactl_fd, NONE, ALL), SAYS(EPERM),
	    BARE(PLAIN, EBADF) },
	{ "swapon", CALL(SYS_swapon, BAD, ALL), SAYS(EPERM),
	    BARE(HOST, EINVAL) },
	{ "swapoff", CALL(SYS_swapoff, BAD), SAYS(EPERM), BARE(HOST, EFAULT) },
	{ "acct", CALL(SYS_acct, BAD), SAYS(EPERM), BARE(HOST, EFAULT) },
	{ "name_to_handle_at",
	    CALL(SYS_name_to_handle_at, NONE, BAD, BAD, BAD, ALL), SAYS(EPERM),
	    BARE(PLAIN, EINVAL) },
	{ "open_by_handle_at", CALL(SYS_open_by_handle_at, NONE, BAD, 0),
	    SAYS(EPERM), BARE(HOST, DIFFERS) },
	{ "fanotify_init", CALL(SYS_fanotify_init, ALL, 0), SAYS(EPERM),
	    BARE(HOST, EINVAL) },
	{ "fanotify_mark", CALL(SYS_fanotify_mark, NONE, ALL, 0, NONE, BAD),
	    SAYS(EPERM), BARE(PLAIN, EINVAL) },
};

const struct area area_mounts = { "mounts",
	"The mount family would open the sandbox's masks and read-only mounts,"
	" and is where many escapes began.",
	ROWS(attempts) };
