/*
 * profile.h - the AppArmor profile of sandboxes: is it there, and how to take it.
 *
 * configs/apparmor/atoll-sandbox has its rules.  It is loaded by the package, or by
 * hand; the builder loads nothing.
 */
#ifndef ATOLL_BUILDER_APPARMOR_PROFILE_H
#define ATOLL_BUILDER_APPARMOR_PROFILE_H

#include "gateway/base/err.h"
#include "gateway/wire/msg.h"

#define PROFILE_NAME "atoll-sandbox"

enum profile_state {
	PROFILE_NO_APPARMOR, /* this kernel has none, or runs without */
	PROFILE_UNSEEN,	     /* what is loaded cannot be seen */
	PROFILE_ABSENT,
	PROFILE_LAX, /* it is loaded, in a mode that refuses nothing */
	PROFILE_LOADED,
	PROFILE_STATES
};

/* As the kernel says now; reads small files and does not block. */
enum profile_state profile_find(void);

/* In the kernel's list of profiles, lines of "NAME (MODE)". */
enum profile_state profile_find_in(const char *list);

/* What it is, for people; and what to do about it: NULL where there is nothing
 * to be done. */
const char *profile_says(enum profile_state state);
const char *profile_cure(enum profile_state state);

/*
 * In the child, which has its own /proc and gives up no more: the profile from the
 * next exec on.  The kernel wants credentials that have not changed since the file
 * was opened, so nothing that changes them may come between this and the exec.
 * With APPARMOR_TRY it goes without where that cannot be; -1 is for
 * APPARMOR_REQUIRED alone, or when something else than /proc is there.
 */
int profile_enter(enum apparmor how, struct err *e);

#endif
