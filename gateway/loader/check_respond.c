/* check_respond.c - is what follows a hostile seat said once, and of use? */
#include "gateway/loader/check.h"
#include "gateway/loader/check_lab.h"

static void
check_groups(const struct respond *r, size_t count, const char *file, int line,
    struct diagnostics *out)
{
	if (count > 1)
		diagnose(out, file, line, "respond is there twice");
	if (count == 0 || r->lock == 0 || r->probes == RESPOND_END ||
	    r->load == RESPOND_END || r->limits == RESPOND_END)
		return;
	diagnose(out, file, line,
	    "respond.lock locks the account of a seat that is ended: set"
	    " probes, load or limits to \"end\", or leave lock out");
}

void
check_site_respond(const struct config *c, config_setting_t *group,
    struct diagnostics *out)
{
	check_groups(c->respond, c->respond_count, c->file,
	    line_of(group, "respond"), out);
}

void
check_respond(const struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	check_groups(lab->respond, lab->respond_count, lab->file,
	    line_of(group, "respond"), out);
}
