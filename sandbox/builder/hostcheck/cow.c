/* cow.c - does the file system of state_dir keep room that was reserved? */
#include "sandbox/builder/hostcheck/cow.h"

#include <stddef.h>
#include <sys/vfs.h>

#include "gateway/base/array.h"

/* XFS is none of them: without reflinks of the same file, and we make none, it
 * writes where it has reserved. */
static const struct {
	unsigned long type;
	const char *name;
} copying[] = {
	{ 0x9123683e, "btrfs" }, /* its magic(5), and others' below */
	{ 0x2fc12fc1, "zfs" },
	{ 0xca451a4e, "bcachefs" },
	{ 0x3434, "nilfs2" },
	{ 0xf2f52010, "f2fs" },
};

const char *
cow_name(unsigned long type)
{
	for (size_t i = 0; i < COUNT_OF(copying); i++) {
		if (copying[i].type == (type & 0xffffffff))
			return copying[i].name;
	}
	return NULL;
}

void
cow_find(const char *state_dir, struct host_rows *f)
{
	struct host_row *row;
	struct statfs st;
	const char *name;

	if (statfs(state_dir, &st) == -1)
		return; /* said where it is needed */
	name = cow_name((unsigned long)st.f_type);
	if (name == NULL)
		return;
	row = host_row_add(f, LEVEL_WARNING, "room of homes",
	    "state_dir %s is on %s, where each write takes new blocks:"
	    " what is reserved for a home is not kept for it",
	    state_dir, name);
	host_row_cure(row,
	    "put state_dir on ext4 or xfs, or on a part of the pool with a"
	    " quota that all homes together fit in");
}
