/*
 * lab.h - what an instructor does with lab files: atoll lab ...
 *
 * Process: atoll.
 */
#ifndef ATOLL_ADMIN_LAB_LAB_H
#define ATOLL_ADMIN_LAB_LAB_H

/* words[0] is "lab"; the exit status. */
int lab_main(int count, char *const *words, const char *config,
    const char *socket);

#endif
