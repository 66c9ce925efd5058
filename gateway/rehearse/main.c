/*
 * main.c - atoll-rehearse: a class of SSH clients in one process.
 *
 * "atoll rehearse" starts it, here or through ssh on another machine, and speaks to
 * it on stdin and stdout: see rehearse_plan.h and tally.h.  Its first line is the public key
 * of a pair that it has just made; the other half never leaves it.  It has no
 * privileges: started by root it becomes nobody.  When stdin ends, it prints what
 * it has seen so far and ends.
 */
#include <errno.h>
#include <libssh/libssh.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "gateway/base/privs.h"
#include "gateway/rehearse/student.h"

#define NOBODY	    65534
#define STACK	    (256 * 1024)
#define GOODBYE_MS  3000 /* for who is in the middle of something */
#define DESCRIPTORS 64	 /* beside those of the students */

_Noreturn static void
fatal(const struct err *e)
{
	fprintf(stderr, "atoll-rehearse: %s\n", e->text);
	exit(1);
}

/* As many as may be had: each student is one. */
static void
raise_open_files(void)
{
	struct rlimit rl, wanted = { PLAN_STUDENTS_MAX + DESCRIPTORS,
		PLAN_STUDENTS_MAX + DESCRIPTORS };

	if (getrlimit(RLIMIT_NOFILE, &rl) == -1 ||
	    rl.rlim_cur >= wanted.rlim_cur ||
	    setrlimit(RLIMIT_NOFILE, &wanted) == 0)
		return;
	rl.rlim_cur = rl.rlim_max;
	setrlimit(RLIMIT_NOFILE, &rl); /* a student without is refused */
}

static ssh_key
make_key(struct err *e)
{
	ssh_key key = NULL;
	char *text = NULL;

	if (ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key) != SSH_OK ||
	    ssh_pki_export_pubkey_base64(key, &text) != SSH_OK) {
		err_set(e, 0, "cannot make a key");
		return NULL;
	}
	printf("key ssh-ed25519 %s\n", text);
	fflush(stdout);
	ssh_string_free_char(text);
	return key;
}

static atomic_uint running;

static void *
live(void *arg)
{
	student_live(arg);
	running--;
	return NULL;
}

/* Those for whom there is no thread are refused, as by a host that is full. */
static void
start(struct student *all, const struct plan *p, struct tally *t)
{
	pthread_attr_t small;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, STACK);
	pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED);
	for (unsigned i = 0; i < p->count; i++) {
		struct student *s = &all[i];
		pthread_t thread;
		struct err e;
		int rc;

		*s = (struct student){ .plan = p,
			.tally = t,
			.number = i + 1,
			.dice = i + 1 };
		running++;
		rc = pthread_create(&thread, &small, live, s);
		if (rc == 0)
			continue;
		running--;
		err_set(&e, rc, "a thread for a client");
		samples_fail(&t->refused, &e);
	}
	pthread_attr_destroy(&small);
}

static bool
has_input_ended(int ms)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	char bytes[64];

	return poll(&in, 1, ms) == 1 &&
	       read(STDIN_FILENO, bytes, sizeof(bytes)) <= 0;
}

static void
await(const struct plan *p, struct tally *t)
{
	double end = t->began_ms + p->ms;

	while (running > 0 && now_ms() < end && !has_input_ended(100))
		continue;
	t->stop = true;
	end = now_ms() + GOODBYE_MS;
	while (running > 0 && now_ms() < end)
		poll(NULL, 0, 20);
}

static int
rehearse(struct err *e)
{
	struct tally t = TALLY_INIT;
	struct plan p = { 0 };
	struct student *all;
	ssh_key key;

	ssh_init();
	key = make_key(e);
	if (key == NULL || plan_read(&p, e) == -1)
		return -1;
	p.target.key = key;
	all = calloc(p.count, sizeof(*all));
	if (all == NULL)
		return err_set(e, ENOMEM, "students");
	t.began_ms = now_ms();
	start(all, &p, &t);
	await(&p, &t);
	tally_print(&t);
	fflush(stdout);
	/* Threads that still wait for an answer have all of it in their hands. */
	_exit(0);
}

int
main(int argc, char **argv)
{
	struct err e = { 0 };

	if (argc == 2 && strcmp(argv[1], "-V") == 0) {
		puts("atoll-rehearse " VERSION);
		return 0;
	}
	if (argc != 1) {
		fputs("usage: atoll-rehearse\n"
		      "'atoll rehearse' starts this program: see atoll(1).\n",
		    stderr);
		return 2;
	}
	/* Ctrl-C is for the tool, which ends our stdin. */
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	raise_open_files();
	if (geteuid() == 0 && privs_drop(NOBODY, NOBODY, &e) == -1)
		fatal(&e);
	if (rehearse(&e) == -1)
		fatal(&e);
	return 0;
}
