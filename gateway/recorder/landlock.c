/* landlock.c - one directory is all there is of files. */
#include "gateway/recorder/landlock.h"

#include <errno.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gateway/base/scope.h"

/* Of version 1, which Linux 5.13 has.  All are handled, so that what is not
 * granted below is denied. */
#define HANDLED                                                                \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |          \
	    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |       \
	    LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |   \
	    LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |       \
	    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |       \
	    LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |     \
	    LANDLOCK_ACCESS_FS_MAKE_SYM)
#define GRANTED                                                                \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |        \
	    LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR |      \
	    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |     \
	    LANDLOCK_ACCESS_FS_MAKE_REG)

int
landlock_enter(int dir, struct err *e)
{
	const struct landlock_ruleset_attr handled = {
		.handled_access_fs = HANDLED,
	};
	const struct landlock_path_beneath_attr below = {
		.allowed_access = GRANTED,
		.parent_fd = dir,
	};
	CLOSES int rules = (int)syscall(SYS_landlock_create_ruleset, &handled,
	    sizeof(handled), 0);

	if (rules == -1 && (errno == ENOSYS || errno == EOPNOTSUPP))
		return 0;
	if (rules == -1 ||
	    syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
		&below, 0) == -1 ||
	    syscall(SYS_landlock_restrict_self, rules, 0) == -1)
		return err_set(e, errno, "landlock");
	return 0;
}
