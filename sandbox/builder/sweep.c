/* sweep.c - remove what an earlier life of the builder left behind. */
#include "sandbox/builder/sweep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/dir.h"
#include "gateway/base/log.h"
#include "sandbox/builder/cgroup/cgroup.h"

#define PATIENCE_MS 2000
#define PAUSE_MS    5

static void
pause_ms(long ms)
{
	struct timespec t = { .tv_nsec = ms * 1000000 };

	nanosleep(&t, NULL);
}

static void
sweep_group(int dir, const char *name,
    void (*kill_group)(int dir, const char *group))
{
	for (int waited = 0; waited < PATIENCE_MS; waited += PAUSE_MS) {
		kill_group(dir, name);
		if (unlinkat(dir, name, AT_REMOVEDIR) == 0)
			return;
		pause_ms(PAUSE_MS);
	}
	log_warn(NULL, "cannot remove old cgroup name=%s: %s", name,
	    strerror(errno));
}

void
sweep_groups(int dir, void (*kill_group)(int dir, const char *group))
{
	CLOSES_DIR DIR *d = dir_open(dir, ".");
	const struct dirent *entry;

	while ((entry = dir_next(d)) != NULL) {
		if (entry->d_type == DT_DIR &&
		    cgroup_is_sandbox_name(entry->d_name))
			sweep_group(dir, entry->d_name, kill_group);
	}
}

/* One line of headings, then one for each swap area. */
bool
sweep_host_has_swap(void)
{
	FILE *f = fopen("/proc/swaps", "re");
	char line[256];
	int lines = 0;

	if (f == NULL)
		return false;
	while (fgets(line, sizeof(line), f) != NULL)
		lines++;
	fclose(f);
	return lines > 1;
}
