/*
 * time_factor.h - what an account's time limits are multiplied with.
 *
 * Percent: 150 is half as much again, for a student who needs more time.
 */
#ifndef ATOLL_BASE_TIME_FACTOR_H
#define ATOLL_BASE_TIME_FACTOR_H

#define TIME_FACTOR_NONE 100 /* what everybody has */
#define TIME_FACTOR_MIN	 50
#define TIME_FACTOR_MAX	 1000

#endif
