/*
 * walk.c - a student's tree of files as an archive.
 *
 * Its owner may change it meanwhile: what has gone is left out.  Whoever
 * unpacks the archive must not be led out of their directory, so each path is
 * in it once at most, and nothing is below what is no directory.
 */
#include "sandbox/builder/export/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/scope.h"

#define WHITEOUT ".wh."
#define ESCAPE	 "_" /* before a name that begins so */

static int walk_below(struct walk_tree *w, int dir, const char *path,
    unsigned depth, struct err *e);

/* --- files with several names ------------------------------------------- */

static const char *
first_name(struct walk_tree *w, const struct stat *st, const char *path)
{
	struct walk_link *l;

	if (st->st_nlink < 2)
		return NULL;
	for (size_t i = 0; i < w->link_count; i++) {
		l = &w->links[i];
		if (l->ino == st->st_ino && l->dev == st->st_dev)
			return l->path;
	}
	if (w->link_count < WALK_LINKS) {
		l = &w->links[w->link_count];
		*l = (struct walk_link){ st->st_dev, st->st_ino, strdup(path) };
		w->link_count += l->path != NULL;
	}
	return NULL;
}

/* NULL without memory. */
static char *
join(const char *parent, const char *between, const char *name)
{
	char *path = NULL;

	return asprintf(&path, "%s%s%s", parent, between, name) == -1 ? NULL
								      : path;
}

/* --- names ---------------------------------------------------------------- */

/* Where the archive has a kept home, which is written after the layer. */
enum place { ELSEWHERE, ABOVE_HOME, HOME };

static enum place
place_of(const struct walk_tree *w, const char *path)
{
	size_t n = strlen(path);

	if (w->home == NULL || strncmp(w->home, path, n) != 0)
		return ELSEWHERE;
	if (w->home[n] == '\0')
		return HOME;
	return w->home[n] == '/' ? ABOVE_HOME : ELSEWHERE;
}

/* ".wh." of a student's own would be taken for what was removed.  Names that
 * are made of it get one more, too, so that no two become the same. */
static bool
looks_removed(const char *name)
{
	name += strspn(name, ESCAPE);
	return strncmp(name, WHITEOUT, strlen(WHITEOUT)) == 0;
}

/* --- directories ---------------------------------------------------------- */

static int
is_entry(const struct dirent *d)
{
	return strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void
free_entries(struct dirent **entries, int count)
{
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
}

/* --- one entry ---------------------------------------------------------- */

static int
put_file(struct walk_tree *w, int dir, const char *name, const char *path,
    struct err *e)
{
	CLOSES int fd = openat(dir, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	const char *first;
	struct stat st;

	if (fd == -1 || fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		w->left_out++;
		return 0;
	}
	first = first_name(w, &st, path);
	if (first != NULL)
		return tar_entry(w->tar, TAR_HARD_LINK, path, first, &st, e);
	return tar_file(w->tar, path, fd, &st, e);
}

static int
put_link(struct walk_tree *w, int dir, const char *name, const char *path,
    const struct stat *st, struct err *e)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(dir, name, target, sizeof(target) - 1);

	if (n == -1) {
		w->left_out++;
		return 0;
	}
	target[n] = '\0';
	return tar_entry(w->tar, TAR_LINK, path, target, st, e);
}

static bool
is_empty(int dir)
{
	struct dirent **entries = NULL;
	int n = scandirat(dir, ".", &entries, is_entry, NULL);

	free_entries(entries, n);
	return n == 0;
}

static int
put_directory(struct walk_tree *w, int dir, const char *name, const char *path,
    unsigned depth, struct err *e)
{
	CLOSES int fd =
	    openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	FREES char *full = join(path, "/", "");
	struct stat st;

	if (fd == -1 || fstat(fd, &st) == -1 || depth == WALK_DEPTH) {
		w->left_out++;
		return 0;
	}
	if (full == NULL)
		return err_set(e, ENOMEM, "a path");
	if (tar_entry(w->tar, TAR_DIRECTORY, full, "", &st, e) == -1)
		return -1;
	if (place_of(w, path) == HOME) {
		/* Two files of one name: that of the home, which is kept. */
		w->left_out += !is_empty(fd);
		return 0;
	}
	return walk_below(w, fd, full, depth + 1, e);
}

/* What the student has removed of the image. */
static int
put_whiteout(struct walk_tree *w, const char *parent, const char *name,
    const struct stat *st, struct err *e)
{
	FREES char *path = join(parent, WHITEOUT, name);

	if (path == NULL)
		return err_set(e, ENOMEM, "a path");
	if (strlen(WHITEOUT) + strlen(name) > NAME_MAX) {
		w->left_out++;
		return 0;
	}
	return tar_entry(w->tar, TAR_FILE, path, "", st, e);
}

/* An entry whose path in the archive is that. */
static int
put_at(struct walk_tree *w, int dir, const char *parent, const char *name,
    const char *path, unsigned depth, struct err *e)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    (!S_ISDIR(st.st_mode) && place_of(w, path) != ELSEWHERE)) {
		w->left_out++;
		return 0;
	}
	switch (st.st_mode & S_IFMT) {
	case S_IFREG:
		return put_file(w, dir, name, path, e);
	case S_IFDIR:
		return put_directory(w, dir, name, path, depth, e);
	case S_IFLNK:
		return put_link(w, dir, name, path, &st, e);
	case S_IFIFO:
		return tar_entry(w->tar, TAR_FIFO, path, "", &st, e);
	case S_IFCHR:
		if (st.st_rdev == 0)
			return put_whiteout(w, parent, name, &st, e);
		break;
	default: /* a socket is nothing without its process */
		break;
	}
	w->left_out++;
	return 0;
}

static int
put_entry(struct walk_tree *w, int dir, const char *parent, const char *name,
    unsigned depth, struct err *e)
{
	bool renamed = looks_removed(name);
	FREES char *path = join(parent, renamed ? ESCAPE : "", name);

	if (path == NULL)
		return err_set(e, ENOMEM, "a path");
	if (renamed && strlen(name) == NAME_MAX) {
		w->left_out++;
		return 0;
	}
	w->renamed += renamed;
	return put_at(w, dir, parent, name, path, depth, e);
}

static int
walk_below(struct walk_tree *w, int dir, const char *path, unsigned depth,
    struct err *e)
{
	struct dirent **entries = NULL;
	int n = scandirat(dir, ".", &entries, is_entry, by_name), rc = 0;

	if (n == -1)
		w->left_out++;
	for (int i = 0; rc == 0 && i < n; i++) {
		/* One that is replaced meanwhile may be read twice. */
		if (i == 0 ||
		    strcmp(entries[i - 1]->d_name, entries[i]->d_name) != 0)
			rc = put_entry(w, dir, path, entries[i]->d_name, depth,
			    e);
	}
	free_entries(entries, n);
	return rc;
}

int
walk_tree(struct walk_tree *w, int dir, const char *path, struct err *e)
{
	return walk_below(w, dir, path, 0, e);
}
