/* store.c - writable layers on disk, in state_dir/sandboxes. */
#include "sandbox/builder/fs/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/dir.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "sandbox/builder/fs/blank.h"
#include "sandbox/builder/fs/loopdev.h"
#include "sandbox/builder/fs/project.h"
#include "sandbox/builder/fs/tree.h"

#define ID_NAME_SIZE 12

static void
name_of(uint32_t id, char name[ID_NAME_SIZE])
{
	snprintf(name, ID_NAME_SIZE, "%" PRIu32, id);
}

/* --- opening ------------------------------------------------------------ */

/* The sandboxes that used them are dead: their cgroups were swept before. */
static void
sweep(int dir)
{
	CLOSES_DIR DIR *d = dir_open(dir, ".");
	const struct dirent *entry;
	struct err e;

	while ((entry = dir_next(d)) != NULL) {
		if (entry->d_name[0] == '.' ||
		    unlinkat(dir, entry->d_name, 0) == 0)
			continue;
		if (tree_remove(dir, entry->d_name, &e) == -1)
			log_warn(NULL,
			    "cannot remove an old sandbox's files:"
			    " %s",
			    e.text);
	}
}

int
store_open(struct store *s, const char *state_dir, bool is_needed,
    struct err *e)
{
	CLOSES int state = open(state_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CLOSES int dir = -1;
	struct stat st;

	if (is_needed && state == -1)
		return err_set(e, errno, "state_dir %s", state_dir);
	if (is_needed && mkdirat(state, STORE_NAME, 0700) == -1 &&
	    errno != EEXIST)
		return err_set(e, errno, "mkdir %s/" STORE_NAME, state_dir);
	dir = openat(state, STORE_NAME,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir == -1 && !is_needed)
		return 0;
	if (dir == -1 || fstat(dir, &st) == -1)
		return err_set(e, errno, "%s/" STORE_NAME, state_dir);
	/* A user who can write here chooses what the builder mounts. */
	if (st.st_uid != 0 || (st.st_mode & 077) != 0)
		return err_set(e, 0,
		    "%s/" STORE_NAME " is not root's alone: 'chown root' and"
		    " 'chmod 700' it",
		    state_dir);
	sweep(dir);
	s->dir = take_fd(&dir);
	return 0;
}

int
store_probe(struct store *s, struct err *e)
{
	if (s->is_usable)
		return 0;
	s->has_quota = project_is_enforced(s->dir);
	if (!s->has_quota && loop_probe(e) == -1)
		return err_wrap(e,
		    "storage = \"disk\" needs project quota in the file system"
		    " of state_dir (mount -o prjquota), or loop devices"
		    " (modprobe loop)");
	s->is_usable = true;
	return 0;
}

const char *
store_way(const struct store *s)
{
	return s->has_quota ? "project-quota" : "loop-device";
}

void
store_close(struct store *s)
{
	scope_close(&s->dir);
	s->is_usable = false;
}

/* --- layers ------------------------------------------------------------- */

uint64_t
store_owes(const struct store *s)
{
	CLOSES_DIR DIR *d = s->has_quota ? dir_open(s->dir, ".") : NULL;
	const struct dirent *entry;
	uint64_t owed = 0;

	while ((entry = dir_next(d)) != NULL) {
		if (entry->d_name[0] != '.')
			owed += project_left(s->dir,
			    (uint32_t)strtoul(entry->d_name, NULL, 10));
	}
	return owed;
}

int
store_directory(const struct store *s, uint32_t id, uint64_t bytes,
    uint64_t files, struct err *e)
{
	char name[ID_NAME_SIZE];
	CLOSES int dir = -1;

	name_of(id, name);
	if (mkdirat(s->dir, name, 0755) == -1)
		return err_set(e, errno, "mkdir " STORE_NAME "/%s", name);
	dir = openat(s->dir, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir == -1)
		return err_set(e, errno, STORE_NAME "/%s", name);
	if (project_begin(dir, id, bytes, files, e) == -1)
		return err_wrap(e, STORE_NAME "/%s", name);
	return take_fd(&dir);
}

int
store_file(const struct store *s, uint32_t id, int blank, struct err *e)
{
	char name[ID_NAME_SIZE];
	CLOSES int file = -1;

	name_of(id, name);
	file = openat(s->dir, name,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	/* Its last user takes it along, and a crash leaves nothing. */
	if (file == -1 || unlinkat(s->dir, name, 0) == -1)
		return err_set(e, errno, STORE_NAME "/%s", name);
	if (blank_copy(blank, file, e) == -1)
		return -1;
	return take_fd(&file);
}

/* It has the directory, and nothing else of the builder's. */
static int
remove_directory(const void *id)
{
	char name[ID_NAME_SIZE];
	struct err e;

	name_of(*(const uint32_t *)id, name);
	/* A full project would have no room for what removal moves. */
	project_end(CHILD_FD, *(const uint32_t *)id);
	if (tree_remove(CHILD_FD, name, &e) == 0)
		return 0;
	log_error(NULL, "cannot remove a sandbox's files: %s", e.text);
	return 1;
}

pid_t
store_remove(const struct store *s, uint32_t id)
{
	return child_start(remove_directory, &id, &s->dir, 1);
}
