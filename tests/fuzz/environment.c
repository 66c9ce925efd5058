/*
 * environment.c - variables of a client, for a program in the sandbox.
 *
 * Input: 1 for a terminal, then variables, each with a NUL.
 */
#include "sandbox/init/environment.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

/* Nothing that says how programs are loaded, and nothing of the lab's. */
static void
check(const struct environment *env, bool pty)
{
	static const char *const never[] = { "LD_", "PATH=/tmp", "HOME=/tmp",
		"IFS=", "ENV=", "BASH_ENV=", "SHELL=/tmp", "USER=evil" };

	MUST(env->count <= ENVIRONMENT_MAX && env->list[env->count] == NULL);
	for (size_t i = 0; i < env->count; i++) {
		const char *text = env->list[i];
		size_t n = strcspn(text, "=");

		MUST(n > 0 && text[n] == '=');
		for (size_t k = 0; k < sizeof(never) / sizeof(never[0]); k++)
			MUST(strncmp(text, never[k], strlen(never[k])) != 0);
		MUST(pty || strncmp(text, "TERM=", 5) != 0);
		for (size_t k = i + 1; k < env->count; k++)
			MUST(strncmp(text, env->list[k], n + 1) != 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char plan_room[STRINGS_SIZE], ask_room[STRINGS_SIZE];
	struct msg_init_plan *plan = calloc(1, sizeof(*plan));
	struct msg_spawn *ask = calloc(1, sizeof(*ask));
	struct environment *env = calloc(1, sizeof(*env));
	const struct environment_place place = { .agent = "",
		.tty = "",
		.root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC) };
	struct err e = { 0 };

	MUST(plan != NULL && ask != NULL && env != NULL);
	strcpy(plan->user, "student");
	plan->home = "/home/student";
	plan->shell = "/bin/sh";
	plan->environment = strings_in(plan_room, sizeof(plan_room));
	ask->environment = strings_in(ask_room, sizeof(ask_room));
	strings_add(&plan->environment, "COURSE=web101");
	ask->pty = size > 0 && data[0] == 1;
	for (size_t at = 1; at < size;) {
		char *text = fuzz_text(data + at, size - at);

		strings_add(&ask->environment, text);
		at += strlen(text) + 1;
		free(text);
	}
	if (environment_make(env, plan, ask, &place, &e) == 0)
		check(env, ask->pty);
	close(place.root);
	free(env);
	free(ask);
	free(plan);
	return 0;
}
