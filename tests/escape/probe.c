/*
 * probe.c - try to leave a sandbox in every way that we know.
 *
 *	probe list		the table: area, attempt, expected answers
 *	probe markdown		the same, for people
 *	probe run [KEY=VALUE]	try everything here, one line for each
 *	probe bare WHO		ask the kernel itself: plain, userns or host
 *	probe listen PORT	be a neighbour, until stdin ends
 *	probe bomb KIND [COUNT]	use something up, see bombs.h
 *
 * Each attempt has a process of its own: one that goes through changes nothing
 * for the next.  Static, so that it runs in any image.
 */
#include "tests/escape/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/escape/bombs.h"
#include "tests/escape/neighbour.h"

#define ATTEMPT_SECONDS 5
#define EXIT_SKIPPED	77

static const struct area *const areas[] = { &area_mounts, &area_namespaces,
	&area_kernel, &area_sockets, &area_processes, &area_files,
	&area_terminals, &area_outside };
#define AREAS (sizeof(areas) / sizeof(areas[0]))

static const char *const askers[] = { [NOBODY] = "-",
	[PLAIN] = "plain",
	[USERNS] = "userns",
	[HOST] = "host" };

static const char *const profiles[] = { [PROFILE_USER] = "user",
	[PROFILE_ROOT] = "root",
	[PROFILE_DEBUG] = "debug",
	[PROFILE_CAPS] = "caps" };

int
answer_of(long rc)
{
	return rc == -1 ? errno : WORKS;
}

static const char *
answer_name(int answer, char *text, size_t size)
{
	const char *name = answer > 0 ? strerrorname_np(answer) : NULL;

	if (answer == WORKS)
		name = "works";
	else if (answer == DIFFERS)
		name = "differs";
	else if (answer == UNTRIED)
		name = "untried";
	else if (answer == SAME)
		name = "-";
	if (name != NULL)
		return name;
	snprintf(text, size, answer > 0 ? "errno %d" : "signal %d",
	    answer > 0 ? answer : SIGNAL - answer);
	return text;
}

/* --- one attempt -------------------------------------------------------- */

static int
try(const struct attempt *a, const struct told *t)
{
	errno = 0;
	if (a->act != NULL)
		return a->act(t);
	return answer_of(syscall(a->call, a->arg[0], a->arg[1], a->arg[2],
	    a->arg[3], a->arg[4], a->arg[5]));
}

/* A call that makes a process answers twice; only ours is of interest. */
static _Noreturn void
child(const struct attempt *a, const struct told *t, int out)
{
	pid_t self = getpid();
	int answer;

	alarm(ATTEMPT_SECONDS);
	answer = try(a, t);
	if (a->act == NULL && getpid() != self)
		_exit(0);
	if (write(out, &answer, sizeof(answer)) != sizeof(answer))
		_exit(1);
	_exit(0);
}

static int
attempt(const struct attempt *a, const struct told *t)
{
	int channel[2], answer, status;
	pid_t pid;
	bool answered;

	if (pipe2(channel, O_CLOEXEC) == -1)
		return UNTRIED;
	pid = fork();
	if (pid == -1)
		return UNTRIED;
	if (pid == 0)
		child(a, t, channel[1]);
	close(channel[1]);
	answered = read(channel[0], &answer, sizeof(answer)) == sizeof(answer);
	close(channel[0]);
	waitpid(pid, &status, 0);
	if (answered)
		return answer;
	return WIFSIGNALED(status) ? SIGNAL - WTERMSIG(status) : UNTRIED;
}

static void
attempt_all(const struct told *t, enum asker only)
{
	char text[32];

	for (size_t i = 0; i < AREAS; i++) {
		for (size_t k = 0; k < areas[i]->count; k++) {
			const struct attempt *a = &areas[i]->attempt[k];

			if (only != NOBODY && a->asker != only)
				continue;
			printf("%s: %s\t%s\n", areas[i]->name, a->what,
			    answer_name(attempt(a, t), text, sizeof(text)));
		}
	}
}

/* --- the table ---------------------------------------------------------- */

