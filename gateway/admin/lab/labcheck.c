/*
 * labcheck.c - is a lab file right?
 *
 * The loader is asked, with a configuration made here: what the gateway will
 * say of the file and what this says come from the same code.
 */
#include "gateway/admin/lab/labcheck.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libconfig.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/admin/lab/labsite.h"
#include "gateway/admin/lab/labtrial.h"
#include "gateway/admin/print.h"
#include "gateway/base/child.h"
#include "gateway/base/escape.h"
#include "gateway/base/include.h"
#include "gateway/base/scope.h"
#include "gateway/base/sibling.h"
#include "gateway/wire/msg.h"

#define LABS_MAX 64
#define TEXT_MAX (1 << 20)
#define SUFFIX	 ".conf"

struct check {
	char dir[40]; /* a configuration of our own */
	char config[64];
	char loader[PATH_SIZE];
	struct trial_lab labs[LABS_MAX];
	int count;
	int places; /* the most that one of them needs to be tried */
};

/* --- a configuration of our own ----------------------------------------- */

static int
make_config(struct check *c, const char *site, struct err *e)
{
	static const char *const folders[] = { "run", "state", "labs" };
	char path[64];

	strcpy(c->dir, "/tmp/atoll-check-XXXXXX");
	if (mkdtemp(c->dir) == NULL)
		return err_set(e, errno, "%s", c->dir);
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", c->dir, folders[i]);
		if (mkdir(path, 0755) == -1)
			return err_set(e, errno, "mkdir %s", path);
	}
	snprintf(path, sizeof(path), "%s/key", c->dir);
	close(open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
	snprintf(c->config, sizeof(c->config), "%s/atoll.conf", c->dir);
	return labsite_write(c->config, site, e);
}

/* The name of a lab is that of its file, without .conf. */
static int
name_of(const char *file, char name[NAME_SIZE], struct err *e)
{
	const char *base = strrchr(file, '/');
	size_t n;

	base = base == NULL ? file : base + 1;
	n = strlen(base);
	if (n > strlen(SUFFIX) && n - strlen(SUFFIX) < NAME_SIZE &&
	    strcmp(base + n - strlen(SUFFIX), SUFFIX) == 0) {
		text_copy(name, n - strlen(SUFFIX) + 1, base);
		if (is_name(name))
			return 0;
	}
	return err_set(e, 0,
	    "%s: a lab has the name of its file, which must be up to 32 of"
	    " a-z 0-9 _ . - before " SUFFIX ": rename it",
	    file);
}

/* The text of a lab file as the loader would read it, to be freed; NULL when it
 * would not, and will say why.  O_NONBLOCK: a FIFO of that name must not keep
 * us. */
static char *
read_plain(const char *file)
{
	CLOSES int fd = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	FREES char *text = NULL;
	struct stat st;

	if (fd == -1 || fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) ||
	    st.st_size > TEXT_MAX)
		return NULL;
	text = calloc(1, (size_t)st.st_size + 1);
	if (text == NULL || read(fd, text, (size_t)st.st_size) != st.st_size ||
	    include_line(text) != 0)
		return NULL;
	return take_ptr(&text);
}

static void
look_at_steps(struct trial_lab *lab, const config_setting_t *steps)
{
	int n = steps == NULL || !config_setting_is_list(steps)
		    ? 0
		    : config_setting_length(steps);
	const char *value;

	for (int i = 0; i < n && i < STEPS_MAX; i++)
		lab->steps.is_checked[i] =
		    config_setting_lookup_string(
			config_setting_get_elem(steps, (unsigned)i), "check",
			&value) &&
		    value[0] != '\0';
	lab->steps.count = n < STEPS_MAX ? (unsigned)n : STEPS_MAX;
}

/* What is tried depends on these; whether they are right is for the loader to
 * say. */
