/*
 * outcome.h - what a rehearsal came to.
 *
 * Process: atoll.
 */
#ifndef ATOLL_ADMIN_REHEARSE_OUTCOME_H
#define ATOLL_ADMIN_REHEARSE_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/base/err.h"
#include "gateway/base/name.h"

#define REFUSALS_MAX 16 /* different reasons, as atoll-rehearse keeps them */
#define FINDINGS_MAX (REFUSALS_MAX + 8)

/* Milliseconds. */
struct measure {
	double count, p50, p99, max;
};

struct refusal {
	unsigned times;
	double first_s; /* from the beginning to the first */
	char text[ERR_TEXT_SIZE];
};

/* What gave out, and what to do about it. */
struct finding {
	double first_s;
	char what[ERR_TEXT_SIZE], cure[ERR_TEXT_SIZE];
};

/* Of the gateway's host, by looks once a second; what was not seen is 0. */
struct host_seen {
	unsigned looks, busy; /* all, and those with the processor at 90 % */
	double busy_s;	      /* when it was that first, as what follows */
	uint64_t memory, memory_least; /* bytes; and the least available */
	double memory_s;	       /* when less than 5 % was */
	uint64_t tasks, tasks_max;     /* the most there were, of so many */
	double tasks_s;		       /* when they were nine tenths */
	uint64_t disk, disk_least;     /* bytes of state_dir's, likewise */
	double disk_s;		       /* when less than 10 % was free */
};

struct outcome {
	char lab[NAME_SIZE];
	unsigned students;
	double minutes;
	bool is_here;	   /* the clients ran on the gateway's host */
	bool is_cut_short; /* by Ctrl-C, or the gateway's end */
	double came, reattached, solved, unsolved, refused;
	struct measure login, first, prompt, again, queue, echo;
	struct refusal refusals[REFUSALS_MAX];
	size_t refusal_count;

	/* Of the lab, as it is configured. */
	bool has_reattach;
	uint32_t lab_max;      /* its sandboxes_max; 0: the site's alone */
	uint32_t lab_machines; /* of a seat, and of all of them: */
	uint64_t lab_memory;
	uint32_t lab_pids;

	/* Of the gateway, by the same looks. */
	uint32_t sandboxes, sandboxes_max, waiting;
	double waiting_s; /* when somebody waited first */
	uint64_t memory;  /* the most that one sandbox had, as what follows */
	uint32_t pids;
	struct host_seen host;

	struct finding findings[FINDINGS_MAX]; /* the first first */
	size_t finding_count;
};

#endif
