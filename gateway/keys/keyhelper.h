/*
 * keyhelper.h - atoll-keys, the processes that run keys_command.
 *							Process: key helper.
 *
 * It exists only when keys_command is set.  The monitor cannot run a program as
 * another user, and the builder, which could, reads nothing that users chose.
 * So atolld starts itself again before it gives up root, with the command and
 * its user fixed; this process becomes that user before it reads anything, and
 * from then on nobody with root is involved.  It forks another for each
 * KEYS_START, which answers questions on a link of its own: that one has to do
 * with the command, and may be lost.  It trusts neither the monitor,
 * whose questions are typed messages, nor the command: the monitor learns
 * only whether a key is the account's.
 */
#ifndef ATOLL_KEYS_KEYHELPER_H
#define ATOLL_KEYS_KEYHELPER_H

/* Become the user, serve until the link on link_fd closes, in a fork until its
 * own link does, and return the exit status.  args: user, seconds, command... */
int keyhelper_main(int link_fd, char **args);

#endif
