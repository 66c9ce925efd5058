/*
 * config_table.h - every option there is, as rows.	Process: monitor, loader.
 *
 * atolld -T, atoll.conf(5) and the checks all follow these tables.
 */
#ifndef ATOLL_CONFIG_CONFIG_TABLE_H
#define ATOLL_CONFIG_CONFIG_TABLE_H

#include "gateway/config/option.h"

/* atoll.conf; the last row, "labs", stands only in an effective
 * configuration: a lab's place is a file of its own. */
extern const struct option site_options[];
extern const size_t site_option_count;
extern const size_t site_file_option_count;

/* A lab; the first LAB_OPTIONS_INLINE rows stand only in an effective
 * configuration: elsewhere the file says them. */
#define LAB_OPTIONS_INLINE 2
extern const struct option lab_options[];
extern const size_t lab_option_count;

/* The word of a lab's option that is a choice. */
const char *config_word(const char *option, int64_t value);

#endif