static int
expected(const struct attempt *a, int profile)
{
	return a->in[profile] == SAME ? a->answer : a->in[profile];
}

static void
list(void)
{
	char text[32];

	for (size_t i = 0; i < AREAS; i++) {
		for (size_t k = 0; k < areas[i]->count; k++) {
			const struct attempt *a = &areas[i]->attempt[k];

			printf("%s: %s", areas[i]->name, a->what);
			for (int p = 0; p < PROFILES; p++)
				printf("\t%s", answer_name(expected(a, p), text,
						   sizeof(text)));
			printf("\t%s\t%s\n", askers[a->asker],
			    answer_name(a->bare, text, sizeof(text)));
		}
	}
}

static void
markdown_row(const struct attempt *a)
{
	char text[32];

	printf("| %s | %s", a->what,
	    answer_name(a->answer, text, sizeof(text)));
	for (int p = 0; p < PROFILES; p++) {
		if (a->in[p] != SAME)
			printf("; %s: %s", profiles[p],
			    answer_name(a->in[p], text, sizeof(text)));
	}
	printf(" | ");
	if (a->asker == NOBODY)
		printf("not asked");
	else
		printf("%s (%s)", answer_name(a->bare, text, sizeof(text)),
		    askers[a->asker]);
	printf(" | %s |\n", a->why == NULL ? "" : a->why);
}

static void
markdown(void)
{
	for (size_t i = 0; i < AREAS; i++) {
		printf("## %s\n\n%s\n\n", areas[i]->name, areas[i]->about);
		puts("| attempt | in a sandbox | the kernel itself | why |");
		puts("|---|---|---|---|");
		for (size_t k = 0; k < areas[i]->count; k++)
			markdown_row(&areas[i]->attempt[k]);
		putchar('\n');
	}
}

/* --- where it runs ------------------------------------------------------ */

static void
put(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);

	if (fd == -1 || write(fd, text, strlen(text)) == -1)
		exit(EXIT_SKIPPED);
	close(fd);
}

/* Root of a user namespace of our own, with what root has there. */
static void
enter_userns(void)
{
	char map[48];
	unsigned uid = getuid(), gid = getgid();

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC |
		    CLONE_NEWNET) == -1) {
		perror("a user namespace");
		exit(EXIT_SKIPPED);
	}
	put("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", uid);
	put("/proc/self/uid_map", map);
	snprintf(map, sizeof(map), "0 %u 1", gid);
	put("/proc/self/gid_map", map);
}

static void
bare(const char *who)
{
	struct told nothing = { 0 };

	for (int a = PLAIN; a <= HOST; a++) {
		if (strcmp(who, askers[a]) != 0)
			continue;
		if (a == USERNS)
			enter_userns();
		attempt_all(&nothing, (enum asker)a);
	}
}

static void
tell(struct told *t, const char *word)
{
	const char *value = strchr(word, '=');

	if (value == NULL)
		return;
	value++;
	if (strncmp(word, "host_pid=", 9) == 0)
		t->host_pid = atoi(value);
	else if (strncmp(word, "host_port=", 10) == 0)
		t->host_port = atoi(value);
	else if (strncmp(word, "neighbour_port=", 15) == 0)
		t->neighbour_port = atoi(value);
	else if (strncmp(word, "host_path=", 10) == 0)
		t->host_path = value;
}

int
main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	struct told told = { 0 };

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 2; i < argc; i++)
		tell(&told, argv[i]);
	if (strcmp(verb, "list") == 0)
		list();
	else if (strcmp(verb, "markdown") == 0)
		markdown();
	else if (strcmp(verb, "run") == 0)
		attempt_all(&told, NOBODY);
	else if (strcmp(verb, "bare") == 0 && argc == 3)
		bare(argv[2]);
	else if (strcmp(verb, "listen") == 0 && argc == 3)
		return neighbour_listen(atoi(argv[2]));
	else if (strcmp(verb, "bomb") == 0 && argc >= 3)
		return bomb_run(argv[2],
		    argc == 4 ? (unsigned)atoi(argv[3]) : 0);
	else
		return 2;
	return 0;
}
