/*
 * own_user.h - is a process's system user one that no other process of ours has?
 */
#ifndef ATOLL_LOADER_OWN_USER_H
#define ATOLL_LOADER_OWN_USER_H

#include "gateway/config/config.h"

enum own_user {
	USER_IS_OWN,
	USER_IS_MISSING,
	USER_IS_SHARED, /* it is root, or another option names it, too */
};

/* user is one of the texts of c. */
enum own_user own_user_find(const struct config *c, const char *user);

/* Who needs it: file and line, as of diagnose(). */
struct own_user_need {
	const char *file;
	int line;
	const char *what;   /* that is set there */
	const char *option; /* of the site, that names the user */
};

/* Say what is wrong with it, unless it is one of its own. */
void own_user_check(const struct config *c, const char *user,
    const struct own_user_need *need, struct diagnostics *out);

#endif
