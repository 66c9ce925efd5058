/*
 * own_user.h - is a process's system user one that no other process of ours has?
 */
#ifndef ATOLL_LOADER_OWN_USER_H
#define ATOLL_LOADER_OWN_USER_H

#include "gateway/config/settings.h"

enum own_user {
	USER_IS_OWN,
	USER_IS_MISSING,
	USER_IS_SHARED, /* it is root, or another option names it, too */
};

/* user is one of the texts of c. */
enum own_user own_user_find(const struct config *c, const char *user);

#endif
