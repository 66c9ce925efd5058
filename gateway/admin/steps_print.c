/* steps_print.c - the results of a lab by step. */
#include "gateway/admin/steps_print.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/admin/account/csvtext.h"
#include "gateway/admin/json.h"
#include "gateway/admin/print.h"
#include "gateway/base/utf8.h"

/* --- the columns --------------------------------------------------------- */

/* A step, by the newest of its rows. */
struct column {
	const struct msg_result_step *row;
};

struct columns {
	size_t count;
	struct column *at;
};

static int
compare_names(const void *left, const void *right)
{
	const struct msg_result_step *l = ((const struct column *)left)->row;
	const struct msg_result_step *r = ((const struct column *)right)->row;
	int by_name = strcmp(l->step, r->step);

	if (by_name != 0)
		return by_name;
	return l->time > r->time ? -1 : l->time < r->time;
}

/* What the newest checks name stands in their order; what an older one called
 * otherwise comes where it stood. */
static int
compare_places(const void *left, const void *right)
{
	const struct msg_result_step *l = ((const struct column *)left)->row;
	const struct msg_result_step *r = ((const struct column *)right)->row;

	if (l->place != r->place)
		return l->place < r->place ? -1 : 1;
	return compare_names(left, right);
}

static struct columns
columns_of(const struct answer *a)
{
	struct columns c = { .at = calloc(a->step_count + 1, sizeof(*c.at)) };
	size_t kept = 0;

	if (c.at == NULL) {
		fputs("atoll: out of memory\n", stderr);
		exit(EXIT_FAILURE);
	}
	for (size_t i = 0; i < a->step_count; i++)
		c.at[i].row = &a->steps[i];
	qsort(c.at, a->step_count, sizeof(c.at[0]), compare_names);
	for (size_t i = 0; i < a->step_count; i++) {
		if (kept == 0 ||
		    strcmp(c.at[kept - 1].row->step, c.at[i].row->step) != 0)
			c.at[kept++] = c.at[i];
	}
	c.count = kept;
	qsort(c.at, kept, sizeof(c.at[0]), compare_places);
	return c;
}

/* The rows of an account: they are sent together, in the accounts' order. */
struct row {
	const struct msg_result_step *steps;
	size_t count;
};

static struct row
row_of(const struct answer *a, const char *account)
{
	struct row r = { a->steps, 0 };
	size_t i = 0;

	while (i < a->step_count && strcmp(a->steps[i].account, account) < 0)
		i++;
	r.steps += i;
	while (i + r.count < a->step_count &&
	       strcmp(r.steps[r.count].account, account) == 0)
		r.count++;
	return r;
}

static const struct msg_result_step *
cell(const struct row *r, const char *step)
{
	for (size_t i = 0; i < r->count; i++) {
		if (strcmp(r->steps[i].step, step) == 0)
			return &r->steps[i];
	}
	return NULL;
}

/* That an account has seen, of all steps. */
static uint32_t
hints_of(const struct answer *a, const char *account)
{
	struct row r = row_of(a, account);
	uint32_t sum = 0;

	for (size_t i = 0; i < r.count; i++)
		sum += r.steps[i].hints;
	return sum;
}

/* --- for people ----------------------------------------------------------- */

static void
points_text(char to[SHORT_TEXT_SIZE], uint32_t points, uint32_t most)
{
	snprintf(to, SHORT_TEXT_SIZE, "%" PRIu32 "/%" PRIu32, points, most);
}

static void
print_row(FILE *out, const struct answer *a, const struct columns *c,
    const struct msg_result *r, int width)
{
	struct row row = row_of(a, r->account);
	char text[SHORT_TEXT_SIZE];

	points_text(text, r->best_points, r->best_most);
	fprintf(out, "%-*s  %9s  %5" PRIu32, width, r->account, text,
	    hints_of(a, r->account));
	for (size_t i = 0; i < c->count; i++) {
		const struct msg_result_step *s =
		    cell(&row, c->at[i].row->step);

		text_copy(text, sizeof(text), "-");
		if (s != NULL)
			points_text(text, s->best_points, s->best_most);
		fprintf(out, "  %5s", text);
	}
	fputc('\n', out);
}

