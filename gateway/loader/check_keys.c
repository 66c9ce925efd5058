/* check_keys.c - may keys_command be run? */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "gateway/base/scope.h"
#include "gateway/loader/check.h"
#include "gateway/loader/own_user.h"
#include "gateway/loader/rooted.h"

static int
check_trusted(const char *path, struct err *e)
{
	FREES char *real = realpath(path, NULL);
	struct stat st;

	if (real == NULL || stat(real, &st) == -1)
		return err_set(e, errno, "%s", path);
	if (!S_ISREG(st.st_mode) || (st.st_mode & 0111) == 0)
		return err_set(e, 0, "%s is not a program", path);
	return rooted_check(real, e);
}

static void
check_user(const struct config *c, config_setting_t *group,
    struct diagnostics *out)
{
	const char *user = c->keys_command_user;
	int line = line_of(group, "keys_command_user");

	if (user[0] == '\0') {
		diagnose(out, c->file, line_of(group, "keys_command"),
		    "keys_command needs a keys_command_user to run as");
		return;
	}
	switch (own_user_find(c, user)) {
	case USER_IS_OWN:
		break;
	case USER_IS_MISSING:
		diagnose(out, c->file, line,
		    "keys_command_user %s does not exist: make it with"
		    " 'useradd --system --user-group --no-create-home"
		    " --shell /usr/sbin/nologin %s'",
		    user, user);
		break;
	case USER_IS_SHARED:
		diagnose(out, c->file, line,
		    "keys_command_user %s must be a user of its own: not root,"
		    " and not that of another option",
		    user);
		break;
	}
}

/* The first placeholder that there is not, or NULL. */
static const char *
unknown_placeholder(const char *text)
{
	for (const char *p = strchr(text, '%'); p != NULL;
	     p = strchr(p + 2, '%')) {
		if (p[1] == '\0' || strchr("utk%", p[1]) == NULL)
			return p;
	}
	return NULL;
}

void
check_keys_command(const struct config *c, config_setting_t *group,
    struct diagnostics *out)
{
	int line = line_of(group, "keys_command");
	struct err e = { 0 };

	if (c->keys_command.count == 0)
		return;
	for (size_t i = 1; i < c->keys_command.count; i++) {
		const char *bad = unknown_placeholder(c->keys_command.at[i]);

		if (bad != NULL)
			diagnose(out, c->file, line,
			    "keys_command: \"%.2s\" is none of %%u, %%t, %%k"
			    " and %%%%",
			    bad);
	}
	if (c->keys_command.count > STRINGS_MAX)
		diagnose(out, c->file, line,
		    "keys_command has %zu parts; at"
		    " most %d",
		    c->keys_command.count, STRINGS_MAX);
	if (c->keys_command.at[0][0] != '/')
		diagnose(out, c->file, line,
		    "keys_command must start with an absolute path");
	else if (check_trusted(c->keys_command.at[0], &e) == -1)
		diagnose(out, c->file, line, "keys_command: %s", e.text);
	check_user(c, group, out);
}
