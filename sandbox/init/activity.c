/* activity.c - is the student at work? */
#include "sandbox/init/activity.h"

#include <dirent.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>

#define ENTRIES_MAX 100 /* of a directory that root of the sandbox may fill */

static bool
is_recent(int64_t then, int64_t now)
{
	return then >= now - ACTIVITY_S && then <= now + ACTIVITY_S;
}

/* Of the next terminal in the directory; false when there is none. */
static bool
next_terminal(DIR *d, int *left, struct stat *st)
{
	struct dirent *entry;

	while (d != NULL && (*left)-- > 0 && (entry = readdir(d)) != NULL) {
		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9' &&
		    fstatat(dirfd(d), entry->d_name, st, AT_SYMLINK_NOFOLLOW) ==
			0)
			return true;
	}
	if (d != NULL)
		closedir(d);
	return false;
}

bool
activity_is_recent(int64_t now)
{
	DIR *d = opendir("/dev/pts");
	bool is_at_work = false;
	int left = ENTRIES_MAX;
	struct stat st;

	while (next_terminal(d, &left, &st))
		is_at_work = is_at_work || is_recent(st.st_atim.tv_sec, now) ||
			     is_recent(st.st_mtim.tv_sec, now);
	return is_at_work;
}

/* As FNV-1a does it, by words. */
static uint64_t
mix(uint64_t sum, int64_t value)
{
	return (sum ^ (uint64_t)value) * UINT64_C(0x100000001b3);
}

uint64_t
activity_mark(void)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);
	DIR *d = opendir("/dev/pts");
	int left = ENTRIES_MAX;
	struct stat st;

	while (next_terminal(d, &left, &st)) {
		sum = mix(sum, (int64_t)st.st_ino);
		sum = mix(sum, st.st_atim.tv_sec);
		sum = mix(sum, st.st_mtim.tv_sec);
	}
	return sum;
}
