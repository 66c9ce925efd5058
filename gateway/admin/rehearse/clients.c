/* clients.c - atoll-rehearse: started, told what to do, and listened to. */
#include "gateway/admin/rehearse/clients.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/child.h"
#include "gateway/base/escape.h"
#include "gateway/base/scope.h"
#include "gateway/base/sibling.h"
#include "gateway/wire/msg.h"

/* --- the process ------------------------------------------------------------- */

static int
exec_clients(const void *arg)
{
	const char *through = arg;
	char program[PATH_SIZE];

	if (child_stdio(CHILD_FD, CHILD_FD + 1, CHILD_SAME) == -1)
		return 126;
	/* Ctrl-C is the tool's, which asks for what was seen until then. */
	signal(SIGINT, SIG_IGN);
	if (through != NULL) {
		execl("/bin/sh", "sh", "-c", through, (char *)NULL);
		return 127;
	}
	sibling_path("atoll-rehearse", program, sizeof(program));
	execl(program, "atoll-rehearse", (char *)NULL);
	fprintf(stderr, "atoll: %s: %s\n", program, strerror(errno));
	return 127;
}

/* Both ways. */
static int
start_process(struct clients *c, const char *through, struct err *e)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 };

	if (pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0)
		c->pid = child_start(exec_clients, through,
		    (int[]){ in[0], out[1] }, 2);
	if (c->pid > 0) {
		c->to = fdopen(take_fd(&in[1]), "we");
		c->from = fdopen(take_fd(&out[0]), "re");
	}
	if (c->to == NULL || c->from == NULL)
		err_set(e, errno, "atoll-rehearse");
	for (int i = 0; i < 2; i++) {
		scope_close(&in[i]);
		scope_close(&out[i]);
	}
	return c->to != NULL && c->from != NULL ? 0 : -1;
}

static int
fail(struct err *e)
{
	return err_set(e, 0,
	    "the clients have ended early; what is above, if anything, says"
	    " why");
}

int
clients_start(struct clients *c, const char *through, char *key, size_t size,
    struct err *e)
{
	char line[LINE_SIZE];

	*c = (struct clients){ .pid = -1 };
	if (start_process(c, through, e) == -1)
		return -1;
	if (fgets(line, sizeof(line), c->from) == NULL)
		return fail(e);
	line[strcspn(line, "\r\n")] = '\0';
	if (strncmp(line, "key ", 4) != 0) {
		char safe[2 * ERR_TEXT_SIZE];

		text_escape(safe, sizeof(safe), line);
		return err_set(e, 0, "that is no atoll-rehearse: %.200s", safe);
	}
	text_copy(key, size, line + 4);
	return 0;
}

int
clients_go(struct clients *c, const struct clients_plan *p,
    const struct outcome *o, struct err *e)
{
	fprintf(c->to,
	    "host %s\nport %u\nlab %s\nprefix %s\ncount %u\nms %.0f\n", p->host,
	    p->port, o->lab, p->prefix, o->students, o->minutes * 60000);
	if (p->solve.program != NULL) {
		fprintf(c->to, "solve %u %zu\n", p->solve.seconds,
		    p->solve.size);
		fwrite(p->solve.program, 1, p->solve.size, c->to);
	}
	fputs("go\n", c->to);
	return fflush(c->to) == 0 ? 0 : fail(e);
}

void
clients_stop(struct clients *c)
{
	if (c->to != NULL)
		fclose(c->to);
	c->to = NULL;
}

void
clients_end(struct clients *c)
{
	clients_stop(c);
	if (c->from != NULL)
		fclose(c->from);
	c->from = NULL;
	while (c->pid > 0 && waitpid(c->pid, NULL, 0) == -1 && errno == EINTR)
		continue;
	c->pid = -1;
}

/* --- what it says ------------------------------------------------------------ */

static void
take_number(struct outcome *o, const char *name, double value)
{
	const struct {
		const char *name;
		double *to;
	} numbers[] = {
		{ "came", &o->came },
		{ "reattached", &o->reattached },
		{ "solved", &o->solved },
		{ "unsolved", &o->unsolved },
		{ "refused", &o->refused },
	};

	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		if (strcmp(numbers[i].name, name) == 0)
			*numbers[i].to = value;
	}
}

/* "prompt_p99" is that of o->prompt. */
static void
take_measure(struct outcome *o, const char *name, double value)
{
	const struct {
		const char *name;
		struct measure *to;
	} all[] = {
		{ "login_", &o->login },
		{ "first_", &o->first },
		{ "prompt_", &o->prompt },
		{ "again_", &o->again },
		{ "queue_", &o->queue },
		{ "echo_", &o->echo },
	};

	for (size_t i = 0; i < COUNT_OF(all); i++) {
		size_t n = strlen(all[i].name);

		if (strncmp(name, all[i].name, n) != 0)
			continue;
		if (strcmp(name + n, "count") == 0)
			all[i].to->count = value;
		else if (strcmp(name + n, "p50") == 0)
			all[i].to->p50 = value;
		else if (strcmp(name + n, "p99") == 0)
			all[i].to->p99 = value;
		else if (strcmp(name + n, "max") == 0)
			all[i].to->max = value;
	}
}

static void
take_line(struct outcome *o, const char *line)
{
	struct refusal *r = &o->refusals[o->refusal_count];
	char name[32];
	double value;
	int at = 0;

	if (sscanf(line, "value %31s %lf", name, &value) == 2) {
		take_number(o, name, value);
		take_measure(o, name, value);
	} else if (o->refusal_count < REFUSALS_MAX &&
		   sscanf(line, "refused %u %lf %n", &r->times, &r->first_s,
		       &at) == 2 &&
		   at > 0) {
		text_copy(r->text, sizeof(r->text), line + at);
		o->refusal_count++;
	}
}

int
clients_report(struct clients *c, struct outcome *o, struct err *e)
{
	char line[2 * ERR_TEXT_SIZE];

	for (;;) {
		if (fgets(line, sizeof(line), c->from) == NULL) {
			if (ferror(c->from) && errno == EINTR) {
				clearerr(c->from);
				clients_stop(c);
				continue;
			}
			return fail(e);
		}
		line[strcspn(line, "\r\n")] = '\0';
		if (strcmp(line, "end") == 0)
			return 0;
		take_line(o, line);
	}
}
