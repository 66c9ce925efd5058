/* denials.c - AppArmor's refusals, told in the log with the seat they happened in. */
#include "sandbox/builder/apparmor/denials.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "sandbox/builder/apparmor/audit.h"
#include "sandbox/builder/apparmor/denial.h"
#include "sandbox/builder/apparmor/profile.h"

/* Any student can cause as many as there are system calls: what is more waits in
 * the socket, or is dropped there. */
#define AT_ONCE 64 /* records that one call reads */

/* In the log, of one sandbox: some at once, then one each so many
 * milliseconds. */
#define LINES	5
#define LINE_MS 10000

/* --- whose it is ---------------------------------------------------------- */

struct search {
	uint32_t base;
	struct sandbox *found;
};

static void
compare(struct sandbox *s, void *arg)
{
	struct search *find = arg;

	if (s->base == find->base)
		find->found = s;
}

static bool
is_of_sandboxes(uint32_t uid)
{
	return uid >= IDMAP_FIRST &&
	       (uid - IDMAP_FIRST) / IDMAP_COUNT < IDMAP_RANGES;
}

/* Only refusals about files say the user; of others the process may be there
 * still. */
static bool
uid_of(const struct denial *d, uint32_t *uid)
{
	char path[24];
	struct stat st;

	*uid = d->uid;
	if (d->has_uid)
		return is_of_sandboxes(*uid);
	snprintf(path, sizeof(path), "/proc/%" PRIu32, d->pid);
	if (d->pid == 0 || stat(path, &st) == -1)
		return false;
	*uid = st.st_uid;
	return is_of_sandboxes(*uid);
}

static struct sandbox *
sandbox_of(struct builder *b, const struct denial *d)
{
	struct search find = { 0 };
	uint32_t uid;

	if (!uid_of(d, &uid))
		return NULL;
	find.base = uid - (uid - IDMAP_FIRST) % IDMAP_COUNT;
	sandbox_each(&b->sandboxes, compare, &find);
	return find.found;
}

/* --- the log -------------------------------------------------------------- */

static bool
may_tell(struct denial_lines *told)
{
	int64_t now = clock_ms();

	if (told->lines.max == 0)
		bucket_fill(&told->lines, LINES, LINE_MS);
	if (bucket_take(&told->lines, now))
		return true;
	told->untold++;
	return false;
}

/* The sandbox may have ended meanwhile, and its process too. */
static void
tell(struct builder *b, const struct denial *d)
{
	struct sandbox *s = sandbox_of(b, d);
	struct denial_lines *told = s == NULL ? &b->denials : &s->denials;
	char what[LOG_VALUE_SIZE], program[LOG_VALUE_SIZE];

	if (!may_tell(told))
		return;
	log_warn(s == NULL ? NULL : &s->tag,
	    "AppArmor refused account=%s lab=%s operation=%s what=%s wanted=%s"
	    " program=%s pid=%" PRIu32 " untold=%" PRIu32,
	    s == NULL ? "?" : s->account, s == NULL ? "?" : s->plan->spec.lab,
	    d->operation, log_value(what, d->what),
	    d->wanted[0] == '\0' ? "-" : d->wanted,
	    log_value(program, d->program), d->pid, told->untold);
	told->untold = 0;
}

void
denials_tell(struct builder *b)
{
	char record[AUDIT_RECORD_MAX];
	struct denial d;
	ssize_t n;

	for (int i = 0; b->audit != -1 && i < AT_ONCE; i++) {
		n = audit_next(b->audit, record);
		if (n == -1)
			return;
		if (denial_parse(record, (size_t)n, PROFILE_NAME, &d))
			tell(b, &d);
	}
}
