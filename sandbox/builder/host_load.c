/* host_load.c - what of the host is in use, and what the builder takes of it. */
#include "sandbox/builder/host_load.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sandbox/builder/procfile.h"

static uint64_t
us_of(const struct timeval *t)
{
	return (uint64_t)t->tv_sec * 1000000 + (uint64_t)t->tv_usec;
}

void
host_load(struct msg_usage_end *to)
{
	struct rusage own;
	double load = 0;
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (getrusage(RUSAGE_SELF, &own) == 0)
		to->cpu_us = us_of(&own.ru_utime) + us_of(&own.ru_stime);
	if (getloadavg(&load, 1) == 1)
		to->load = (uint32_t)(100 * load);
	to->processors = processors < 0 ? 0 : (uint32_t)processors;
	if (procfile_value("/proc/meminfo", "MemAvailable:", &to->available))
		to->available *= 1024; /* from KiB */
}
