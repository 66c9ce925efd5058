/*
 * cgroupfs.c - a sandbox sees its own control group at /sys/fs/cgroup.
 *
 * Java, Node.js and Go since 1.25 size themselves by memory.max and cpu.max.  The
 * mount is of the sandbox's cgroup namespace, whose root is the sandbox's group:
 * a root that is not the kernel's own has those files.  Nothing in it can be
 * written: the mount is read-only, the files belong to root of the host, whose id
 * a sandbox does not have, and who could mount it again has no system call for
 * that.
 */
#include "sandbox/builder/fs/cgroupfs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>

#include "gateway/base/scope.h"
#include "sandbox/builder/fs/fs.h"

#define PLACE "sys/fs/cgroup"

int
cgroupfs_attach(int root, struct err *e)
{
	CLOSES int target = fs_find(root, PLACE, O_DIRECTORY);
	CLOSES int fd = -1;

	if (target == -1)
		return err_set(e, errno, "/" PLACE);
	fd = fs_mount("cgroup2", NULL, 0,
	    MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
		MOUNT_ATTR_NOEXEC,
	    e);
	if (fd == -1 || fs_attach(fd, target, e) == -1)
		return err_wrap(e, "/" PLACE);
	return 0;
}
