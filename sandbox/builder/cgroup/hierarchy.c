/* hierarchy.c - where this host has its cgroup controllers. */
#include "sandbox/builder/cgroup/hierarchy.h"

#include <stdio.h>
#include <string.h>

static const char *const names[CONTROLLER_COUNT] = {
	[CONTROLLER_MEMORY] = "memory",
	[CONTROLLER_CPU] = "cpu",
	[CONTROLLER_PIDS] = "pids",
	[CONTROLLER_CPUACCT] = "cpuacct",
	[CONTROLLER_CPUSET] = "cpuset",
	[CONTROLLER_FREEZER] = "freezer",
};

const char *
controller_name(enum controller c)
{
	return names[c];
}

unsigned
controllers_parse(const char *list)
{
	unsigned found = 0;

	for (;;) {
		size_t n;

		list += strspn(list, ", \n");
		n = strcspn(list, ", \n");
		if (n == 0)
			return found;
		for (int c = 0; c < CONTROLLER_COUNT; c++) {
			if (strlen(names[c]) == n &&
			    memcmp(list, names[c], n) == 0)
				found |= 1U << c;
		}
		list += n;
	}
}

/* See proc(5): "36 35 98:0 /root /mount rw,... tags - type source options". */
bool
hierarchy_parse(const char *line, struct hierarchy *h)
{
	char root[HIERARCHY_PATH_SIZE], type[16], options[512];
	const char *rest = strstr(line, " - ");

	*h = (struct hierarchy){ 0 };
	if (rest == NULL ||
	    sscanf(line, "%*s %*s %*s %255s %255s", root, h->path) != 2 ||
	    sscanf(rest, " - %15s %*s %511s", type, options) != 2)
		return false;
	if (strcmp(root, "/") != 0)
		return false;
	h->is_v2 = strcmp(type, "cgroup2") == 0;
	if (h->is_v2)
		return true;
	if (strcmp(type, "cgroup") != 0)
		return false;
	h->controllers = controllers_parse(options);
	return h->controllers != 0;
}

bool
hierarchy_own_path(const char *text, char *path, size_t size)
{
	const char *at = strncmp(text, "0::", 3) == 0 ? text : NULL;
	size_t n;

	if (at == NULL) {
		at = strstr(text, "\n0::");
		if (at == NULL)
			return false;
		at++;
	}
	at += 3;
	n = strcspn(at, "\n");
	if (n == 0 || n >= size)
		return false;
	memcpy(path, at, n);
	path[n] = '\0';
	return true;
}
