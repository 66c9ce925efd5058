/*
 * main.c - atoll, the administrator's tool: one command, one answer.
 *
 * But for check-host and lab check, which need no gateway, it is a client of
 * the monitor's admin socket and has no privileges of its own: the monitor
 * checks whether this user may ask.  Answers may hold bytes that students
 * chose: what is shown is escaped.
 */
#include "gateway/admin/run.h"

int
main(int argc, char **argv)
{
	return command_run(&(struct commander){ 0 }, argc, argv);
}
