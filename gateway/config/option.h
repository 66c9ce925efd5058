/*
 * option.h - one table describes a group of settings; one walker loads, checks,
 * prints and compares it.				Process: monitor, loader.
 */
#ifndef ATOLL_CONFIG_OPTION_H
#define ATOLL_CONFIG_OPTION_H

#include <libconfig.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "gateway/base/arena.h"
#include "gateway/config/diagnostic.h"
#include "gateway/config/option_type.h"

enum option_flag {
	OPTION_REQUIRED = 1,
	OPTION_LIVE = 2,   /* may change at a reload */
	OPTION_SECRET = 4, /* printed as "(set)" for people */
	OPTION_PLAN = 8,   /* the builder gets it as the field of this name of
			      LAB_PLAN, see gateway/loader/plans.c */
	OPTION_ONE = 16,   /* of a list: one text alone stands for it */
};

/* For OPTION_ROWS: what one group of the list holds. */
struct option_rows {
	const struct option *options;
	size_t count;	    /* of options */
	size_t size;	    /* of one row's struct */
	size_t rows_offset; /* of the size_t that counts the rows */
};

struct option {
	const char *name;
	enum option_type type;
	size_t offset;
	int64_t min, max, fallback;
	const char *fallback_text; /* OPTION_TEXTS: words between spaces */
	unsigned flags;
	const char *help;
	const struct option_rows *rows;
	const char *const *words; /* of a choice or a set; NULL ends them */
};

/* The words of a choice for a sentence: "a", "b" or "c", in quotes. */
#define OPTION_WORDS_SIZE 256
void option_words_text(const struct option *o, char to[OPTION_WORDS_SIZE]);

/* The number of a word, -1 for none of them. */
int option_word(const struct option *o, const char *word);

/* Where a group is read from and what errors say. */
struct option_source {
	struct arena *arena;
	struct diagnostics *out;
	const char *file;
	const char *folder; /* what relative paths are relative to */
};

/* Load a group into the struct: defaults first, then what stands there.
 * Unknown names, wrong types and values out of range are diagnostics. */
void options_load(const struct option *options, size_t count,
    const struct option_source *src, config_setting_t *group, void *to);

/* Print as libconfig text, indented by depth tabs. */
void options_print(const struct option *options, size_t count, const void *from,
    FILE *to, int depth, bool secrets);

/* True when the option has the same value in both structs. */
bool option_is_same(const struct option *o, const void *a, const void *b);

/* A path as its user wrote it, made absolute from the folder. */
const char *option_path(struct arena *a, const char *folder, const char *path);

#endif
