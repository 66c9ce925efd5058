/* profile.c - the AppArmor profile of sandboxes: is it there, and how to take it. */
#include "sandbox/builder/apparmor/profile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "sandbox/builder/procfile.h"

#define LIST "/sys/kernel/security/apparmor/profiles"

/* Of the calling thread, whatever pid namespace /proc is of; see apparmor(7) and
 * aa_change_onexec(2). */
#define EXEC_ATTRIBUTE "/proc/thread-self/attr/apparmor/exec"

static const struct {
	const char *says, *cure;
} states[PROFILE_STATES] = {
	[PROFILE_NO_APPARMOR] = { "AppArmor is not in force", NULL },
	[PROFILE_UNSEEN] = { "what AppArmor has loaded cannot be seen",
	    "mount -t securityfs securityfs /sys/kernel/security" },
	[PROFILE_ABSENT] = { "the profile " PROFILE_NAME " is not loaded",
	    "apparmor_parser -r -T -W /etc/apparmor.d/" PROFILE_NAME
	    "; where that is missing, see APPARMOR in atolld(8)" },
	[PROFILE_LAX] = { "the profile " PROFILE_NAME
			  " is loaded in a mode that refuses nothing",
	    "aa-enforce " PROFILE_NAME },
	[PROFILE_LOADED] = { "the profile " PROFILE_NAME " is loaded", NULL },
};

const char *
profile_says(enum profile_state state)
{
	return states[state].says;
}

const char *
profile_cure(enum profile_state state)
{
	return states[state].cure;
}

/* The modes are those of the kernel's aa_profile_mode_names. */
enum profile_state
profile_find_in(const char *list)
{
	static const char start[] = PROFILE_NAME " (";

	for (const char *line = list; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, start, sizeof(start) - 1) != 0)
			continue;
		line += sizeof(start) - 1;
		if (strncmp(line, "enforce)", 8) == 0 ||
		    strncmp(line, "kill)", 5) == 0)
			return PROFILE_LOADED;
		return PROFILE_LAX;
	}
	return PROFILE_ABSENT;
}

enum profile_state
profile_find(void)
{
	FREES char *list = NULL;
	char enabled[8];

	if (!procfile_text("/sys/module/apparmor/parameters/enabled", enabled,
		sizeof(enabled)) ||
	    enabled[0] != 'Y')
		return PROFILE_NO_APPARMOR;
	if (access(LIST, R_OK) == -1)
		return PROFILE_UNSEEN;
	list = procfile_whole(LIST);
	return list == NULL ? PROFILE_ABSENT : profile_find_in(list);
}

/* A lab's mounts came before this: only the kernel's own /proc is written to. */
static int
open_attribute(int *fd, struct err *e)
{
	struct statfs st;

	*fd = open(EXEC_ATTRIBUTE, O_WRONLY | O_CLOEXEC);
	if (*fd == -1)
		return err_set(e, errno, "AppArmor: %s", EXEC_ATTRIBUTE);
	if (fstatfs(*fd, &st) == -1 || st.f_type != PROC_SUPER_MAGIC)
		return err_set(e, 0, "AppArmor: /proc is not the kernel's");
	return 0;
}

int
profile_enter(enum apparmor how, struct err *e)
{
	static const char words[] = "exec " PROFILE_NAME;
	CLOSES int fd = -1;

	if (how == APPARMOR_OFF)
		return 0;
	if (open_attribute(&fd, e) == -1)
		return fd == -1 && how == APPARMOR_TRY ? 0 : -1;
	if (write(fd, words, sizeof(words) - 1) == sizeof(words) - 1 ||
	    how == APPARMOR_TRY)
		return 0;
	return err_set(e, errno,
	    "apparmor = \"required\", and the profile " PROFILE_NAME
	    " cannot be taken; see 'atoll check-host'");
}
