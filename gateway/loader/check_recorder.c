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
	int line = line_of(group, "record");

	if (lab->record == RECORD_NO)
		return;
	own_user_check(c, c->recorder_user,
	    &(struct own_user_need){ lab->file, line, "record",
		"recorder_user" },
	    out);
}
