/*
 * commands.h - commands that are more than a question, each in a file of its own.
 *
 * Words are those behind the command's name.  Returns the exit status.
 */
#ifndef ATOLL_LAB_COMMANDS_H
#define ATOLL_LAB_COMMANDS_H

int run_passwd(int count, char **words);
int run_key(int count, char **words);
int run_export(int count, char **words);
int run_hand(int count, char **words);
int run_stage(int count, char **words);
int run_console(int count, char **words);
int run_capture(int count, char **words);
int run_reset(int count, char **words);
int run_link(int count, char **words);
int run_ping(int count, char **words);

#endif
