/* array.h - how many elements an array has. */
#ifndef ATOLL_BASE_ARRAY_H
#define ATOLL_BASE_ARRAY_H

/* Of an array whose length the compiler knows; of a pointer, gcc warns
 * (-Wsizeof-pointer-div). */
#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

#endif
