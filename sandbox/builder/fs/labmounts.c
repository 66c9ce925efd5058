/* labmounts.c - the lab's own mounts, and the home that is kept: put in place. */
#include "sandbox/builder/fs/labmounts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "sandbox/builder/fs/fs.h"
#include "sandbox/builder/plan_late.h"

/* --- where -------------------------------------------------------------- */

/* Make the next part of a path, and step into it. */
static int
step(int *at, const char *name, bool directory, struct err *e)
{
	CLOSES int made = -1;
	int next;

	if (directory) {
		if (mkdirat(*at, name, 0755) == -1 && errno != EEXIST)
			return err_set(e, errno, "mkdir %s", name);
	} else {
		made = openat(*at, name,
		    O_CREAT | O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
		    0644);
		if (made == -1)
			return err_set(e, errno, "create %s", name);
	}
	next = fs_find(*at, name, directory ? O_DIRECTORY : 0);
	if (next == -1)
		return err_set(e, errno, "%s", name);
	close(*at);
	*at = next;
	return 0;
}

/* The target, made where the image has none. */
static int
make_target(int root, const struct plan_mount *m, struct err *e)
{
	CLOSES int at =
	    fs_find(root, m->target, m->is_directory ? O_DIRECTORY : 0);
	char path[PATH_SIZE];
	char *rest = path, *part;

	if (at != -1)
		return take_fd(&at);
	if (errno != ENOENT)
		return err_set(e, errno, "not usable as a mount point");
	at = fcntl(root, F_DUPFD_CLOEXEC, 0);
	text_copy(path, sizeof(path), m->target);
	while ((part = strsep(&rest, "/")) != NULL) {
		bool is_last = rest == NULL || rest[strspn(rest, "/")] == '\0';

		if (*part != '\0' && strcmp(part, ".") != 0 &&
		    step(&at, part, !is_last || m->is_directory, e) == -1)
			return -1;
	}
	return take_fd(&at);
}

/* --- what --------------------------------------------------------------- */

static int
put_home(const struct plan *p, int home, int root, struct err *e)
{
	struct plan_mount m = { .is_directory = true };
	CLOSES int target = -1;

	text_copy(m.target, sizeof(m.target), p->spec.home_dir);
	target = make_target(root, &m, e);
	if (target == -1 || fs_attach(home, target, e) == -1)
		return err_wrap(e, "home %s", m.target);
	return 0;
}

static int
put_mount(const struct plan_mount *m, int mount, int root, struct err *e)
{
	CLOSES int target = make_target(root, m, e);

	if ((target == -1 || fs_attach(mount, target, e) == -1) &&
	    !m->is_optional)
		return err_wrap(e, "mount %s", m->target);
	return 0;
}

int
labmounts_attach(const struct plan *p, const struct rootfs_parts *parts,
    struct err *e)
{
	bool has_home = parts->mount_count > p->mount_count;

	/* Before the lab's mounts, which may lie in it. */
	if (has_home &&
	    put_home(p, parts->mount[p->mount_count], parts->overlay, e) == -1)
		return -1;
	for (size_t i = 0; i < p->mount_count; i++) {
		const struct plan_mount *m = &p->mounts[i];

		if (!has_home && plan_mount_is_late(p, m))
			continue;
		if (put_mount(m, parts->mount[i], parts->overlay, e) == -1)
			return -1;
	}
	return 0;
}

int
labmounts_attach_late(const struct plan *p, const int *mount, struct err *e)
{
	CLOSES int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root == -1)
		return err_set(e, errno, "/");
	if (put_home(p, *mount++, root, e) == -1)
		return -1;
	for (size_t i = 0; i < p->mount_count; i++) {
		const struct plan_mount *m = &p->mounts[i];

		if (plan_mount_is_late(p, m) &&
		    put_mount(m, *mount++, root, e) == -1)
			return -1;
	}
	return 0;
}
