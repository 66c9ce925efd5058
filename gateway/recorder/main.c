/*
 * main.c - atoll-recorder: what terminals show, for recordings and watchers.
 *
 * Process: recorder, started by the builder as root, when the first terminal is to
 * be recorded or watched, with its link to the monitor as descriptor 3 and
 * state_dir/recordings as descriptor 4.  It gives up everything else before it
 * reads a byte of a student's.  What makes pictures of terminals for watchers is forked
 * before, see painter.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/recorder/jail.h"
#include "gateway/recorder/serve.h"

#define MONITOR_FD 3
#define DIR_FD	   4

int
main(int argc, char **argv)
{
	struct confinement place;
	static struct fanouts fans;
	struct err e = { 0 };
	int loop;

	/* Can it be started at all?  See upgrade/ of the builder. */
	if (argc == 2 && strcmp(argv[1], "-V") == 0) {
		puts("atoll-recorder " VERSION);
		return EXIT_SUCCESS;
	}
	if (jail_options(&place, argc, argv, &e) == 0) {
		closefrom(DIR_FD + 1);
		loop = recorder_loop(&e);
		if (loop != -1 &&
		    painter_start(&fans.painter, &place, &e) == 0 &&
		    fanouts_begin(&fans, &e) == 0 &&
		    jail_enter(&place, DIR_FD, &e) == 0 &&
		    recorder_serve(MONITOR_FD, DIR_FD, loop, &fans, &e) == 0)
			_exit(EXIT_SUCCESS);
	}
	log_error(NULL, "atoll-recorder: %s", e.text);
	_exit(EXIT_FAILURE);
}
