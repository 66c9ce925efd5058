/* export_jobs.h - the exports that are under way. */
#ifndef ATOLL_BUILDER_EXPORT_EXPORT_JOBS_H
#define ATOLL_BUILDER_EXPORT_EXPORT_JOBS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define EXPORTS_MAX	    8 /* at a time, */
#define EXPORTS_OF_STUDENTS 6 /* of which students may have so many */

struct export_job {
	uint32_t number; /* what its event carries; 0: free */
	uint32_t serial;
	uint32_t seat;	  /* as the monitor knows it */
	uint32_t sandbox; /* of its machines the one that is written */
	bool is_last;
	bool by_student;
	int out; /* where the archive goes */
	pid_t pid;
	int pidfd, status;
	char note[256]; /* what is left out of the machines before */
};

struct exports {
	uint32_t numbers;
	struct export_job job[EXPORTS_MAX];
};

#endif
