/* own_user.c - is a process's system user one that no other process of ours has? */
#include "gateway/loader/own_user.h"

#include <pwd.h>
#include <string.h>

#include "gateway/base/array.h"
#include "gateway/config/diagnostic.h"

enum own_user
own_user_find(const struct config *c, const char *user)
{
	const char *const all[] = { c->user, c->session_user, c->signer_user,
		c->recorder_user, c->web_user, c->net_user, c->names_user,
		c->collector_user, c->publish_user, c->browser_user,
		c->keys_command_user };
	const struct passwd *pw = getpwnam(user);

	if (pw == NULL)
		return USER_IS_MISSING;
	if (pw->pw_uid == 0 || pw->pw_gid == 0)
		return USER_IS_SHARED;
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		if (all[i] != user && strcmp(all[i], user) == 0)
			return USER_IS_SHARED;
	}
	return USER_IS_OWN;
}

void
own_user_check(const struct config *c, const char *user,
    const struct own_user_need *need, struct diagnostics *out)
{
	switch (own_user_find(c, user)) {
	case USER_IS_OWN:
		break;
	case USER_IS_MISSING:
		diagnose(out, need->file, need->line,
		    "%s needs the %s of the site, and there is no user %s: make"
		    " it with 'useradd --system --user-group --no-create-home"
		    " --shell /usr/sbin/nologin %s'",
		    need->what, need->option, user, user);
		break;
	case USER_IS_SHARED:
		diagnose(out, need->file, need->line,
		    "%s needs a %s of its own: %s must not be root, nor the"
		    " user of another option",
		    need->what, need->option, user);
		break;
	}
}
