/* fs.c - the kernel's newer mount calls, with errors that say what failed. */
#include "sandbox/builder/fs/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "gateway/base/scope.h"

int
fs_mount(const char *type, const struct fs_option *option, size_t count,
    unsigned attr, struct err *e)
{
	CLOSES int fs = fsopen(type, FSOPEN_CLOEXEC);
	int fd;

	if (fs == -1)
		return err_set(e, errno, "file system %s", type);
	for (size_t i = 0; i < count; i++) {
		unsigned how = option[i].value == NULL ? FSCONFIG_SET_FLAG
						       : FSCONFIG_SET_STRING;

		if (fsconfig(fs, how, option[i].key, option[i].value, 0) == -1)
			return err_set(e, errno, "%s option %s=%s", type,
			    option[i].key,
			    option[i].value == NULL ? "" : option[i].value);
	}
	if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == -1)
		return err_set(e, errno, "make %s", type);
	fd = fsmount(fs, FSMOUNT_CLOEXEC, attr);
	if (fd == -1)
		return err_set(e, errno, "mount %s", type);
	return fd;
}

int
fs_clone(int dir, const char *path, unsigned flags, struct err *e)
{
	int fd = open_tree(dir, path,
	    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH |
		AT_SYMLINK_NOFOLLOW | flags);

	if (fd == -1)
		return err_set(e, errno, "clone mount %s", path);
	return fd;
}

int
fs_set(int mount, unsigned attr, int userns, struct err *e)
{
	struct mount_attr a = { .attr_set = attr };

	if (userns != -1) {
		a.attr_set |= MOUNT_ATTR_IDMAP;
		a.userns_fd = (uint64_t)userns;
	}
	if (mount_setattr(mount, "", AT_EMPTY_PATH, &a, sizeof(a)) == -1)
		return err_set(e, errno,
		    userns == -1 ? "set mount attributes"
				 : "map the ids of a mount");
	return 0;
}

int
fs_attach(int mount, int target, struct err *e)
{
	if (move_mount(mount, "", target, "",
		MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == -1)
		return err_set(e, errno, "attach mount");
	return 0;
}

int
fs_find(int root, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(O_PATH | O_CLOEXEC | flags),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS |
			   RESOLVE_NO_MAGICLINKS,
	};

	/* glibc has no wrapper. */
	return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}
