/*
 * authored.h - a file that the author of a configuration file names. Process:
 * loader.
 *
 * The loader is root, and the author of a lab file may be less: their students
 * are shown files that are the author's, or that everybody may read.
 */
#ifndef ATOLL_LOADER_AUTHORED_H
#define ATOLL_LOADER_AUTHORED_H

#include "gateway/base/err.h"
#include "gateway/config/config.h"

/* Open a regular file to read; nothing else is opened, so that no device is
 * touched.  Whose it is does not matter. */
int authored_open_any(const char *path, struct err *e);

/* The same, if it is the author's or everybody may read it, and may reach it or
 * it lies where their own file does. */
int authored_open(const struct author *by, const char *path, struct err *e);

#endif
