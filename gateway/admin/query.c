/* query.c - a command that is one request to the monitor. */
#include "gateway/admin/query.h"

#include "gateway/admin/print.h"
#include "gateway/base/escape.h"

void
query_show_lines(FILE *out, struct answer *a)
{
	for (size_t i = 0; i < a->line_count; i++)
		print_line(out, a->lines[i]);
	if (a->end.text[0] != '\0')
		print_line(out, a->end.text);
}

void
query_show_outcome_json(FILE *out, struct answer *a)
{
	json_outcome(out, a->end.status, a->end.text, a->lines, a->line_count);
}

/* One error a line, as compilers print them, then the text of the answer's
 * end. */
static void
show_refusal(FILE *out, const struct answer *a)
{
	char safe[4 * TEXT_SIZE];

	for (size_t i = 0; i < a->line_count; i++)
		print_line(out, a->lines[i]);
	text_escape(safe, sizeof(safe),
	    a->end.text[0] == '\0' ? "refused" : a->end.text);
	fprintf(out, "atoll: %s\n", safe);
}

/* What was refused goes to stderr for people; for scripts it is an object on
 * stdout, whatever the command. */
void
query_show(const struct invocation *in, struct answer *a)
{
	const struct query *q = in->command->query;

	if (a->end.status != 0 && in->json)
		query_show_outcome_json(stdout, a);
	else if (a->end.status != 0)
		show_refusal(stderr, a);
	else if (in->json)
		q->show_json(stdout, a);
	else if (in->csv)
		q->show_csv(stdout, a);
	else
		q->show(stdout, a);
}

enum status
query_send(const struct invocation *in, const struct msg *request,
    struct err *e)
{
	enum status status = FAILED;
	struct answer a = { 0 };
	struct chan c;

	int rc = in->link == -1 ? ask_open(&c, in->socket, e)
				: ask_on(&c, in->link, e);

	if (rc == 0 && ask(&c, request, &a, e) == 0) {
		query_show(in, &a);
		status = a.end.status == 0 ? DONE : FAILED;
	}
	answer_free(&a);
	return status;
}

enum status
query_run(const struct invocation *in, struct err *e)
{
	const char *argument = in->count > 0 ? in->words[0] : NULL;
	struct msg request;

	if (in->command->query->request(&request, argument, e) == -1)
		return USAGE;
	return query_send(in, &request, e);
}