/* Names are too long for columns: these have numbers, which are told below. */
void
print_steps(FILE *out, struct answer *a)
{
	int width = (int)strlen("ACCOUNT");
	struct columns c = columns_of(a);
	char safe[4 * TEXT_SIZE];

	for (size_t i = 0; i < a->result_count; i++) {
		if ((int)strlen(a->results[i].account) > width)
			width = (int)strlen(a->results[i].account);
	}
	fprintf(out, "%-*s  %9s  HINTS", width, "ACCOUNT", "BEST");
	for (size_t i = 0; i < c.count; i++)
		fprintf(out, "  %5zu", i + 1);
	fputc('\n', out);
	for (size_t i = 0; i < a->result_count; i++)
		print_row(out, a, &c, &a->results[i], width);
	for (size_t i = 0; i < c.count; i++) {
		utf8_printable(safe, sizeof(safe), c.at[i].row->step);
		fprintf(out, "%s%5zu  %s\n", i == 0 ? "\n" : "", i + 1, safe);
	}
	free(c.at);
}

/* --- JSON and CSV --------------------------------------------------------- */

static void
json_step(FILE *out, const struct msg_result_step *s)
{
	char when[SHORT_TEXT_SIZE];

	json_member_text(out, "{", "name", s->step);
	json_member_number(out, ",", "place", s->place);
	json_member_number(out, ",", "points", s->points);
	json_member_number(out, ",", "most", s->most);
	json_member_number(out, ",", "hints", s->hints);
	utc_time_text(when, s->time);
	json_member_text(out, ",", "time", when);
	json_member_number(out, ",", "best_points", s->best_points);
	json_member_number(out, ",", "best_most", s->best_most);
	utc_time_text(when, s->best_time);
	json_member_text(out, ",", "best_time", when);
	utc_time_text(when, s->full_time);
	if (s->full_time == 0)
		fputs(",\"full_time\":null}", out);
	else
		json_member_text(out, ",", "full_time", when);
	if (s->full_time != 0)
		fputc('}', out);
}

void
json_steps(FILE *out, struct answer *a)
{
	fputc('[', out);
	for (size_t i = 0; i < a->result_count; i++) {
		const struct msg_result *r = &a->results[i];
		struct row row = row_of(a, r->account);

		fputs(i == 0 ? "\n" : ",\n", out);
		json_member_text(out, "{", "account", r->account);
		json_member_text(out, ",", "lab", r->lab);
		json_member_number(out, ",", "best_points", r->best_points);
		json_member_number(out, ",", "best_most", r->best_most);
		fputs(",\"steps\":[", out);
		for (size_t k = 0; k < row.count; k++) {
			fputs(k == 0 ? "" : ",", out);
			json_step(out, &row.steps[k]);
		}
		fputs("]}", out);
	}
	fputs(a->result_count == 0 ? "]\n" : "\n]\n", out);
}

void
csv_steps(FILE *out, struct answer *a)
{
	struct columns c = columns_of(a);

	fputs("account,lab,best_points,best_most,hints", out);
	for (size_t i = 0; i < c.count; i++) {
		fputc(',', out);
		csvtext(out, c.at[i].row->step);
	}
	fputs("\r\n", out);
	for (size_t i = 0; i < a->result_count; i++) {
		const struct msg_result *r = &a->results[i];
		struct row row = row_of(a, r->account);

		csvtext(out, r->account);
		fputc(',', out);
		csvtext(out, r->lab);
		fprintf(out, ",%" PRIu32 ",%" PRIu32 ",%" PRIu32,
		    r->best_points, r->best_most, hints_of(a, r->account));
		for (size_t k = 0; k < c.count; k++) {
			const struct msg_result_step *s =
			    cell(&row, c.at[k].row->step);

			fputc(',', out);
			if (s != NULL)
				fprintf(out, "%" PRIu32, s->best_points);
		}
		fputs("\r\n", out);
	}
	free(c.at);
}
