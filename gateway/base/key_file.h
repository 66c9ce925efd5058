/*
 * key_file.h - reading a file that holds a private key.
 *
 * For what starts as root and gives that up before it looks at what it has read.
 */
#ifndef ATOLL_BASE_KEY_FILE_H
#define ATOLL_BASE_KEY_FILE_H

#include "gateway/base/err.h"

#define KEY_FILE_MAX 16384

/* Read the file into text, with a NUL behind it.  -1: it is not a file, or others
 * than its owner may read it.  The caller wipes text. */
int key_file_read(const char *path, char text[KEY_FILE_MAX], struct err *e);

#endif
