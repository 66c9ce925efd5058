/*
 * loader.h - tell the builder what was configured.	Process: loader.
 *
 * The builder starts "atolld -c FILE -L 3" as root when it starts and at each
 * reload.  What the builder obeys thus never passes through the monitor.
 */
#ifndef ATOLL_LOADER_LOADER_H
#define ATOLL_LOADER_LOADER_H

/* Load FILE and send the plans, or the errors, over link_fd.  running_fd is
 * the effective configuration in force, or -1.  Returns the exit status. */
int loader_main(const char *file, int link_fd, int running_fd);

#endif
