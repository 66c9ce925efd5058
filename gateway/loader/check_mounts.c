/*
 * check_mounts.c - what a lab's mounts may show of the host, and where.
 *
 * A mount gives the sandbox's root the owner's rights over what it shows.  So
 * nothing of the gateway's own may be below a source: the state, the keys, the
 * configuration with its hashes, the labs with their checks.  And where others
 * write the labs, the site lists what may be shown at all.
 *
 * What was checked is what the builder gets: a descriptor.
 *
 * What root of a sandbox makes in a writable one is root's on this host, too,
 * with its set-id bits and its capabilities.  Ids of others would keep students
 * from the files that they are to share, and no filter of calls can look into
 * the name of an attribute: so a writable source must be where this host does
 * not honour either, however it is reached.
 */
#include "gateway/base/array.h"
#include "gateway/loader/check_lab.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "gateway/base/scope.h"
#include "gateway/base/tools.h"
#include "gateway/loader/nosuid.h"
#include "gateway/loader/rooted.h"

struct mounts {
	struct config *c;
	const struct lab *lab;
	struct diagnostics *out;
	int line;
};

#define DIAGNOSE(m, ...)                                                       \
	diagnose((m)->out, (m)->lab->file, (m)->line, __VA_ARGS__)

/* Is path the folder, or below it?  Both absolute and without links. */
static bool
is_within(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	while (n > 0 && folder[n - 1] == '/')
		n--;
	return strncmp(path, folder, n) == 0 &&
	       (path[n] == '\0' || path[n] == '/');
}

/* A path of ours that may not be seen there; inside, too, if it is a folder
 * that only the gateway has to do with. */
static void
check_secret(const struct mounts *m, const char *source, const char *secret,
    bool inside, const char *what)
{
	FREES char *real = realpath(secret, NULL);

	if (real == NULL)
		return; /* reported where it is named, or yet to come */
	if (is_within(real, source))
		DIAGNOSE(m,
		    "mount source %s holds %s (%s), which no sandbox may see:"
		    " name a folder without it",
		    source, real, what);
	else if (inside && is_within(source, real))
		DIAGNOSE(m,
		    "mount source %s is inside of %s (%s): put it"
		    " elsewhere",
		    source, real, what);
}

static void
check_secrets(const struct mounts *m, const char *source)
{
	const struct config *c = m->c;

	check_secret(m, source, c->state_dir, true, "state_dir");
	check_secret(m, source, c->run_dir, true, "run_dir");
	check_secret(m, source, c->labs_dir, false, "labs_dir");
	check_secret(m, source, c->file, false, "the configuration");
	if (m->lab->solve[0] != '\0')
		check_secret(m, source, m->lab->solve, false, "solve");
	for (size_t i = 0; i < c->host_keys_next.count; i++)
		check_secret(m, source, c->host_keys_next.at[i], false,
		    "a host key");
	for (size_t i = 0; i < c->host_keys.count; i++)
		check_secret(m, source, c->host_keys.at[i], false,
		    "a host key");
}

/* File systems that are the kernel's interfaces and hold no user's files. */
static bool
is_of_kernel(int fd, const char *path)
{
	static const unsigned long magic[] = { PROC_SUPER_MAGIC, SYSFS_MAGIC,
		CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, DEVPTS_SUPER_MAGIC,
		SECURITYFS_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC };
	struct statfs fs;

	if (fstatfs(fd, &fs) == -1)
		return false;
	for (size_t i = 0; i < COUNT_OF(magic); i++) {
		if ((unsigned long)fs.f_type == magic[i])
			return true;
	}
	return is_within(path, "/dev");
}

/* While the site lists nothing, a lab that only root can have written shows what
 * it likes. */
static bool
is_allowed(const struct mounts *m, const char *path)
{
	for (size_t i = 0; i < m->c->mount_sources.count; i++) {
		FREES char *real = realpath(m->c->mount_sources.at[i], NULL);

		if (real != NULL && is_within(path, real))
			return true;
	}
	return m->c->mount_sources.count == 0 && m->lab->by.is_root;
}

