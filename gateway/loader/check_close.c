/* check_close.c - can the work of a lab be collected? */
#include "gateway/loader/check.h"
#include "gateway/loader/check_lab.h"
#include "gateway/loader/own_user.h"

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
	own_user_check(c, c->collector_user,
	    &(struct own_user_need){ lab->file, line, "close = \"collect\"",
		"collector_user" },
	    out);
}
