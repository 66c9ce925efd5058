/* cgroup_file.c - reading and writing the files of a cgroup. */
#include "sandbox/builder/cgroup/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/scope.h"

/* Longest: "s4294967295/memory.memsw.max_usage_in_bytes". */
#define FILE_PATH_SIZE 96

uint64_t
cgroup_quota(uint32_t cpu_percent)
{
	return (uint64_t)cpu_percent * CPU_PERIOD_US / 100;
}

uint64_t
cgroup_shares(uint32_t cpu_weight)
{
	uint64_t shares = (uint64_t)cpu_weight * 1024 / 100;

	return shares < 2 ? 2 : shares; /* the kernel's least */
}

bool
cgroup_is_sandbox_name(const char *name)
{
	size_t digits;

	if (name[0] != 's')
		return strcmp(name, "probe") == 0;
	digits = strspn(name + 1, "0123456789");
	return digits > 0 && name[1 + digits] == '\0';
}

uint64_t
cgroup_value(const char *text, const char *key)
{
	size_t n;

	if (key == NULL)
		return strtoull(text, NULL, 10);
	n = strlen(key);
	for (const char *line = text; line != NULL && *line != '\0';) {
		if (strncmp(line, key, n) == 0 && line[n] == ' ')
			return strtoull(line + n + 1, NULL, 10);
		line = strchr(line, '\n');
		if (line != NULL)
			line++;
	}
	return 0;
}

int
cgroup_open(int dir, const char *group, const char *file, int flags)
{
	char path[FILE_PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s", group, file);
	return openat(dir, path, flags | O_CLOEXEC | O_NOFOLLOW);
}

int
cgroup_write(int dir, const char *group, const char *file, const char *value,
    struct err *e)
{
	CLOSES int fd = cgroup_open(dir, group, file, O_WRONLY);
	size_t n = strlen(value);

	if (fd == -1 || write(fd, value, n) != (ssize_t)n)
		return err_set(e, errno, "%s=%s", file, value);
	return 0;
}

int
cgroup_write_u64(int dir, const char *group, const char *file, uint64_t value,
    struct err *e)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	return cgroup_write(dir, group, file, text, e);
}

uint64_t
cgroup_read(int dir, const char *group, const char *file, const char *key)
{
	CLOSES int fd = cgroup_open(dir, group, file, O_RDONLY);
	char text[1024];
	ssize_t n = fd == -1 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n <= 0)
		return 0;
	text[n] = '\0';
	return cgroup_value(text, key);
}

uint64_t
cgroup_reread(int fd, const char *key)
{
	char text[1024];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return 0;
	text[n] = '\0';
	return cgroup_value(text, key);
}

void
cgroup_kill_listed(int dir, const char *group)
{
	CLOSES int fd = cgroup_open(dir, group, "cgroup.procs", O_RDONLY);
	FILE *f;
	long pid;

	if (fd == -1)
		return;
	f = fdopen(fd, "r");
	if (f == NULL)
		return;
	fd = -1; /* fclose() has it now */
	/* 0 is a process of a pid namespace that we do not see. */
	while (fscanf(f, "%ld", &pid) == 1) {
		if (pid > 1)
			kill((pid_t)pid, SIGKILL);
	}
	fclose(f);
}
