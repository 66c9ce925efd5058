/* monitor.c - what the monitor's parts share. */
#include "gateway/monitor/monitor.h"

void
monitor_fail(struct monitor *m, const char *why)
{
	if (m->failure == NULL)
		m->failure = why;
}
