/* environment.c - the environment that a student's program starts with. */
#include "sandbox/init/environment.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/accept_env.h"
#include "gateway/base/array.h"
#include "sandbox/init/locale.h"

/* As Debian's login does. */
#define PATH_OF_ROOT                                                           \
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define PATH_OF_USERS "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"

/* What the session itself says, beside what a client may set. */
static const char *const let_through[] = { "SSH_CLIENT", "SSH_CONNECTION",
	"TERM", "TZ" };

static size_t
name_length(const char *text)
{
	return strcspn(text, "=");
}

static bool
is_same_name(const char *a, const char *b)
{
	size_t n = name_length(a);

	return n == name_length(b) && memcmp(a, b, n) == 0;
}

/* Add "NAME=value", which env keeps; what is no variable is left out. */
static int
put(struct environment *env, char *text, struct err *e)
{
	size_t n = name_length(text);

	if (n == 0 || text[n] != '=')
		return 0;
	for (size_t i = 0; i < env->count; i++) {
		if (is_same_name(env->list[i], text)) {
			env->list[i] = text;
			return 0;
		}
	}
	if (env->count == ENVIRONMENT_MAX)
		return err_set(e, E2BIG, "environment");
	env->list[env->count++] = text;
	return 0;
}

/* One of the variables that a login sets; its text is in env itself. */
static int
set(struct environment *env, enum login_variable v, const char *value,
    struct err *e)
{
	static const char *const name[] = {
		[LOGIN_USER] = "USER",
		[LOGIN_LOGNAME] = "LOGNAME",
		[LOGIN_HOME] = "HOME",
		[LOGIN_SHELL] = "SHELL",
		[LOGIN_PATH] = "PATH",
		[LOGIN_AGENT] = "SSH_AUTH_SOCK",
		[LOGIN_TTY] = "SSH_TTY",
		[LOGIN_ACCOUNT] = "ATOLL_ACCOUNT",
		[LOGIN_LAB] = "ATOLL_LAB",
		[LOGIN_SECRET] = "ATOLL_SECRET",
		[LOGIN_STUDENT] = "ATOLL_USER",
		[LOGIN_STUDENT_HOME] = "ATOLL_HOME",
		[LOGIN_STEP] = "ATOLL_STEP",
	};

	if (value[0] == '\0')
		return 0;
	snprintf(env->login[v], sizeof(env->login[v]), "%s=%s", name[v], value);
	return put(env, env->login[v], e);
}

/* Terminal and locale, never what changes how programs are loaded. */
static bool
is_let_through(const char *text, bool pty)
{
	if (is_same_name(text, "TERM") && !pty)
		return false;
	if (accept_env(text, name_length(text)))
		return true;
	for (size_t i = 0; i < COUNT_OF(let_through); i++) {
		if (is_same_name(text, let_through[i]))
			return true;
	}
	return false;
}

static int
put_all(struct environment *env, const struct strings *all, struct err *e)
{
	for (const char *s = strings_next(all, NULL); s != NULL;
	     s = strings_next(all, s)) {
		/* The plan outlives us and nobody writes to it. */
		if (put(env, (char *)(uintptr_t)s, e) == -1)
			return -1;
	}
	return 0;
}

/* --- the locale --------------------------------------------------------- */

/* Then all of it is the lab's: LC_ALL of a client would undo its LANG. */
static bool
lab_has_locale(const struct msg_init_plan *plan)
{
	const struct strings *all = &plan->environment;

	for (const char *s = strings_next(all, NULL); s != NULL;
	     s = strings_next(all, s)) {
		if (locale_is_variable(s))
			return true;
	}
	return false;
}

static bool
has(const struct environment *env, const char *name)
{
	for (size_t i = 0; i < env->count; i++) {
		if (is_same_name(env->list[i], name))
			return true;
	}
	return false;
}

/* Without any, programs would take the student's letters for bytes. */
static int
put_fallback_locale(struct environment *env, struct err *e)
{
	static const char fallback[] = "LANG=" LOCALE_FALLBACK;

	if (has(env, "LANG") || has(env, "LC_ALL"))
		return 0;
	return put(env, (char *)(uintptr_t)fallback, e);
}

