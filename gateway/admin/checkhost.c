/* checkhost.c - what can this host hold, and what does it lack? */
#include "gateway/admin/checkhost.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/admin/json.h"
#include "gateway/admin/print.h"
#include "gateway/base/child.h"
#include "gateway/base/escape.h"
#include "gateway/base/scope.h"
#include "gateway/base/sibling.h"
#include "gateway/wire/chan.h"

#define ROWS_MAX 256

/* --- running it --------------------------------------------------------- */

/* Become the loader, which knows from the configuration where the builder is
 * and becomes that: what can be started is measured by the program that starts
 * it. */
static int
exec_loader(const void *config)
{
	char program[PATH_SIZE];

	sibling_path("atoll-loader", program, sizeof(program));
	execl(program, "atoll-loader", "-c", (const char *)config, "-H",
	    (char *)NULL);
	fprintf(stderr, "atoll: cannot run %s: %s\n", program, strerror(errno));
	return 127;
}

static int
start(struct chan *c, const char *config, struct err *e)
{
	int ends[2];
	pid_t pid;

	if (chan_pair(ends, e) == -1)
		return -1;
	*c = (struct chan){ ends[0], ADMIN, BUILDER };
	pid = child_start(exec_loader, config, &ends[1], 1);
	close(ends[1]);
	if (pid == -1)
		return err_set(e, errno, "fork");
	return 0;
}

static int
keep_row(struct host_report *r, const struct msg_host_row *row, struct err *e)
{
	struct msg_host_row *grown;

	if (r->count == ROWS_MAX)
		return err_set(e, 0,
		    "the check printed more than %d rows: is atoll-builder of"
		    " this build?",
		    ROWS_MAX);
	grown = reallocarray(r->rows, r->count + 1, sizeof(*grown));
	if (grown == NULL)
		return err_set(e, ENOMEM, "rows");
	r->rows = grown;
	r->rows[r->count++] = *row;
	return 0;
}

/* Every message up to HOST_END. */
static int
collect(const struct chan *c, struct host_report *r, struct err *e)
{
	struct msg m;

	for (;;) {
		enum chan_got got = chan_recv(c, &m, e);

		if (got == CHAN_CLOSED)
			return err_set(e, 0,
			    "atoll-loader or atoll-builder ended before its"
			    " check was done: the lines above say why, or"
			    " install both beside atoll");
		if (got == CHAN_BROKEN)
			return -1;
		if (got == CHAN_EMPTY)
			continue;
		if (m.type == MSG_HOST_END) {
			r->end = m.host_end;
			return 0;
		}
		if (m.type == MSG_HELLO ? chan_check_hello(c, &m, e) == -1
					: keep_row(r, &m.host_row, e) == -1)
			return -1;
	}
}

int
host_report_get(struct host_report *r, const char *config, struct err *e)
{
	struct chan c;
	int rc;

	*r = (struct host_report){ 0 };
	if (start(&c, config, e) == -1)
		return -1;
	rc = collect(&c, r, e);
	close(c.fd);
	while (wait(NULL) == -1 && errno == EINTR)
		continue;
	return rc;
}

void
host_report_free(struct host_report *r)
{
	free(r->rows);
	r->rows = NULL;
}

/* A warning costs capacity only: the exit status is for what would not work. */
bool
host_report_is_good(const struct host_report *r)
{
	for (size_t i = 0; i < r->count; i++) {
		if (r->rows[i].level > 1)
			return false;
	}
	return true;
}

/* --- showing it --------------------------------------------------------- */

static const char *
level_text(uint32_t level)
{
	static const char *const texts[] = { "ok", "warning", "ERROR" };

	return texts[level < 2 ? level : 2];
}

/* How many sandboxes a resource is enough for: a dash where the row counts
 * none, or where there is no limit. */
static void
holds_text(const struct msg_host_row *row, char to[SHORT_TEXT_SIZE])
{
	if (row->counted == 0 || row->holds == UINT32_MAX)
		snprintf(to, SHORT_TEXT_SIZE, "-");
	else
		snprintf(to, SHORT_TEXT_SIZE, "%u", row->holds);
}

static void
print_row(FILE *out, const struct msg_host_row *row, int width)
{
	char what[TEXT_SIZE], text[4 * TEXT_SIZE], holds[SHORT_TEXT_SIZE];

	text_escape(what, sizeof(what), row->what);
	text_escape(text, sizeof(text), row->found);
	holds_text(row, holds);
	fprintf(out, "%-*s  %-7s  %6s  %s\n", width, what,
	    level_text(row->level), holds, text);
	if (row->cure[0] == '\0')
		return;
	text_escape(text, sizeof(text), row->cure);
	fprintf(out, "%-*s  %-7s  %6s  -> %s\n", width, "", "", "", text);
}

static void
print_capacity(FILE *out, const struct msg_host_end *end)
{
	char what[TEXT_SIZE];

	if (end->known == 0)
		return;
	text_escape(what, sizeof(what), end->started_by);
	fprintf(out, "\n%u sandboxes can be started: then %s give out.\n",
	    end->started, what);
	text_escape(what, sizeof(what), end->full_by);
	fprintf(out,
	    "%u of them can be at the limits of the largest lab at once: then"
	    " %s give out.\n",
	    end->full, what);
}

void
host_report_print(FILE *out, const struct host_report *r)
{
	int width = (int)strlen("CHECK");

	for (size_t i = 0; i < r->count; i++) {
		int n = (int)strlen(r->rows[i].what);

		width = n > width ? n : width;
	}
	fprintf(out, "%-*s  %-7s  %6s  %s\n", width, "CHECK", "STATE", "HOLDS",
	    "FOUND");
	for (size_t i = 0; i < r->count; i++)
		print_row(out, &r->rows[i], width);
	print_capacity(out, &r->end);
}

static void
json_row(FILE *out, const struct msg_host_row *row)
{
	static const char *const levels[] = { "ok", "warning", "error" };
	static const char *const counted[] = { "", "started", "full" };

	json_member_text(out, "{", "check", row->what);
	json_member_text(out, ",", "state",
	    levels[row->level < 2 ? row->level : 2]);
	json_member_text(out, ",", "found", row->found);
	json_member_text(out, ",", "cure", row->cure);
	if (row->counted != 0 && row->holds != UINT32_MAX)
		json_member_number(out, ",",
		    counted[row->counted < 2 ? row->counted : 2], row->holds);
	fputc('}', out);
}

void
host_report_json(FILE *out, const struct host_report *r)
{
	fputs("{\"rows\":[", out);
	for (size_t i = 0; i < r->count; i++) {
		fputs(i == 0 ? "\n" : ",\n", out);
		json_row(out, &r->rows[i]);
	}
	fputs("\n]", out);
	if (r->end.known != 0) {
		json_member_number(out, ",", "started", r->end.started);
		json_member_text(out, ",", "started_by", r->end.started_by);
		json_member_number(out, ",", "full", r->end.full);
		json_member_text(out, ",", "full_by", r->end.full_by);
	}
	fputs("}\n", out);
}
