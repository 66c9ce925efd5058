/* staging.c - what the builder prepares once: the directories that it works in,
 * and what sandboxes have layers of. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "sandbox/builder/fs/fs.h"
#include "sandbox/builder/fs/rootfs.h"

static int
make_directory(int parent, const char *name, int *fd, struct err *e)
{
	struct stat st;

	if (mkdirat(parent, name, 0755) == -1 && errno != EEXIST)
		return err_set(e, errno, "mkdir %s", name);
	*fd = openat(parent, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*fd == -1 || fstat(*fd, &st) == -1)
		return err_set(e, errno, "%s", name);
	/* A user who can write here chooses what the builder mounts. */
	if (st.st_uid != 0 || (st.st_mode & 022) != 0)
		return err_set(e, 0,
		    "%s in run_dir is not root's alone: remove it", name);
	return 0;
}

/* What is ours inside, to be a layer of each sandbox's: attached, as overlays
 * want it. */
static int
attach_libexec(const char *libexec_dir, int place, struct err *e)
{
	CLOSES int clone = fs_clone(AT_FDCWD, libexec_dir, 0, e);

	return clone == -1 ? -1 : fs_attach(clone, place, e);
}

int
staging_open(struct staging *w, const char *run_dir, const char *libexec_dir,
    struct err *e)
{
	CLOSES int run = open(run_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CLOSES int empty = -1;
	CLOSES int own = -1;
	CLOSES int scratch = -1;
	CLOSES int devices = -1;
	CLOSES int libexec = -1;

	if (run == -1)
		return err_set(e, errno, "%s", run_dir);
	if (make_directory(run, "empty", &empty, e) == -1 ||
	    make_directory(run, "builder", &own, e) == -1 ||
	    make_directory(own, "scratch", &scratch, e) == -1 ||
	    make_directory(own, "devices", &devices, e) == -1 ||
	    make_directory(own, "libexec", &libexec, e) == -1)
		return err_wrap(e, "%s", run_dir);
	if (fchdir(own) == -1)
		return err_set(e, errno, "%s/builder", run_dir);
	if (fs_attach(w->devices, devices, e) == -1)
		return err_wrap(e, "template of /dev");
	if (attach_libexec(libexec_dir, libexec, e) == -1)
		return err_wrap(e, "libexec_dir %s", libexec_dir);
	w->is_open = true;
	return 0;
}

void
staging_close(struct staging *w)
{
	if (!w->is_open)
		return;
	scope_close(&w->devices);
	umount2("devices", MNT_DETACH);
	umount2("libexec", MNT_DETACH);
	store_close(&w->store);
	rmdir("devices");
	rmdir("libexec");
	rmdir("scratch");
	if (chdir("..") == -1)
		return;
	rmdir("builder");
	rmdir("empty"); /* a zygote that still ends does not need its name */
	unlink("admin.sock"); /* the monitor could not: it is not root */
}