static void
diagnose_list(const struct mounts *m, const char *source)
{
	if (m->c->mount_sources.count == 0)
		DIAGNOSE(m,
		    "mount source %s: while mount_sources of %s lists nothing,"
		    " only labs that are root's may have mounts, and %s: list"
		    " what labs may show, or make the file root's",
		    source, m->c->file, m->lab->by.why_not);
	else
		DIAGNOSE(m,
		    "mount source %s is in none of mount_sources, which lists"
		    " what labs may show here",
		    source);
}

static void
check_writable(const struct mounts *m, int fd, const char *real)
{
	struct err e = { 0 };

	if (nosuid_check(fd, real, &e) == -1)
		DIAGNOSE(m, "mount source %s, writable: %s", real, e.text);
}

/* The source is opened once, and every check is of the open file. */
static int
open_source(const struct mounts *m, struct mount *mount, struct stat *st)
{
	CLOSES int fd = open(mount->source, O_PATH | O_CLOEXEC);
	char real[PATH_SIZE];
	struct err e = { 0 };

	if (fd == -1 || fstat(fd, st) == -1) {
		DIAGNOSE(m,
		    "mount source %s: %s; name a directory or file of this"
		    " host",
		    mount->source, strerror(errno));
		return -1;
	}
	if (rooted_path(fd, real, sizeof(real), &e) == -1) {
		DIAGNOSE(m, "mount source %s: %s", mount->source, e.text);
		return -1;
	}
	mount->real = arena_text(&m->c->arena, real);
	return take_fd(&fd);
}

static void
check_source(const struct mounts *m, struct mount *mount)
{
	struct stat st;
	int fd = open_source(m, mount, &st);

	if (fd == -1)
		return;
	mount->open = held_add(&m->c->held, &m->c->arena, fd);
	if (!is_allowed(m, mount->real))
		diagnose_list(m, mount->source);
	else if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
		DIAGNOSE(m, "mount source %s is neither directory nor file",
		    mount->source);
	else if (is_of_kernel(fd, mount->real))
		DIAGNOSE(m, "mount source %s is the kernel's, and of the host",
		    mount->source);
	else
		check_secrets(m, mount->real);
	if (mount->writable)
		check_writable(m, fd, mount->real);
}

static void
check_target(const struct mounts *m, const char *target)
{
	static const char *const ours[] = { "/proc", "/sys", "/dev",
		TOOLS_TARGET };

	if (target[0] != '/' || strspn(target, "/") == strlen(target) ||
	    strstr(target, "..") != NULL) {
		DIAGNOSE(m,
		    "mount target %s must be an absolute path below"
		    " / without ..",
		    target);
		return;
	}
	for (size_t i = 0; i < COUNT_OF(ours); i++) {
		if (is_within(target, ours[i]))
			DIAGNOSE(m,
			    "mount target %s is in %s, which is made"
			    " for each sandbox",
			    target, ours[i]);
	}
}

/* "/a/" is "/a". */
static bool
is_same_target(const char *a, const char *b)
{
	return is_within(a, b) && is_within(b, a);
}

void
check_mounts(struct config *c, struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	const struct mounts m = { .c = c,
		.lab = lab,
		.out = out,
		.line = line_of(group, "mounts") };

	for (size_t i = 0; i < lab->mount_count; i++) {
		struct mount *mount = &lab->mounts[i];

		if (mount->source[0] == '\0' || mount->target[0] == '\0')
			continue; /* the walker reported already */
		check_source(&m, mount);
		check_target(&m, mount->target);
		for (size_t k = 0; k < i; k++) {
			if (is_same_target(mount->target,
				lab->mounts[k].target))
				DIAGNOSE(&m, "mount target %s is there twice",
				    mount->target);
		}
	}
}
