/* locks.c - how many locks on files each sandbox has; see locks.h. */
#include "sandbox/builder/locks.h"

#include <dirent.h>
#include <linux/kcmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "sandbox/builder/owner.h"
#include "sandbox/builder/procfile.h"

#define LOOKS_MAX 4096 /* of descriptors, 100 ms where /proc is slow */
#define TASKS_MAX 4096

uint64_t
locks_in(const char *text)
{
	static const char head[] = "lock:";
	uint64_t count = 0;

	for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		count += strncmp(line, head, sizeof(head) - 1) == 0;
	}
	return count;
}

struct look {
	unsigned left; /* descriptors that may still be looked at */
	uint64_t bytes, enough;
};

static bool
is_over(const struct look *l)
{
	return l->left == 0 || l->bytes > l->enough;
}

/* All descriptors of a task.  It may be gone by now, and init does not let us
 * look. */
static void
look_at(struct look *l, int task)
{
	struct dirent *entry;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo", task);
	dir = opendir(path);
	if (dir == NULL)
		return;
	while (!is_over(l) && (entry = readdir(dir)) != NULL) {
		FREES char *text = NULL;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/fdinfo/%.10s", task,
		    entry->d_name);
		text = procfile_whole(path);
		if (text != NULL)
			l->bytes += LOCK_BYTES * locks_in(text);
		l->left--;
	}
	closedir(dir);
}

/* Threads of a process stand next to each other, and have its descriptors,
 * unless they were unshared. */
static bool
are_shared(int a, int b)
{
	return syscall(SYS_kcmp, a, b, KCMP_FILES, 0, 0) == 0;
}

/* The numbers in text; 0 are those that we do not see. */
static size_t
parse(const char *text, int *task, size_t size)
{
	size_t count = 0;
	char *end;

	while (count < size) {
		long n = strtol(text, &end, 10);

		if (end == text)
			break;
		if (n > 0)
			task[count++] = (int)n;
		text = end;
	}
	return count;
}

uint64_t
locks_held(const struct cgroups *g, const struct sandbox *s, unsigned turn,
    uint64_t enough, bool *is_whole)
{
	struct look l = { .left = LOOKS_MAX, .enough = enough };
	FREES char *text = cgroup_tasks(g, &s->cgroup);
	FREES int *task = calloc(TASKS_MAX, sizeof(*task));
	size_t count =
	    text == NULL || task == NULL ? 0 : parse(text, task, TASKS_MAX);
	struct err e;

	/* Refused, nothing is counted in this turn; the next one tries again. */
	*is_whole = count > 0 && count < TASKS_MAX;
	if (owner_become(sandbox_first(s)->base, &e) == -1) {
		count = 0;
		*is_whole = false;
	}
	for (size_t i = 0; i < count && !is_over(&l); i++) {
		size_t at = (i + turn) % count;

		if (at == 0 || !are_shared(task[at - 1], task[at]))
			look_at(&l, task[at]);
	}
	if (owner_return(&e) == -1) /* the next build tries again */
		log_error(NULL, "%s", e.text);
	*is_whole = *is_whole && !is_over(&l);
	return l.bytes;
}
