/* host_look.c - looks at the gateway's host while a rehearsal runs. */
#include "gateway/admin/rehearse/host_look.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#define KIB 1024

/* A file of /proc that is a number; 0: it cannot be read. */
static uint64_t
read_number(const char *file)
{
	FILE *f = fopen(file, "re");
	uint64_t n = 0;

	if (f == NULL)
		return 0;
	if (fscanf(f, "%" SCNu64, &n) != 1)
		n = 0;
	fclose(f);
	return n;
}

/* proc(5): how many processes and threads there are. */
static uint64_t
read_tasks(void)
{
	FILE *f = fopen("/proc/loadavg", "re");
	uint64_t n = 0;

	if (f == NULL)
		return 0;
	if (fscanf(f, "%*f %*f %*f %*u/%" SCNu64, &n) != 1)
		n = 0;
	fclose(f);
	return n;
}

/* proc(5): KiB. */
static uint64_t
read_memory(const char *key)
{
	FILE *f = fopen("/proc/meminfo", "re");
	uint64_t n = 0, value;
	char name[64];

	while (f != NULL &&
	       fscanf(f, "%63s %" SCNu64 "%*[^\n]", name, &value) == 2) {
		if (strcmp(name, key) == 0)
			n = value * KIB;
	}
	if (f != NULL)
		fclose(f);
	return n;
}

static void
look_at_memory(struct host_seen *s, double at_s)
{
	uint64_t left = read_memory("MemAvailable:");

	s->memory = read_memory("MemTotal:");
	if (left == 0)
		return;
	if (s->memory_least == 0 || left < s->memory_least)
		s->memory_least = left;
	if (s->memory_s == 0 && left < s->memory / 20)
		s->memory_s = at_s;
}

static void
look_at_processor(struct host_watch *w, struct host_seen *s, double at_s)
{
	uint64_t t[8] = { 0 }, total = 0, idle, some;
	FILE *f = fopen("/proc/stat", "re");
	int n = 0;

	if (f == NULL)
		return;
	n = fscanf(f,
	    "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
	    " %" SCNu64 " %" SCNu64 " %" SCNu64,
	    &t[0], &t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &t[7]);
	fclose(f);
	if (n < 5)
		return;
	for (int i = 0; i < n; i++)
		total += t[i];
	idle = t[3] + t[4]; /* and waiting for a disk */
	some = total - w->total;
	if (w->total > 0 && some > 0) {
		s->looks++;
		if ((total - idle - w->busy) * 10 >= some * 9) {
			s->busy++;
			if (s->busy_s == 0)
				s->busy_s = at_s;
		}
	}
	w->busy = total - idle;
	w->total = total;
}

static void
look_at_tasks(struct host_seen *s, double at_s)
{
	uint64_t n = read_tasks();
	uint64_t pids = read_number("/proc/sys/kernel/pid_max");
	uint64_t threads = read_number("/proc/sys/kernel/threads-max");

	s->tasks_max = threads > 0 && threads < pids ? threads : pids;
	if (n > s->tasks)
		s->tasks = n;
	if (s->tasks_s == 0 && s->tasks_max > 0 && n > s->tasks_max / 10 * 9)
		s->tasks_s = at_s;
}

static void
look_at_disk(const char *dir, struct host_seen *s, double at_s)
{
	struct statvfs st;
	uint64_t left;

	if (dir == NULL || statvfs(dir, &st) == -1 || st.f_blocks == 0)
		return;
	s->disk = (uint64_t)st.f_blocks * st.f_frsize;
	left = (uint64_t)st.f_bavail * st.f_frsize;
	if (s->disk_least == 0 || left < s->disk_least)
		s->disk_least = left;
	if (s->disk_s == 0 && left < s->disk / 10)
		s->disk_s = at_s;
}

void
host_look(struct host_watch *w, struct host_seen *seen, double at_s)
{
	look_at_memory(seen, at_s);
	look_at_processor(w, seen, at_s);
	look_at_tasks(seen, at_s);
	look_at_disk(w->state_dir, seen, at_s);
}
