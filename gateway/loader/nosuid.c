/*
 * nosuid.c - would this host honour set-id bits of a directory's files?
 *
 * "nosuid" is a mount's, and one directory may be shown by several mounts: a
 * bind mount with it says nothing while the same files can be reached beside
 * it.  So each mount of the same file system is asked for the directory.
 */
#include "gateway/loader/nosuid.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "gateway/base/scope.h"
#include "gateway/wire/msg.h"

#define MOUNTINFO "/proc/self/mountinfo"
/* What scanf(3) may write into a path, its NUL aside. */
#define WIDTH "4095"

/* A line of proc(5)'s mountinfo. */
struct shown {
	uint64_t id;
	char device[32]; /* major:minor */
	char root[4096], point[4096];
};

/* "\040" is a blank. */
static void
unescape(char *text)
{
	char *to = text;
	unsigned c;

	for (const char *from = text; *from != '\0'; to++) {
		if (*from == '\\' && sscanf(from + 1, "%3o", &c) == 1) {
			*to = (char)c;
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

static bool
read_line(FILE *f, struct shown *s)
{
	if (fscanf(f, "%" SCNu64 " %*s %31s %" WIDTH "s %" WIDTH "s%*[^\n]",
		&s->id, s->device, s->root, s->point) != 4)
		return false;
	unescape(s->root);
	unescape(s->point);
	return true;
}

/* What comes after the folder in a path that is it or below it; else NULL.
 * It begins with a slash, or is empty. */
static const char *
below(const char *folder, const char *path)
{
	size_t n = strlen(folder);

	if (n == 1)
		n = 0; /* "/" */
	if (strncmp(folder, path, n) != 0)
		return NULL;
	if (strcmp(path, "/") == 0)
		return "";
	return path[n] == '\0' || path[n] == '/' ? path + n : NULL;
}

static uint64_t
mount_of(int fd)
{
	struct statx st;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &st) == -1 ||
	    (st.stx_mask & STATX_MNT_ID) == 0)
		return 0;
	return st.stx_mnt_id;
}

/* Does this path, on that mount and not on one over it, honour set-id bits? */
static bool
honours(const char *path, uint64_t id)
{
	CLOSES int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct statvfs st;

	return fd != -1 && mount_of(fd) == id &&
	       (fstatvfs(fd, &st) == -1 || (st.f_flag & ST_NOSUID) == 0);
}

/* Where a mount shows the file system's path, or what is below that. */
static bool
shows(const struct shown *s, const char *inside, char at[PATH_SIZE])
{
	const char *rest = below(s->root, inside);

	if (rest == NULL && below(inside, s->root) == NULL)
		return false;
	if (rest == NULL)
		rest = "";
	return snprintf(at, PATH_SIZE, "%s%s",
		   strcmp(s->point, "/") == 0 && rest[0] != '\0' ? ""
								 : s->point,
		   rest) < PATH_SIZE;
}

/* The mount that it was opened on, and its path in that file system. */
static int
find_inside(FILE *f, int fd, const char *real, struct shown *s,
    char inside[PATH_SIZE], struct err *e)
{
	uint64_t id = mount_of(fd);
	const char *rest = NULL;

	while (read_line(f, s)) {
		if (s->id == id)
			rest = below(s->point, real);
		if (rest != NULL)
			break;
	}
	if (rest == NULL)
		return err_set(e, 0, "its mount is not in " MOUNTINFO);
	if (snprintf(inside, PATH_SIZE, "%s%s",
		strcmp(s->root, "/") == 0 && rest[0] != '\0' ? "" : s->root,
		rest) >= PATH_SIZE)
		return err_set(e, ENAMETOOLONG, "%s", real);
	return 0;
}

/* Where a mount is shown, and another one beside it. */
struct pair {
	struct shown own, other;
};

static int
check_mounts(FILE *f, int fd, const char *real, struct pair *p, struct err *e)
{
	struct shown *own = &p->own, *s = &p->other;
	char inside[PATH_SIZE], at[PATH_SIZE];
	int rc = find_inside(f, fd, real, own, inside, e);

	rewind(f);
	while (rc == 0 && read_line(f, s)) {
		if (strcmp(s->device, own->device) == 0 &&
		    shows(s, inside, at) && honours(at, s->id))
			rc = err_set(e, 0,
			    "set-id programs work at %s of this host, and a"
			    " student could leave some there: mount it nosuid,"
			    " as 'mount --bind %s %s && mount -o"
			    " remount,bind,nosuid,nodev %s' does",
			    at, real, real, real);
	}
	return rc;
}

int
nosuid_check(int fd, const char *real, struct err *e)
{
	FILE *f = fopen(MOUNTINFO, "re");
	FREES struct pair *p = NULL;
	int rc;

	if (f == NULL)
		return err_set(e, errno, MOUNTINFO);
	p = malloc(sizeof(*p));
	rc = p == NULL ? err_set(e, ENOMEM, MOUNTINFO)
		       : check_mounts(f, fd, real, p, e);
	fclose(f);
	return rc;
}
