/*
 * check_programs.c - the programs that a lab has run inside.
 *
 * setup and check go to the builder with the lab's plan.  solve goes to nobody
 * but a trial (solutions.h): what is in no plan can be in no student's sandbox.
 */
#include "gateway/loader/check.h"

#include <linux/capability.h>

#include "gateway/loader/candidate.h"
#include "gateway/loader/check_lab.h"

/* With one of these, whoever is not root inside can become it, or look where
 * only root can. */
static const uint64_t root_like =
    UINT64_C(1) << CAP_DAC_OVERRIDE | UINT64_C(1) << CAP_CHOWN |
    UINT64_C(1) << CAP_FOWNER | UINT64_C(1) << CAP_KILL |
    UINT64_C(1) << CAP_SETUID | UINT64_C(1) << CAP_SYS_PTRACE;

/* They run as root of the sandbox, and hold its secrets. */
static void
warn_of_root(const struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	if (lab->uid == 0)
		diagnose_warning(out, lab->file, line_of(group, "user"),
		    "students are root inside and can read setup, check and"
		    " the seat's secret");
	else if (lab->setuid != 0)
		diagnose_warning(out, lab->file, line_of(group, "setuid"),
		    "with setuid, students who become root inside, as by sudo,"
		    " can read or disturb setup, check and the seat's secret");
	else if ((lab->capability_mask & root_like) != 0)
		diagnose_warning(out, lab->file, line_of(group, "capabilities"),
		    "with one of chown, dac_override, fowner, kill, setuid"
		    " and sys_ptrace, students can read or disturb setup,"
		    " check and the seat's secret");
}

static void
check_solve(const struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	if (lab->solve[0] != '\0' && lab->check[0] == '\0')
		diagnose(out, lab->file, line_of(group, "solve"),
		    "solve without check: nothing would say whether it has"
		    " solved the lab; give the lab a check");
}

static void
check_program(struct config *c, const struct candidate *p,
    const struct held **to, config_setting_t *group)
{
	struct candidate at_line = *p;
	int copy;

	if (p->file[0] == '\0')
		return;
	at_line.line = line_of(group, p->member);
	copy = candidate_copy(&at_line);
	if (copy != -1)
		*to = held_add(&c->held, &c->arena, copy);
}

/* More often than a student looks, and it would only burn the processor. */
#define CHECK_EVERY_LEAST 10

static void
check_check_every(const struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	if (lab->check_every == 0)
		return;
	if (lab->check[0] == '\0')
		diagnose(out, lab->file, line_of(group, "check_every"),
		    "check_every without check: give the lab a check, or"
		    " leave this out");
	else if (lab->check_every < CHECK_EVERY_LEAST)
		diagnose(out, lab->file, line_of(group, "check_every"),
		    "check_every is less than 10s: set 10s or more, or 0 for"
		    " never");
}

void
check_programs(struct config *c, struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	const struct candidate setup = { lab, "setup", lab->setup, 0, out };
	const struct candidate check = { lab, "check", lab->check, 0, out };
	const struct candidate solve = { lab, "solve", lab->solve, 0, out };

	check_program(c, &setup, &lab->program[PROGRAM_SETUP], group);
	check_program(c, &check, &lab->program[PROGRAM_CHECK], group);
	check_program(c, &solve, &lab->solution, group);
	check_solve(lab, group, out);
	check_check_every(lab, group, out);
	check_steps(c, lab, group, out);
	if (lab->setup[0] != '\0' || lab->check[0] != '\0' ||
	    lab->step_count > 0)
		warn_of_root(lab, group, out);
}
