/* progress.c - where each seat is in the steps of its lab. */
#include "gateway/monitor/seats/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/step_score.h"
#include "gateway/base/steps.h"
#include "gateway/monitor/accounts/writer.h"

struct progress {
	char account[NAME_SIZE], lab[NAME_SIZE];
	char text[TEXT_SIZE]; /* the numbers, with blanks between */
	struct log_tag tag;   /* of the seat, which may have gone */
};

static int
keep(struct db *db, void *data, struct err *e)
{
	const struct progress *p = data;
	sqlite3_stmt *s = db_prepare(db,
	    "INSERT INTO progress (lab, account, numbers) VALUES (?1, ?2, ?3)"
	    " ON CONFLICT (lab, account) DO UPDATE SET numbers = ?3",
	    e);
	int rc;

	if (s == NULL)
		return -1;
	sqlite3_bind_text(s, 1, p->lab, -1, NULL);
	sqlite3_bind_text(s, 2, p->account, -1, NULL);
	sqlite3_bind_text(s, 3, p->text, -1, NULL);
	rc = db_step(db, s, e);
	sqlite3_finalize(s);
	return rc;
}

static void
kept(void *data, const struct err *e)
{
	struct progress *p = data;

	if (e != NULL)
		log_error(&p->tag,
		    "cannot write to " DB_NAME
		    " which step this seat is at: %s",
		    e->text);
	free(p);
}

/* Init is in the student's sandbox, and may have been taken over. */
static bool
makes_sense(const struct numbers *p)
{
	if (p->count <= PROGRESS_HINTS ||
	    p->count > PROGRESS_HINTS + STEPS_MAX ||
	    p->at[PROGRESS_OPEN] > p->count - PROGRESS_HINTS ||
	    p->at[PROGRESS_AT] == 0 ||
	    p->at[PROGRESS_AT] > p->at[PROGRESS_OPEN] ||
	    p->at[PROGRESS_PASSED] >> STEPS_MAX != 0)
		return false;
	for (uint32_t i = PROGRESS_HINTS; i < p->count; i++) {
		if (p->at[i] > STEP_HINTS_MAX)
			return false;
	}
	return true;
}

bool
progress_keep(struct monitor *m, const struct seat *s,
    const struct numbers *progress)
{
	struct progress *p;
	size_t at = 0;

	if (!makes_sense(progress))
		return false;
	p = calloc(1, sizeof(*p));
	if (p == NULL) {
		log_error(&s->tag,
		    "which step it is at is lost: out of memory");
		return true;
	}
	text_copy(p->account, sizeof(p->account), s->account);
	text_copy(p->lab, sizeof(p->lab), s->lab);
	p->tag = s->tag;
	for (uint32_t i = 0; i < progress->count; i++)
		at += (size_t)snprintf(p->text + at, sizeof(p->text) - at,
		    "%s%" PRIu64, i == 0 ? "" : " ", progress->at[i]);
	writer_add(m->writer, keep, kept, p);
	return true;
}

/* Another program may have written to the file: what makes no sense is the
 * beginning. */
static void
parse(const char *text, struct numbers *p)
{
	char *end;

	for (p->count = 0; *text != '\0' && p->count < NUMBERS_MAX;
	     text = end) {
		uint64_t n = strtoull(text, &end, 10);

		if (end == text)
			break;
		p->at[p->count++] = n;
	}
	if (!makes_sense(p))
		p->count = 0;
}

void
progress_read(struct monitor *m, const struct seat *s, struct numbers *progress)
{
	const struct lab *lab = config_lab(m->config, s->lab);
	struct err e;
	sqlite3_stmt *q;
	int rc;

	progress->count = 0;
	if (lab == NULL || lab->step_count == 0)
		return;
	q = db_prepare(m->db,
	    "SELECT numbers FROM progress WHERE lab = ?1 AND account = ?2", &e);
	if (q == NULL) {
		log_error(&s->tag, "cannot read which step it is at: %s",
		    e.text);
		return;
	}
	sqlite3_bind_text(q, 1, s->lab, -1, NULL);
	sqlite3_bind_text(q, 2, s->account, -1, NULL);
	rc = db_step(m->db, q, &e);
	if (rc == 1)
		parse(db_text(q, 0), progress);
	else if (rc == -1)
		log_error(&s->tag, "cannot read which step it is at: %s",
		    e.text);
	sqlite3_finalize(q);
}

uint32_t
progress_hints(const struct monitor *m, const char *lab, const char *kept,
    const char *step)
{
	const struct lab *l = config_lab(m->config, lab);
	char name[STEP_NAME_SIZE];
	struct numbers p;

	parse(kept, &p);
	for (size_t i = 0; l != NULL && i < l->step_count; i++) {
		const char *title = l->steps[i].title;

		if (PROGRESS_HINTS + i < p.count &&
		    step_name(name, title, strlen(title)) &&
		    strcmp(name, step) == 0)
			return (uint32_t)p.at[PROGRESS_HINTS + i];
	}
	return 0;
}
