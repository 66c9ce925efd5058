/* loopdev.c - a file as a block device, see loop(4). */
#include "sandbox/builder/fs/loopdev.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "gateway/base/scope.h"

#define CONTROL	   "/dev/loop-control"
#define BLOCK_SIZE 4096
#define TRIES	   64 /* others on this host look for a free one too */

int
loop_probe(struct err *e)
{
	CLOSES int control = open(CONTROL, O_RDWR | O_CLOEXEC);

	if (control == -1)
		return err_set(e, errno, CONTROL);
	return 0;
}

/* -1 with errno EBUSY: another process has taken the device meanwhile. */
static int
attach(int file, int number, char name[LOOP_NAME_SIZE])
{
	struct loop_config config = {
		.fd = (uint32_t)file,
		.block_size = BLOCK_SIZE,
		.info.lo_flags = LO_FLAGS_AUTOCLEAR,
	};
	CLOSES int device = -1;

	snprintf(name, LOOP_NAME_SIZE, "/dev/loop%d", number);
	device = open(name, O_RDWR | O_CLOEXEC);
	if (device == -1 || ioctl(device, LOOP_CONFIGURE, &config) == -1)
		return -1;
	return take_fd(&device);
}

int
loop_attach(int file, char name[LOOP_NAME_SIZE], struct err *e)
{
	CLOSES int control = open(CONTROL, O_RDWR | O_CLOEXEC);

	if (control == -1)
		return err_set(e, errno, CONTROL);
	for (int i = 0; i < TRIES; i++) {
		int number = ioctl(control, LOOP_CTL_GET_FREE);
		int device;

		if (number == -1)
			return err_set(e, errno, "a free loop device");
		device = attach(file, number, name);
		if (device != -1)
			return device;
		if (errno != EBUSY)
			return err_set(e, errno, "%s", name);
	}
	return err_set(e, EBUSY, "a free loop device");
}

static bool
holds(const char *name, const struct stat *file)
{
	CLOSES int device = open(name, O_RDONLY | O_CLOEXEC);
	struct loop_info64 info;

	return device != -1 && ioctl(device, LOOP_GET_STATUS64, &info) == 0 &&
	       info.lo_inode == file->st_ino && info.lo_device == file->st_dev;
}

bool
loop_is_attached(const struct stat *file)
{
	DIR *dev = opendir("/dev");
	const struct dirent *entry;
	bool found = false;

	while (dev != NULL && !found && (entry = readdir(dev)) != NULL) {
		char name[sizeof("/dev/") + sizeof(entry->d_name)];

		if (strncmp(entry->d_name, "loop", 4) != 0 ||
		    entry->d_type != DT_BLK)
			continue;
		snprintf(name, sizeof(name), "/dev/%s", entry->d_name);
		found = holds(name, file);
	}
	if (dev != NULL)
		closedir(dev);
	return found;
}