static void
look_into(struct trial_lab *lab, int *places)
{
	FREES char *text = read_plain(lab->file);
	const config_setting_t *machines;
	const char *value;
	int warm = 0, has_setuid = 0;
	config_t cf;

	config_init(&cf);
	if (text != NULL && config_read_string(&cf, text) == CONFIG_TRUE) {
		lab->has_setup = config_lookup_string(&cf, "setup", &value) &&
				 value[0] != '\0';
		lab->has_check = config_lookup_string(&cf, "check", &value) &&
				 value[0] != '\0';
		look_at_steps(lab, config_lookup(&cf, "steps"));
		lab->is_debug = config_lookup_string(&cf, "seccomp", &value) &&
				strcmp(value, "debug") == 0;
		lab->has_setuid = config_lookup_bool(&cf, "setuid",
				      &has_setuid) == CONFIG_TRUE &&
				  has_setuid != 0;
		config_lookup_int(&cf, "warm", &warm);
		*places = warm > *places ? warm : *places;
		machines = config_lookup(&cf, "machines");
		if (machines != NULL &&
		    config_setting_length(machines) > *places)
			*places = config_setting_length(machines);
	}
	config_destroy(&cf);
}

static int
add_lab(struct check *c, const char *file, struct err *e)
{
	struct trial_lab *lab = &c->labs[c->count];
	char full[PATH_MAX], link[128];

	if (c->count == LABS_MAX)
		return err_set(e, 0, "more than %d files: check some of them",
		    LABS_MAX);
	if (realpath(file, full) == NULL)
		return err_set(e, errno, "%s", file);
	lab->file = file;
	if (name_of(file, lab->name, e) == -1)
		return -1;
	snprintf(link, sizeof(link), "%s/labs/%s" SUFFIX, c->dir, lab->name);
	if (symlink(full, link) == -1)
		return errno == EEXIST
			   ? err_set(e, 0,
				 "%s: another of the files is a lab %s, too",
				 file, lab->name)
			   : err_set(e, errno, "%s", link);
	look_into(lab, &c->places);
	c->count++;
	return 0;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	remove(path);
	return 0;
}

static void
clear(struct check *c)
{
	for (int i = 0; i < c->count; i++) {
		solution_free(&c->labs[i].solution);
		for (int k = 0; k < STEPS_MAX; k++)
			solution_free(&c->labs[i].steps.solution[k]);
	}
	if (c->dir[0] != '\0')
		nftw(c->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- the loader --------------------------------------------------------- */

struct loader_run {
	const struct check *check;
	const char *option;
	int fd; /* what is read: 1 or 2 */
};

static int
exec_loader(const void *arg)
{
	const struct loader_run *r = arg;
	bool is_out = r->fd == STDOUT_FILENO;

	if (child_stdio(CHILD_SAME, is_out ? CHILD_FD : CHILD_SAME,
		is_out ? CHILD_NULL : CHILD_FD) == -1)
		return 126;
	execl(r->check->loader, "atoll-loader", "-c", r->check->config,
	    r->option, (char *)NULL);
	return 127;
}

/* Run the loader with one option; what it writes to fd (1 or 2) can be read.
 * Where that is 1, its errors go to /dev/null: the run with -t before has shown
 * them. */
static FILE *
start_loader(const struct check *c, const char *option, int fd, pid_t *pid)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) == -1)
		return NULL;
	*pid = child_start(exec_loader, &(struct loader_run){ c, option, fd },
	    &ends[1], 1);
	close(ends[1]);
	if (*pid == -1) {
		close(ends[0]);
		return NULL;
	}
	return fdopen(ends[0], "re");
}

/* A line that the loader has logged, with the name of the file that the
 * instructor gave instead of our link to it.  "<3>" and the like is the level
 * (sd-daemon(3)). */
static void
show_line(const struct check *c, const char *line)
{
	char safe[4096];
	int n = strncmp(line, "<", 1) == 0 && line[1] != '\0' && line[2] == '>'
		    ? 3
		    : 0;
	char level = n == 3 ? line[1] : '3';

	for (int i = 0; i < c->count; i++) {
		char ours[128];
		size_t size = (size_t)snprintf(ours, sizeof(ours),
		    "%s/labs/%s" SUFFIX, c->dir, c->labs[i].name);

		if (strncmp(line + n, ours, size) != 0)
			continue;
		text_escape(safe, sizeof(safe), line + n + size);
		fprintf(stderr, "%s%s%s\n", c->labs[i].file,
		    level == '4' ? ": warning" : "", safe);
		return;
	}
	text_escape(safe, sizeof(safe), line + n);
	fprintf(stderr, "atoll: %s\n", safe);
}

