/* archive.c - where recordings lie. */
#include "gateway/recorder/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/dir.h"
#include "gateway/base/scope.h"

#define SUFFIX	  ".cast"
#define SAME_MAX  100 /* terminals of one number that began in one second */
#define DATE_SIZE 20

static int
enter(int dir, const char *name, bool is_made, struct err *e)
{
	int fd;

	if (is_made && mkdirat(dir, name, 0700) == -1 && errno != EEXIST)
		return err_set(e, errno, "mkdir recordings/.../%s", name);
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return err_set(e, errno, "recordings/.../%s", name);
	return fd;
}

int
archive_make(int dir, const struct archive_key *key,
    char file[ARCHIVE_FILE_SIZE], struct err *e)
{
	CLOSES int lab = enter(dir, key->lab, true, e);
	CLOSES int account = lab == -1 ? -1 : enter(lab, key->account, true, e);
	time_t since = (time_t)key->since;
	char date[DATE_SIZE] = "unknown";
	struct tm tm;

	if (account == -1)
		return -1;
	if (gmtime_r(&since, &tm) != NULL && tm.tm_year < 8000)
		strftime(date, sizeof(date), "%Y%m%dT%H%M%SZ", &tm);
	for (int same = 1; same <= SAME_MAX; same++) {
		char name[64], more[16] = "";
		int fd;

		if (same > 1)
			snprintf(more, sizeof(more), "-%d", same);
		snprintf(name, sizeof(name), "%s-%" PRIu32 "%s" SUFFIX, date,
		    key->terminal, more);
		fd = openat(account, name,
		    O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW |
			O_CLOEXEC,
		    0600);
		if (fd == -1 && errno == EEXIST)
			continue;
		if (fd == -1)
			return err_set(e, errno, "recordings/%s/%s/%s",
			    key->lab, key->account, name);
		snprintf(file, ARCHIVE_FILE_SIZE, "%s/%s/%s", key->lab,
		    key->account, name);
		return fd;
	}
	return err_set(e, EEXIST, "recordings/%s/%s/%s-%" PRIu32, key->lab,
	    key->account, date, key->terminal);
}

/* Three components: two names, and one that ends with our suffix. */
static bool
split(const char *file, char lab[NAME_SIZE], char account[NAME_SIZE],
    const char **name)
{
	const char *first = strchr(file, '/');
	const char *second = first == NULL ? NULL : strchr(first + 1, '/');
	size_t length;

	if (second == NULL || first - file >= NAME_SIZE ||
	    second - first - 1 >= NAME_SIZE)
		return false;
	snprintf(lab, NAME_SIZE, "%.*s", (int)(first - file), file);
	snprintf(account, NAME_SIZE, "%.*s", (int)(second - first - 1),
	    first + 1);
	*name = second + 1;
	length = strlen(*name);
	return is_name(lab) && is_name(account) && strchr(*name, '/') == NULL &&
	       **name != '.' && length > strlen(SUFFIX) &&
	       strcmp(*name + length - strlen(SUFFIX), SUFFIX) == 0;
}

int
archive_open(int dir, const char *file, int flags, struct err *e)
{
	char lab[NAME_SIZE], account[NAME_SIZE];
	CLOSES int above = -1;
	CLOSES int below = -1;
	const char *name;
	int fd;

	if (!split(file, lab, account, &name))
		return err_set(e, EINVAL,
		    "%.200s is no recording: its name is LAB/ACCOUNT/NAME.cast",
		    file);
	above = enter(dir, lab, false, e);
	below = above == -1 ? -1 : enter(above, account, false, e);
	if (below == -1)
		return -1;
	fd = openat(below, name, flags | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return err_set(e, errno, "recordings/%s", file);
	return fd;
}

/* --- all of them -------------------------------------------------------------- */

struct walk {
	int dir;
	void (*each)(void *self, const struct archive_entry *e);
	void *self;
};

static uint64_t
begun_of(const char *name)
{
	struct tm tm = { 0 };
	const char *end = strptime(name, "%Y%m%dT%H%M%SZ", &tm);
	time_t at = end == NULL ? -1 : timegm(&tm);

	return at < 0 ? 0 : (uint64_t)at;
}

static void
walk_account(const struct walk *w, int above, const char *lab,
    const char *account)
{
	CLOSES_DIR DIR *d = dir_open(above, account);
	const struct dirent *at;
	struct archive_entry e;
	struct stat st;

	while ((at = dir_next(d)) != NULL) {
		char file[ARCHIVE_FILE_SIZE];
		char names[2][NAME_SIZE];
		const char *name;
		int n = snprintf(file, sizeof(file), "%s/%s/%s", lab, account,
		    at->d_name);

		if (n < 0 || (size_t)n >= sizeof(file) ||
		    !split(file, names[0], names[1], &name) ||
		    fstatat(dirfd(d), at->d_name, &st, AT_SYMLINK_NOFOLLOW) ==
			-1 ||
		    !S_ISREG(st.st_mode))
			continue; /* not ours */
		e = (struct archive_entry){ .begun = begun_of(at->d_name),
			.changed = (uint64_t)st.st_mtime,
			.size = (uint64_t)st.st_size };
		memcpy(e.lab, names[0], NAME_SIZE);
		memcpy(e.account, names[1], NAME_SIZE);
		memcpy(e.file, file, sizeof(file));
		w->each(w->self, &e);
	}
}

static void
walk_lab(const struct walk *w, const char *lab)
{
	CLOSES_DIR DIR *d = dir_open(w->dir, lab);
	const struct dirent *at;

	while ((at = dir_next(d)) != NULL) {
		if (is_name(at->d_name))
			walk_account(w, dirfd(d), lab, at->d_name);
	}
}

void
archive_walk(int dir, const char *lab,
    void (*each)(void *self, const struct archive_entry *e), void *self)
{
	const struct walk w = { dir, each, self };
	CLOSES_DIR DIR *d = NULL;
	const struct dirent *at;

	if (lab[0] != '\0') {
		walk_lab(&w, lab);
		return;
	}
	d = dir_open(dir, ".");
	while ((at = dir_next(d)) != NULL) {
		if (is_name(at->d_name))
			walk_lab(&w, at->d_name);
	}
}

bool
archive_is_written(int dir, const char *file)
{
	struct err e;
	CLOSES int fd = archive_open(dir, file, O_RDONLY, &e);

	return fd != -1 && flock(fd, LOCK_SH | LOCK_NB) == -1;
}

bool
archive_remove(int dir, const char *file)
{
	char lab[NAME_SIZE], account[NAME_SIZE], both[2 * NAME_SIZE];
	const char *name;

	if (!split(file, lab, account, &name) ||
	    archive_is_written(dir, file) || unlinkat(dir, file, 0) == -1)
		return false;
	snprintf(both, sizeof(both), "%s/%s", lab, account);
	if (unlinkat(dir, both, AT_REMOVEDIR) == 0)
		unlinkat(dir, lab, AT_REMOVEDIR);
	return true;
}
