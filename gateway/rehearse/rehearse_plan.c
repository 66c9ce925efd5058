/* rehearse_plan.c - what a rehearsal is to do. */
#include "gateway/rehearse/rehearse_plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SOLVE_MAX (16 << 20)
#define MS_MAX	  (24 * 3600 * 1000U)

static int
read_solve(struct plan *p, const char *words, struct err *e)
{
	unsigned seconds;
	size_t size;

	if (p->solve != NULL || sscanf(words, "%u %zu", &seconds, &size) != 2 ||
	    size > SOLVE_MAX)
		return err_set(e, EBADMSG, "solve");
	p->solve = malloc(size + 1);
	if (p->solve == NULL)
		return err_set(e, ENOMEM, "solve");
	if (fread(p->solve, 1, size, stdin) != size)
		return err_set(e, EBADMSG, "solve is not whole");
	p->solve_size = size;
	p->solve_seconds = seconds;
	return 0;
}

static int
take_line(struct plan *p, const char *key, const char *value, struct err *e)
{
	if (strcmp(key, "host") == 0)
		snprintf(p->host, sizeof(p->host), "%s", value);
	else if (strcmp(key, "lab") == 0)
		snprintf(p->lab, sizeof(p->lab), "%.32s", value);
	else if (strcmp(key, "prefix") == 0)
		snprintf(p->prefix, sizeof(p->prefix), "%.32s", value);
	else if (strcmp(key, "port") == 0)
		p->port = (unsigned)strtoul(value, NULL, 10);
	else if (strcmp(key, "count") == 0)
		p->count = (unsigned)strtoul(value, NULL, 10);
	else if (strcmp(key, "ms") == 0)
		p->ms = (unsigned)strtoul(value, NULL, 10);
	else if (strcmp(key, "solve") == 0)
		return read_solve(p, value, e);
	else
		return err_set(e, EBADMSG, "%.40s", key);
	return 0;
}

static int
check(struct plan *p, struct err *e)
{
	if (p->host[0] == '\0' || p->port < 1 || p->port > 65535 ||
	    p->count < 1 || p->count > PLAN_STUDENTS_MAX || p->ms < 1 ||
	    p->ms > MS_MAX || !is_name(p->lab) || p->prefix[0] == '\0')
		return err_set(e, EBADMSG, "the plan");
	p->target = (struct target){ .host = p->host,
		.port = p->port,
		.account = p->prefix,
		.accounts = p->count + 1, /* their numbers begin with 1 */
		.lab = p->lab,
		.timeout_s = 60 };
	return 0;
}

int
plan_read(struct plan *p, struct err *e)
{
	char line[PLAN_WORD_SIZE + 16], *value;

	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, "go") == 0)
			return check(p, e);
		value = strchr(line, ' ');
		if (value == NULL)
			return err_set(e, EBADMSG, "%.40s", line);
		*value = '\0';
		if (take_line(p, line, value + 1, e) == -1)
			return -1;
	}
	return err_set(e, EPIPE, "the plan");
}

void
plan_free(struct plan *p)
{
	free(p->solve);
	p->solve = NULL;
}
