/*
 * config.h - atoll.conf and the lab files, checked and at rest.
 *						Process: monitor, loader.
 *
 * The loader reads and checks the files (gateway/loader/load.h) and prints the
 * effective configuration, which everybody else parses with config_parse():
 * whole into a new struct or not at all; every error is collected with its file
 * and line.  All it holds lives in its arena and goes with config_free().
 */
#ifndef ATOLL_CONFIG_CONFIG_H
#define ATOLL_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stdio.h>

#include "gateway/config/diagnostic.h"
#include "gateway/config/settings.h"

/* An empty one, with its arena; NULL without memory. */
struct config *config_new(const char *file);

/* Read what config_print() wrote with secrets, from memory. */
struct config *config_parse(const char *text, struct diagnostics *out);

/* Fill in what follows from other fields: parsed networks. */
void config_derive(struct config *c);

/* The effective configuration, in its own syntax, labs in one list.  Without
 * secrets, password hashes read "(set)". */
void config_print(const struct config *c, FILE *to, bool secrets);

/* Report each option that differs and cannot change while running. */
void config_check_change(const struct config *running,
    const struct config *next, struct diagnostics *out);

const struct lab *config_lab(const struct config *c, const char *name);
const struct account *config_account(const struct config *c, const char *name);

/* The text of an effective configuration in a memfd, for config_parse(); NULL
 * when it cannot be read.  Free it. */
char *config_read_fd(int fd);

void config_free(struct config *c);

#endif
