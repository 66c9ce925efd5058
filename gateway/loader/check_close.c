/* check_close.c - can the work of a lab be collected? */
#include "gateway/loader/check.h"
#include "gateway/loader/check_lab.h"
#include "gateway/loader/own_user.h"

static void
check_user(const struct config *c, const struct lab *lab, int line,
    struct diagnostics *out)
{
	const char *user = c->collector_user;

	switch (own_user_find(c, user)) {
	case USER_IS_OWN:
		break;
	case USER_IS_MISSING:
		diagnose(out, lab->file, line,
		    "close = \"collect\" needs the collector_user of the site,"
		    " and there is no user %s: make it with 'useradd --system"
		    " --user-group --no-create-home --shell /usr/sbin/nologin"
		    " %s'",
		    user, user);
		break;
	case USER_IS_SHARED:
		diagnose(out, lab->file, line,
		    "close = \"collect\" needs a collector_user of its own: %s"
		    " must not be root, nor the user of another option",
		    user);
		break;
	}
}

/* Only a lab that needs it needs its user. */
void
check_close(const struct config *c, const struct lab *lab,
    config_setting_t *group, struct diagnostics *out)
{
	int line = line_of(group, "close");

	if (lab->close != CLOSE_COLLECT)
		return;
	if (lab->anonymous)
		diagnose(out, lab->file, line,
		    "close = \"collect\" with anonymous = true: work without an"
		    " account is nobody's, set one of the two otherwise");
	check_user(c, lab, line, out);
}
