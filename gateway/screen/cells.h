/*
 * cells.h - what stands in each cell of a screen.
 */
#ifndef ATOLL_SCREEN_CELLS_H
#define ATOLL_SCREEN_CELLS_H

#include <stdint.h>

#include "gateway/screen/ink.h"
#include "gateway/screen/pen.h"
#include "gateway/screen/screen.h"

struct glyph {
	struct ink ink;
	uint32_t code; /* 0: nothing was ever written there */
	unsigned width;
};

/* Row by row, from the left; a wide one once. */
typedef void cells_fn(void *self, const struct glyph *g,
    struct screen_place at);

/* Before cells of it are drawn: as its program left them. */
void cells_begin(struct screen *s);

/* Each of the screen that the emulator is on. */
void cells_draw(struct screen *s, cells_fn *put, void *self);

/* Its character, as it is. */
void glyph_write(struct pen *to, const struct screen *s, const struct glyph *g);

#endif