/* Check: 0, or 1 when there is something wrong, which was shown. */
static int
check_files(const struct check *c, struct err *e)
{
	char line[4096];
	int status = 1;
	pid_t pid;
	FILE *f = start_loader(c, "-t", STDERR_FILENO, &pid);

	if (f == NULL)
		return err_set(e, errno, "%s", c->loader);
	while (fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		show_line(c, line);
	}
	fclose(f);
	if (waitpid(pid, &status, 0) == -1 || !WIFEXITED(status))
		return err_set(e, 0, "%s was killed before it had checked",
		    c->loader);
	if (WEXITSTATUS(status) == 127)
		return err_set(e, 0, "there is no %s: install it beside atoll",
		    c->loader);
	return WEXITSTATUS(status) == 0 ? 0 : 1;
}

/* Where the builder is: the loader knows the default, too. */
static int
find_libexec(const struct check *c, char *to, size_t size, struct err *e)
{
	static const char key[] = "libexec_dir = \"";
	char line[4096];
	pid_t pid;
	FILE *f = start_loader(c, "-T", STDOUT_FILENO, &pid);

	to[0] = '\0';
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, key, strlen(key)) != 0)
			continue;
		line[strcspn(line + strlen(key), "\"") + strlen(key)] = '\0';
		text_copy(to, size, line + strlen(key));
	}
	if (f != NULL) {
		fclose(f);
		waitpid(pid, NULL, 0);
	}
	return to[0] != '\0' ? 0 : err_set(e, 0, "no libexec_dir");
}

/* What solves the labs that have a solve. */
static int
read_solutions(struct check *c, struct err *e)
{
	struct solution one = { 0 };
	char lab[NAME_SIZE];
	unsigned step;
	int status = 0;
	pid_t pid;
	FILE *f = start_loader(c, "-s", STDOUT_FILENO, &pid);
	int rc = f == NULL ? err_set(e, errno, "%s", c->loader) : 1;

	while (rc == 1 && (rc = solution_read(f, lab, &step, &one, e)) == 1) {
		for (int i = 0; i < c->count; i++) {
			if (strcmp(c->labs[i].name, lab) != 0)
				continue;
			if (step == 0)
				c->labs[i].solution = one;
			else
				c->labs[i].steps.solution[step - 1] = one;
			one.program = NULL;
		}
		solution_free(&one);
	}
	if (f != NULL) {
		fclose(f);
		if (waitpid(pid, &status, 0) == -1 || status != 0)
			rc = err_set(e, 0, "%s -s failed", c->loader);
	}
	return rc;
}

/* --- all of it ---------------------------------------------------------- */

static int
try_labs(struct check *c, struct err *e)
{
	char libexec_dir[PATH_SIZE];
	int failed;

	if (geteuid() != 0) {
		for (int i = 0; i < c->count; i++)
			printf("%s: nothing wrong in the file; root would also"
			       " see whether a sandbox starts\n",
			    c->labs[i].file);
		return 0;
	}
	if (find_libexec(c, libexec_dir, sizeof(libexec_dir), e) == -1 ||
	    read_solutions(c, e) == -1 ||
	    labsite_places(c->config, c->places, e) == -1)
		return -1;
	failed = labtrial(c->config, c->loader, libexec_dir, c->labs,
	    (size_t)c->count, e);
	return failed > 0 ? 1 : failed;
}

static void
on_interrupt(int signal)
{
	(void)signal; /* what waits gives up with EINTR, and we clear away */
}

static int
run(struct check *c, char *const *files, int count, const char *config,
    struct err *e)
{
	int rc;

	sibling_path("atoll-loader", c->loader, sizeof(c->loader));
	if (make_config(c, config, e) == -1)
		return -1;
	for (int i = 0; i < count; i++) {
		if (add_lab(c, files[i], e) == -1)
			return -1;
	}
	rc = check_files(c, e);
	return rc == 0 ? try_labs(c, e) : rc;
}

int
labcheck(char *const *files, int count, const char *config, struct err *e)
{
	const struct sigaction interrupt = { .sa_handler = on_interrupt };
	FREES struct check *c = calloc(1, sizeof(*c));
	int rc;

	if (c == NULL)
		return err_set(e, ENOMEM, "a check");
	sigaction(SIGINT, &interrupt, NULL);
	sigaction(SIGTERM, &interrupt, NULL);
	sigaction(SIGPIPE, &interrupt, NULL); /* solve may have ended */
	fflush(stdout);
	rc = run(c, files, count, config, e);
	clear(c);
	return rc;
}
