/* machines.c - a lab whose seats have several machines. */
#include "gateway/loader/machines.h"

#include <string.h>

#include "gateway/loader/lab_networks.h"

/* What the machine does not say is as the lab says, and what it says is what the
 * lab is made of. */
static void
agree_text(const char **machine, const char **lab)
{
	if ((*machine)[0] == '\0')
		*machine = *lab;
	*lab = *machine;
}

static void
agree_number(int64_t *machine, int64_t *lab)
{
	if (*machine == 0)
		*machine = *lab;
	*lab = *machine;
}

static void
agree(struct machine *m, struct lab *lab)
{
	agree_text(&m->image, &lab->image);
	agree_text(&m->user, &lab->user);
	agree_text(&m->setup, &lab->setup);
	agree_number(&m->memory, &lab->memory);
	agree_number(&m->cpus, &lab->cpus);
	agree_number(&m->pids, &lab->pids);
	agree_number(&m->disk, &lab->disk);
	agree_number(&m->inodes, &lab->inodes);
	lab->machine = m;
	lab->hostname = m->name;
}

/* --- what cannot be ------------------------------------------------------- */

static void
check_names(const struct lab *lab, int line, struct diagnostics *out)
{
	for (size_t i = 0; i < lab->machine_count; i++) {
		const char *name = lab->machines[i].name;

		if (strcmp(name, "localhost") == 0)
			diagnose(out, lab->file, line,
			    "machines: no machine can be called localhost");
		if (strpbrk(name, "_") != NULL)
			diagnose(out, lab->file, line,
			    "machines: \"%s\" is a host name, which has no _",
			    name);
		for (size_t k = 0; k < i; k++) {
			if (name[0] != '\0' &&
			    strcmp(name, lab->machines[k].name) == 0)
				diagnose(out, lab->file, line,
				    "machines: %s is there twice", name);
		}
	}
}

static void
check_commands(const struct lab *lab, int line, struct diagnostics *out)
{
	for (size_t i = 0; i < lab->machine_count; i++) {
		const struct machine *m = &lab->machines[i];
		size_t bytes = 0;

		for (size_t k = 0; k < m->command.count; k++)
			bytes += strlen(m->command.at[k]) + 1;
		if (m->command.count > 0 && m->command.at[0][0] != '/')
			diagnose(out, lab->file, line,
			    "machines: command of %s must start with an"
			    " absolute path",
			    m->name);
		if (m->command.count > STRINGS_MAX || bytes > STRINGS_SIZE)
			diagnose(out, lab->file, line,
			    "machines: command of %s has %zu texts of %zu"
			    " bytes; at most %d of %d",
			    m->name, m->command.count, bytes, STRINGS_MAX,
			    STRINGS_SIZE);
	}
}

/* Options that this version cannot give to a lab with machines. */
static void
check_options(const struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	if (config_setting_get_member(group, "hostname") != NULL)
		diagnose(out, lab->file, line_of(group, "hostname"),
		    "hostname: in a lab with machines their names are their"
		    " host names: leave it out");
	if (lab->warm != 0)
		diagnose(out, lab->file, line_of(group, "warm"),
		    "warm: a lab with machines cannot have ready sandboxes:"
		    " leave it out");
	if (lab->sandboxes_max != 0 &&
	    lab->machine_count > (size_t)lab->sandboxes_max)
		diagnose(out, lab->file, line_of(group, "sandboxes_max"),
		    "sandboxes_max: a seat takes a place for each of its"
		    " machines, which are %zu",
		    lab->machine_count);
	if (lab->anonymous)
		diagnose(out, lab->file, line_of(group, "anonymous"),
		    "anonymous: a lab with machines is for accounts: leave it"
		    " out");
}

void
machines_enter(struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	int line = line_of(group, "machines");

	if (lab->network == NETWORK_LAB && lab->machine_count == 0)
		diagnose(out, lab->file, line_of(group, "network"),
		    "network = \"lab\" is for labs with machines: name them,"
		    " or leave it out");
	if (lab->machine_count == 0 && lab->network_count != 0)
		diagnose(out, lab->file, line_of(group, "networks"),
		    "networks are of machines: name these, or leave it out");
	if (lab->machine_count == 0)
		return;
	if (lab->network != NETWORK_LAB)
		diagnose(out, lab->file, line,
		    "machines are on a network of their seat's own: set"
		    " network = \"lab\"");
	if (lab->machine_count > MACHINES_MAX)
		diagnose(out, lab->file, line,
		    "machines: there are %zu; at most %d", lab->machine_count,
		    MACHINES_MAX);
	check_names(lab, line, out);
	lab_networks_enter(lab, group, out);
	check_commands(lab, line, out);
	check_options(lab, group, out);
	/* The others are as the lab, and not as its first machine. */
	for (size_t i = lab->machine_count; i-- > 0;) {
		struct lab asked = *lab;

		agree(&lab->machines[i], i == 0 ? lab : &asked);
	}
}

void
machines_copy(struct config *c, struct lab *lab)
{
	if (lab->machine_count < 2)
		return;
	lab->other_count = lab->machine_count - 1;
	lab->others =
	    arena_alloc(&c->arena, lab->other_count * sizeof(*lab->others));
	for (size_t i = 0; i < lab->other_count; i++) {
		struct lab *other = &lab->others[i];

		*other = *lab;
		other->other_count = 0;
		other->home_kind = HOME_FRESH;
		other->command = (struct texts){ 0 };
		other->check = other->solve = "";
		other->step_count = 0;
		other->check_every = 0;
		memset(other->program, 0, sizeof(other->program));
		other->solution = NULL;
		agree(&lab->machines[i + 1], other);
	}
}
