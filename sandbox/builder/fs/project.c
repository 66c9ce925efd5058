/*
 * project.c - project quotas: a limit on a tree of files, see quotactl(2).
 *
 * A student cannot leave the project: its id and its inheritance change in the
 * first user namespace only.  Root's privilege to exceed a quota does not come
 * in by way of the overlay, which gives up CAP_SYS_RESOURCE by itself.
 */
#include "sandbox/builder/fs/project.h"

#include <errno.h>
#include <linux/dqblk_xfs.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/quota.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef PRJQUOTA
#define PRJQUOTA 2
#endif

/* glibc has no wrapper. */
static int
quota(int dir, int command, uint32_t id, void *arg)
{
	return (
	    int)syscall(SYS_quotactl_fd, dir, QCMD(command, PRJQUOTA), id, arg);
}

bool
project_is_enforced(int dir)
{
	struct fs_quota_statv s = { .qs_version = FS_QSTATV_VERSION1 };

	return quota(dir, Q_XGETQSTATV, 0, &s) == 0 &&
	       (s.qs_flags & FS_QUOTA_PDQ_ENFD) != 0;
}

static int
limit(int dir, uint32_t id, uint64_t bytes, uint64_t files)
{
	struct dqblk q = {
		.dqb_bhardlimit = bytes / 1024,
		.dqb_ihardlimit = files,
		.dqb_valid = QIF_LIMITS,
	};

	return quota(dir, Q_SETQUOTA, id, &q);
}

int
project_begin(int dir, uint32_t id, uint64_t bytes, uint64_t files,
    struct err *e)
{
	struct fsxattr x;

	if (limit(dir, id, bytes, files) == -1)
		return err_set(e, errno, "limits of a project");
	if (ioctl(dir, FS_IOC_FSGETXATTR, &x) == -1)
		return err_set(e, errno, "project of a directory");
	x.fsx_projid = id;
	x.fsx_xflags |= FS_XFLAG_PROJINHERIT;
	if (ioctl(dir, FS_IOC_FSSETXATTR, &x) == -1)
		return err_set(e, errno, "project of a directory");
	return 0;
}

uint64_t
project_left(int dir, uint32_t id)
{
	struct dqblk q = { 0 };

	if (quota(dir, Q_GETQUOTA, id, &q) == -1 ||
	    q.dqb_bhardlimit * 1024 <= q.dqb_curspace)
		return 0;
	return q.dqb_bhardlimit * 1024 - q.dqb_curspace;
}

void
project_end(int dir, uint32_t id)
{
	/* What fails here is set anew by the next project_begin(). */
	limit(dir, id, 0, 0);
}
