/* landlock.c - the places that a process can reach, whatever its ids may. */
#include "gateway/base/landlock.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gateway/base/scope.h"

/* As in Linux 6.12: a kernel that knows less takes it while the rest is 0. */
struct attributes {
	uint64_t files, network, scopes;
};

/* What each version adds. */
#define FILES_1	  ((1ULL << 13) - 1)
#define FILES_2	  LANDLOCK_ACCESS_FS_REFER
#define FILES_3	  LANDLOCK_ACCESS_FS_TRUNCATE
#define NETWORK_4 3ULL /* bind and connect of TCP */
#define FILES_5	  LANDLOCK_ACCESS_FS_IOCTL_DEV
#define SCOPES_6  3ULL /* abstract Unix sockets, and signals */
#define ONE_FILE  (PLACE_RUN | PLACE_WRITE | PLACE_IOCTL)

int
landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	return abi < 0 ? 0 : (int)abi;
}

/* All that is known is handled, so that what is not granted is denied. */
static struct attributes
handled(int abi)
{
	return (struct attributes){
		.files = FILES_1 | (abi >= 2 ? FILES_2 : 0) |
			 (abi >= 3 ? FILES_3 : 0) | (abi >= 5 ? FILES_5 : 0),
		.network = abi >= 4 ? NETWORK_4 : 0,
		.scopes = abi >= 6 ? SCOPES_6 : 0,
	};
}

/* A right that only a directory can have is an error for a file. */
static int
allow(int rules, const struct landlock_place *p, uint64_t known, struct err *e)
{
	struct landlock_path_beneath_attr below = {
		.allowed_access = p->rights & known,
		.parent_fd = p->fd,
	};
	struct stat st;

	if (fstat(p->fd, &st) == -1)
		return err_set(e, errno, "landlock");
	if (!S_ISDIR(st.st_mode))
		below.allowed_access &= ONE_FILE;
	if (below.allowed_access != 0 &&
	    syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
		&below, 0) == -1)
		return err_set(e, errno, "landlock rule");
	return 0;
}

int
landlock_enter(const struct landlock_place *places, size_t count, struct err *e)
{
	int abi = landlock_abi();
	const struct attributes all = handled(abi);
	CLOSES int rules = -1;

	if (abi == 0)
		return 0;
	rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
	if (rules == -1)
		return err_set(e, errno, "landlock");
	for (size_t i = 0; i < count; i++) {
		if (places[i].fd != -1 &&
		    allow(rules, &places[i], all.files, e) == -1)
			return -1;
	}
	if (syscall(SYS_landlock_restrict_self, rules, 0) == -1)
		return err_set(e, errno, "landlock");
	return 0;
}
