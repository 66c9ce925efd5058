/*
 * option_type.h - what may stand after an option's name, and the C type of the
 * field that it is kept in.			Process: monitor, loader.
 */
#ifndef ATOLL_CONFIG_OPTION_TYPE_H
#define ATOLL_CONFIG_OPTION_TYPE_H

enum option_type {
	OPTION_INT,    /* int64_t */
	OPTION_BOOL,   /* int64_t, 0 or 1 */
	OPTION_SIZE,   /* int64_t bytes: 4096, "64K", "256M", "2G" */
	OPTION_TIME,   /* int64_t seconds: 30, "90s", "15m", "2h", "1d" */
	OPTION_CPUS,   /* int64_t percent: 0.5 is 50 */
	OPTION_CHOICE, /* int64_t, which of the row's words */
	OPTION_SET,    /* int64_t, bit n for each of the row's words n */
	OPTION_TEXT,   /* const char * */
	OPTION_NAME,   /* const char *, is_name() */
	OPTION_PATH,   /* const char *, made absolute from its file's folder */
	OPTION_TEXTS,  /* struct texts */
	OPTION_PATHS,  /* struct texts, each as OPTION_PATH */
	OPTION_PAIRS,  /* struct texts of "NAME=value", from a group or list */
	OPTION_ROWS,   /* a list of groups: loaded by the row's own function */
};

#endif
