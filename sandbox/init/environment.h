/*
 * environment.h - the environment that a student's program starts with.
 */
#ifndef ATOLL_INIT_ENVIRONMENT_H
#define ATOLL_INIT_ENVIRONMENT_H

#include "gateway/base/err.h"
#include "gateway/wire/msg.h"

#define ENVIRONMENT_MAX 160

enum login_variable {
	LOGIN_USER,
	LOGIN_LOGNAME,
	LOGIN_HOME,
	LOGIN_SHELL,
	LOGIN_PATH,
	LOGIN_AGENT,
	LOGIN_TTY,
	LOGIN_ACCOUNT,
	LOGIN_LAB,
	LOGIN_SECRET,
	LOGIN_STUDENT,
	LOGIN_STUDENT_HOME,
	LOGIN_STEP,
	LOGIN_COUNT
};

/* Points into itself, into the plan and into the request: it is not copied,
 * and lives no longer than they do. */
struct environment {
	char *list[ENVIRONMENT_MAX + 1]; /* ends with NULL, as environ does */
	size_t count;
	char login[LOGIN_COUNT][PATH_SIZE + 16];
	char path[2 * PATH_SIZE]; /* see environment_extend_path() */
};

/* Where the program starts. */
struct environment_place {
	const char *agent; /* the socket of the client's agent, or empty */
	const char *tty;   /* its terminal, or empty */
	int root;	   /* the sandbox's root directory */
};

/*
 * What login(1) sets, then the lab's variables, then those of the client that
 * are let through, and the place.  A later one replaces an earlier one of the
 * same name.  The locale is the lab's if it sets any variable of one, else the
 * client's as far as the image has it, else C.UTF-8.
 */
int environment_make(struct environment *env, const struct msg_init_plan *plan,
    const struct msg_spawn *ask, const struct environment_place *at,
    struct err *e);

/* For a program of the lab's: its variables, then root's, then what only such a
 * program is told: who the student is, the seat's secret, and the step that the
 * student is at, unless it is 0. */
int environment_make_for_lab(struct environment *env,
    const struct msg_init_plan *plan, uint32_t step, struct err *e);

/* For what a machine runs with nobody logged in: the lab's variables, then root's. */
int environment_make_for_service(struct environment *env,
    const struct msg_init_plan *plan, struct err *e);

/* Put a directory at the end of PATH, whoever set that; one that would be too
 * long stays as it is. */
void environment_extend_path(struct environment *env, const char *directory);

#endif
