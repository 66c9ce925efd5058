/* check_recorder.c - can terminals be recorded? */
#include "gateway/loader/check.h"
#include "gateway/loader/check_lab.h"
#include "gateway/loader/own_user.h"

void
check_recordings(const struct config *c, config_setting_t *group,
    struct diagnostics *out)
{
	if (c->recordings_count > 1)
		diagnose(out, c->file, line_of(group, "recordings"),
		    "recordings is there twice");
}

/* Only a lab that needs it needs its user. */
void
check_record(const struct config *c, const struct lab *lab,
    config_setting_t *group, struct diagnostics *out)
{
	const char *user = c->recorder_user;
	int line = line_of(group, "record");

	if (lab->record == RECORD_NO)
		return;
	switch (own_user_find(c, user)) {
	case USER_IS_OWN:
		break;
	case USER_IS_MISSING:
		diagnose(out, lab->file, line,
		    "record needs the recorder_user of the site, and there is"
		    " no user %s: make it with 'useradd --system --user-group"
		    " --no-create-home --shell /usr/sbin/nologin %s'",
		    user, user);
		break;
	case USER_IS_SHARED:
		diagnose(out, lab->file, line,
		    "record needs a recorder_user of its own: %s must not be"
		    " root, nor the user of another option",
		    user);
		break;
	}
}
