/*
 * labnotes.h - what an instructor should know of a lab's image: programs that
 * do less in a sandbox than elsewhere, or want an option of the lab.
 */
#ifndef ATOLL_ADMIN_LAB_LABNOTES_H
#define ATOLL_ADMIN_LAB_LABNOTES_H

#include <stdbool.h>

/* A command for the student's shell, which prints a line for each note.
 * is_debug: the lab has seccomp = "debug"; has_setuid: it has setuid = true. */
const char *labnotes_command(bool is_debug, bool has_setuid);

#endif
