/* report.c - atoll report: how a lab went, afterwards. */
#include "gateway/admin/report/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/admin/argument.h"
#include "gateway/admin/exchange.h"
#include "gateway/admin/query.h"
#include "gateway/admin/report/report_advice.h"
#include "gateway/admin/report/report_print.h"
#include "gateway/admin/since.h"
#include "gateway/base/scope.h"

/* More than the monitor keeps of a lab. */
#define ROWS_MAX 200000

/* --- what the monitor keeps -------------------------------------------------- */

static int
add_rows(struct report_rows *to, struct answer *a, struct err *e)
{
	struct msg_report_row *at;

	if (a->report_row_count == 0)
		return 0;
	if (to->count + a->report_row_count > ROWS_MAX)
		return err_set(e, 0,
		    "there are too many rows: give a later --since");
	at = reallocarray(to->at, to->count + a->report_row_count, sizeof(*at));
	if (at == NULL)
		return err_set(e, ENOMEM, "report");
	to->at = at;
	memcpy(at + to->count, a->report_rows,
	    a->report_row_count * sizeof(*at));
	to->count += a->report_row_count;
	return 0;
}

/* Rows that the page has of those that are kept; and the last of them. */
static size_t
count_kept(const struct answer *a, uint64_t *last)
{
	size_t n = 0;

	for (size_t i = 0; i < a->report_row_count; i++) {
		if (a->report_rows[i].id == 0)
			continue;
		*last = a->report_rows[i].id;
		n++;
	}
	return n;
}

/* One page: 1 when there may be more, 0, or -1 with a's end when that is why. */
static int
fetch_page(const struct chan *c, struct report *r, enum diary_what what,
    uint64_t *after, struct answer *a, struct err *e)
{
	struct msg m;

	MSG_NEW(&m, ADMIN_REPORT, admin_report);
	text_copy(m.admin_report.lab, NAME_SIZE, r->lab);
	m.admin_report.what = what;
	m.admin_report.since = (uint64_t)r->since;
	m.admin_report.after = *after;
	if (ask(c, &m, a, e) == -1)
		return -1;
	if (a->end.status != 0)
		return err_set(e, 0, "%s", a->end.text);
	if (what == DIARY_VISIT && *after == 0)
		r->about = a->report_lab;
	if (add_rows(&r->rows[what], a, e) == -1)
		return -1;
	return count_kept(a, after) > 0;
}

/* Until a page is empty: one that is not full may lack a row that cannot be shown. */
static int
fetch(const struct chan *c, struct report *r, enum diary_what what,
    struct err *e)
{
	uint64_t after = 0;
	int rc;

	do {
		struct answer a = { 0 };

		rc = fetch_page(c, r, what, &after, &a, e);
		answer_free(&a);
	} while (rc == 1);
	return rc;
}

static int
fetch_all(const struct invocation *in, struct report *r, struct err *e)
{
	struct chan c;
	int rc = in->link == -1 ? ask_open(&c, in->socket, e)
				: ask_on(&c, in->link, e);

	for (unsigned what = 0; what < DIARY_WHATS && rc == 0; what++)
		rc = fetch(&c, r, (enum diary_what)what, e);
	return rc;
}

/* --- the file ---------------------------------------------------------------- */

/* For its owner, since it names students; and never over another file. */
static int
write_file(const struct report *r, const char *file, struct err *e)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *to = fd == -1 ? NULL : fdopen(fd, "w");
	bool is_bad;
	int code;

	if (to == NULL && errno == EEXIST)
		return err_set(e, 0,
		    "%s is there already: remove it, or name another file",
		    file);
	if (to == NULL)
		return err_set(e, errno, "%s", file);
	report_html(to, r);
	errno = 0;
	is_bad = fflush(to) != 0 || ferror(to) != 0 || fsync(fd) == -1;
	code = errno;
	if (fclose(to) == 0 && !is_bad)
		return 0;
	unlink(file);
	return err_set(e, code != 0 ? code : errno, "%s", file);
}

/* --- the command --------------------------------------------------------------- */

static int
take_options(struct report *r, const struct invocation *in, struct err *e)
{
	r->lab = in->words[0];
	r->now = time(NULL);
	if (argument_lab(r->lab, e) == -1 ||
	    since_parse(in->since, r->now, &r->since, e) == -1)
		return -1;
	if (r->since > r->now)
		return err_set(e, 0, "--since is a time that is to come: %.40s",
		    in->since);
	if (r->since < 0)
		return err_set(e, 0, "--since is too long ago");
	if (in->json && in->html != NULL)
		return err_set(e, 0, "give --json or --html, not both");
	if (in->link != -1 && in->html != NULL && strcmp(in->html, "-") != 0)
		return err_set(e, 0,
		    "staff have no files on this host: write '--html -"
		    " >FILE.html'");
	return 0;
}

static int
show(const struct invocation *in, const struct report *r, struct err *e)
{
	if (in->json)
		report_json(stdout, r);
	else if (in->html == NULL)
		report_text(stdout, r);
	else if (strcmp(in->html, "-") == 0)
		report_html(stdout, r);
	else
		return write_file(r, in->html, e);
	return 0;
}

enum status
report_run(const struct invocation *in, struct err *e)
{
	struct report r = { 0 };
	int rc;

	if (take_options(&r, in, e) == -1)
		return USAGE;
	rc = fetch_all(in, &r, e);
	if (rc == 0)
		rc = report_sum_make(&r, e);
	if (rc == 0) {
		report_advise(&r);
		rc = show(in, &r, e);
	}
	report_free(&r);
	return rc == 0 ? DONE : FAILED;
}
