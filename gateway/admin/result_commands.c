/* result_commands.c - what the checks of a lab came to. */
#include "gateway/admin/queries.h"

#include <string.h>

#include "gateway/admin/argument.h"
#include "gateway/admin/results_print.h"
#include "gateway/admin/steps_print.h"

static void
show_results(FILE *out, struct answer *a)
{
	print_results(out, a->results, a->result_count);
}

static void
show_results_json(FILE *out, struct answer *a)
{
	json_results(out, a->results, a->result_count);
}

static void
show_results_csv(FILE *out, struct answer *a)
{
	csv_results(out, a->results, a->result_count);
}

static const struct query by_step_query = { NULL, print_steps, json_steps,
	csv_steps };

enum status
results_run(const struct invocation *in, struct err *e)
{
	struct command by_step = *in->command;
	struct invocation asked = *in;
	struct msg m;

	if (argument_lab(in->words[0], e) == -1)
		return USAGE;
	MSG_NEW(&m, ADMIN_RESULTS, admin_results);
	text_copy(m.admin_results.lab, NAME_SIZE, in->words[0]);
	if (in->by_step) {
		m.admin_results.by_step = 1;
		by_step.query = &by_step_query;
		asked.command = &by_step;
	}
	return query_send(&asked, &m, e);
}

const struct query results_query = { NULL, show_results, show_results_json,
	show_results_csv };
