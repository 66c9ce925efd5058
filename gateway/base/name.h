/*
 * name.h - what an account, a lab or an image may be called.
 *
 * Names become file names, cgroup names, log fields and parts of a login, so
 * their alphabet is small: a-z 0-9 _ . -, first a letter, digit or underscore,
 * at most 32 bytes.  Both ends of every message check them with this code.
 */
#ifndef ATOLL_BASE_NAME_H
#define ATOLL_BASE_NAME_H

#include <stdbool.h>

#define NAME_SIZE 33 /* with the terminating NUL */

bool is_name(const char *text);

/* Split a login "alice+web101" into account and lab ("" when none is named).
 * False, with both empty, when either part is not a name. */
bool name_split_login(const char *login, char account[NAME_SIZE],
    char lab[NAME_SIZE]);

/*
 * The same of what a client sends as its user's name, with what programs make
 * of it and no name can have: capitals, "DOMAIN\\" before it, "@host" behind it
 * or its lab, blanks around it, and, since "ssh://" decodes '+', a blank in the
 * place of that.
 */
bool name_read_login(const char *typed, char account[NAME_SIZE],
    char lab[NAME_SIZE]);

#endif
