/* landlock_check.c - is there Landlock, for monitor, loader and recorder? */
#include "sandbox/builder/hostcheck/landlock_check.h"

#include "gateway/base/landlock.h"

void
landlock_check(struct host_rows *f)
{
	int abi = landlock_abi();

	if (abi > 0) {
		host_row_add(f, LEVEL_OK, "Landlock",
		    "version %d: monitor, loader and recorder reach the files"
		    " they need, and no others",
		    abi);
		return;
	}
	host_row_cure(
	    host_row_add(f, LEVEL_WARNING, "Landlock",
		"none in this kernel, or switched off: monitor, loader and"
		" recorder go without"),
	    "have landlock in lsm= of the kernel's command line (see"
	    " /sys/kernel/security/lsm), and a kernel that has it");
}
