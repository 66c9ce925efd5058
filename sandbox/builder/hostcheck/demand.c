/* demand.c - what the labs may take of this host. */
#include "sandbox/builder/hostcheck/demand.h"

#include "sandbox/builder/fs/mounts.h"
#include "sandbox/builder/hostcheck/host_rows.h"

#define FILE_BYTES 256 /* of the sandbox's memory for one open file */

static void
at_least(uint64_t *largest, uint64_t n)
{
	if (*largest < n)
		*largest = n;
}

struct demand
demand_of(const struct plan_table *t)
{
	struct demand d = { .sandboxes = t->site.sandboxes_max };

	for (size_t i = 0; i < t->count; i++) {
		const struct msg_lab_plan *lab = &t->plan[i]->spec;
		uint64_t files = (uint64_t)lab->pids * lab->open_files;

		at_least(&d.memory, lab->memory);
		if (d.memory_least == 0 || lab->memory < d.memory_least)
			d.memory_least = lab->memory;
		at_least(&d.pids, lab->pids);
		at_least(&d.ptys, lab->pids < PTYS_MAX ? lab->pids : PTYS_MAX);
		at_least(&d.files, files < lab->memory / FILE_BYTES
				       ? files
				       : lab->memory / FILE_BYTES);
		if (lab->storage == STORAGE_DISK)
			at_least(&d.disk, lab->disk);
		if (lab->storage == STORAGE_DISK || lab->home != HOME_FRESH)
			d.keeps_files = true;
	}
	return d;
}

uint64_t
demand_held(uint64_t has, uint64_t keeps, uint64_t each)
{
	if (each == 0)
		return HOLDS_ANY;
	return has < keeps ? 0 : (has - keeps) / each;
}