static bool
is_usable(const char *text, bool lab_chose, int root)
{
	if (!locale_is_variable(text))
		return true;
	return !lab_chose &&
	       locale_is_installed(root, text + name_length(text) + 1);
}

/* --- in order ----------------------------------------------------------- */

static int
put_let_through(struct environment *env, const struct msg_init_plan *plan,
    const struct msg_spawn *ask, int root, struct err *e)
{
	const struct strings *all = &ask->environment;
	bool lab_chose = lab_has_locale(plan);

	for (const char *s = strings_next(all, NULL); s != NULL;
	     s = strings_next(all, s)) {
		if (s[name_length(s)] == '=' && is_let_through(s, ask->pty) &&
		    is_usable(s, lab_chose, root) &&
		    put(env, (char *)(uintptr_t)s, e) == -1)
			return -1;
	}
	return put_fallback_locale(env, e);
}

int
environment_make(struct environment *env, const struct msg_init_plan *plan,
    const struct msg_spawn *ask, const struct environment_place *at,
    struct err *e)
{
	const char *path = plan->uid == 0 ? PATH_OF_ROOT : PATH_OF_USERS;

	if (set(env, LOGIN_USER, plan->user, e) == -1 ||
	    set(env, LOGIN_LOGNAME, plan->user, e) == -1 ||
	    set(env, LOGIN_HOME, plan->home, e) == -1 ||
	    set(env, LOGIN_SHELL, plan->shell, e) == -1 ||
	    set(env, LOGIN_PATH, path, e) == -1)
		return -1;
	if (put_all(env, &plan->environment, e) == -1 ||
	    put_let_through(env, plan, ask, at->root, e) == -1)
		return -1;
	if (set(env, LOGIN_AGENT, at->agent, e) == -1)
		return -1;
	return set(env, LOGIN_TTY, at->tty, e);
}

static int
put_root(struct environment *env, const struct msg_init_plan *plan,
    struct err *e)
{
	/* HOME is not the student's: programs would load what lies there. */
	if (put_all(env, &plan->environment, e) == -1 ||
	    set(env, LOGIN_USER, "root", e) == -1 ||
	    set(env, LOGIN_LOGNAME, "root", e) == -1 ||
	    set(env, LOGIN_HOME, "/root", e) == -1 ||
	    set(env, LOGIN_SHELL, "/bin/sh", e) == -1)
		return -1;
	return set(env, LOGIN_PATH, PATH_OF_ROOT, e);
}

int
environment_make_for_service(struct environment *env,
    const struct msg_init_plan *plan, struct err *e)
{
	if (put_root(env, plan, e) == -1)
		return -1;
	return put_fallback_locale(env, e);
}

int
environment_make_for_lab(struct environment *env,
    const struct msg_init_plan *plan, uint32_t step, struct err *e)
{
	char number[16] = "";
	const struct {
		enum login_variable which;
		const char *value;
	} rows[] = {
		{ LOGIN_ACCOUNT, plan->account },
		{ LOGIN_LAB, plan->lab },
		{ LOGIN_SECRET, plan->secret },
		{ LOGIN_STUDENT, plan->user },
		{ LOGIN_STUDENT_HOME, plan->home },
		{ LOGIN_STEP, number },
	};

	if (step != 0)
		snprintf(number, sizeof(number), "%" PRIu32, step);
	if (put_root(env, plan, e) == -1)
		return -1;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (set(env, rows[i].which, rows[i].value, e) == -1)
			return -1;
	}
	return put_fallback_locale(env, e);
}

void
environment_extend_path(struct environment *env, const char *directory)
{
	for (size_t i = 0; i < env->count; i++) {
		int n;

		if (!is_same_name(env->list[i], "PATH="))
			continue;
		n = snprintf(env->path, sizeof(env->path), "%s:%s",
		    env->list[i], directory);
		if (n > 0 && (size_t)n < sizeof(env->path))
			env->list[i] = env->path;
	}
}
