/*
 * islet_lab.h - the lab file that is made of one of ISLET's.
 *
 *	islet.c		reads files, and goes through their keys
 *	islet_keys.c	what becomes of each key: the table
 *	islet_docker.c, islet_environment.c	those that hold lists of their own
 *	islet_text.c	values
 */
#ifndef ATOLL_ISLET_ISLET_LAB_H
#define ATOLL_ISLET_ISLET_LAB_H

#include <stdbool.h>
#include <stdio.h>

#include "gateway/base/name.h"
#include "gateway/islet/shellvars.h"

#define VARIABLES_MAX 64 /* as many as environment may have */

/* What a lab file holds more than once is gathered first. */
struct islet_lab {
	FILE *out, *notes;
	struct shellvars vars;
	char given[VARIABLES_MAX][64]; /* names in environment */
	size_t given_count;
	FILE *mounts, *capabilities, *environment, *ulimits;
};

/* --- islet_keys.c --- */

/* Write the option that the variable becomes, or a note that it becomes
 * none. */
void islet_convert_one(struct islet_lab *l, const struct shellvar *v);

/* --- islet_docker.c, islet_environment.c: functions of the table --- */

void islet_on_options(struct islet_lab *l, const struct shellvar *v);
void islet_on_add_all(struct islet_lab *l, const struct shellvar *v);
void islet_on_drop_all(struct islet_lab *l, const struct shellvar *v);
void islet_on_capability(struct islet_lab *l, const struct shellvar *v);
void islet_on_env(struct islet_lab *l, const struct shellvar *v);
void islet_on_envs(struct islet_lab *l, const struct shellvar *v);

/* --- islet_text.c --- */

bool islet_is_yes(const char *value);

/* A note for the instructor about a line of the file that is converted. */
void islet_note(struct islet_lab *l, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

void islet_set_string(struct islet_lab *l, const char *key, const char *value);

/* A size as docker-run(1) has it. */
void islet_set_size(struct islet_lab *l, const char *key,
    const struct shellvar *v);

/* Swap beside memory, of docker's total of both. */
void islet_set_swap(struct islet_lab *l, const struct shellvar *v);

/* A name of ours from whatever it was called; "" when nothing is left. */
void islet_make_name(const char *from, char to[NAME_SIZE]);

/* A percent sign begins a placeholder in ours.  Free it; NULL without memory. */
char *islet_double_percents(const char *text);

#endif
