/* files.c - devices, /proc, /sys, control groups, files of the host. */
#include "tests/escape/probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/random.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* A read that gives nothing: the file is masked. */
static int
read_some(const char *path)
{
	char byte;
	int fd = open(path, O_RDONLY | O_NONBLOCK);
	ssize_t n = fd == -1 ? -1 : read(fd, &byte, 1);

	return n == 0 ? ENODATA : answer_of(n);
}

/* Opened, and nothing written.  Where the file is another's and on a read-only
 * mount as well, kernels differ in what they say first. */
static int
write_none(const char *path)
{
	int answer = answer_of(open(path, O_WRONLY | O_NONBLOCK));

	return answer == EROFS ? EACCES : answer;
}

/* The same in the sandbox's control group, which is not shown where the host has
 * version 1: what is not there is not written to either. */
static int
write_group(const char *path)
{
	int answer = write_none(path);

	return answer == ENOENT ? EACCES : answer;
}

/* An entry that is neither . nor .. */
static int
list_some(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *entry;

	if (d == NULL)
		return errno;
	while ((entry = readdir(d)) != NULL) {
		if (entry->d_name[0] != '.')
			return WORKS;
	}
	return ENODATA;
}

/* One function a path: a row has no room for text. */
#define READS(name, path)                                                      \
	static int name(const struct told *t)                                  \
	{                                                                      \
		(void)t;                                                       \
		return read_some(path);                                        \
	}
#define WRITES(name, path)                                                     \
	static int name(const struct told *t)                                  \
	{                                                                      \
		(void)t;                                                       \
		return write_none(path);                                       \
	}
#define WRITES_GROUP(name, file)                                               \
	static int name(const struct told *t)                                  \
	{                                                                      \
		(void)t;                                                       \
		return write_group("/sys/fs/cgroup/" file);                    \
	}
#define LISTS(name, path)                                                      \
	static int name(const struct told *t)                                  \
	{                                                                      \
		(void)t;                                                       \
		return list_some(path);                                        \
	}

READS(proc_kcore, "/proc/kcore")
READS(proc_keys, "/proc/keys")
READS(proc_locks, "/proc/locks")
READS(proc_timers, "/proc/timer_list")
READS(proc_interrupts, "/proc/interrupts")
READS(proc_sched, "/proc/sched_debug")
READS(proc_kmsg, "/proc/kmsg")
READS(proc_slab, "/proc/slabinfo")
READS(proc_vmalloc, "/proc/vmallocinfo")
READS(proc_pages, "/proc/kpagecount")
READS(proc_disks, "/proc/diskstats")
READS(proc_partitions, "/proc/partitions")
READS(proc_swaps, "/proc/swaps")
READS(dev_mem, "/dev/mem")
READS(dev_kmsg, "/dev/kmsg")
READS(dev_fuse, "/dev/fuse")
READS(dev_tun, "/dev/net/tun")
READS(dev_kvm, "/dev/kvm")
READS(dev_loop, "/dev/loop-control")
WRITES(core_pattern, "/proc/sys/kernel/core_pattern")
WRITES(modprobe, "/proc/sys/kernel/modprobe")
WRITES(panic, "/proc/sys/kernel/panic")
WRITES(binfmt, "/proc/sys/fs/binfmt_misc/register")
WRITES(sysrq, "/proc/sysrq-trigger")
WRITES(proc_fs, "/proc/fs/ext4")
WRITES(drop_caches, "/proc/sys/vm/drop_caches")
WRITES(uevent_helper, "/sys/kernel/uevent_helper")
WRITES(huge_pages, "/sys/kernel/mm/transparent_hugepage/enabled")
WRITES(lo_mtu, "/sys/class/net/lo/mtu")
LISTS(sys_firmware, "/sys/firmware")
LISTS(sys_debug, "/sys/kernel/debug")
LISTS(sys_tracing, "/sys/kernel/tracing")
LISTS(sys_security, "/sys/kernel/security")
LISTS(sys_bpf, "/sys/fs/bpf")
LISTS(sys_block, "/sys/block")
LISTS(sys_class_block, "/sys/class/block")
LISTS(sys_dev_block, "/sys/dev/block")
LISTS(sys_virtual_block, "/sys/devices/virtual/block")
LISTS(sys_bdi, "/sys/devices/virtual/bdi")
LISTS(sys_ext4, "/sys/fs/ext4")
LISTS(proc_ext4, "/proc/fs/ext4")
LISTS(proc_jbd2, "/proc/fs/jbd2")
WRITES(release_agent, "/sys/fs/cgroup/memory/release_agent")
WRITES(release_agent_v2, "/sys/fs/cgroup/release_agent")
WRITES_GROUP(subtree, "cgroup.subtree_control")
WRITES_GROUP(cgroup_procs, "cgroup.procs")
WRITES_GROUP(cgroup_threads, "cgroup.threads")
WRITES_GROUP(cgroup_freeze, "cgroup.freeze")
WRITES_GROUP(cgroup_kill, "cgroup.kill")
WRITES_GROUP(memory_max, "memory.max")
WRITES_GROUP(cpu_max, "cpu.max")
WRITES_GROUP(memory_pressure, "memory.pressure")

/* A directory in it would be somebody's group, and one's own has none. */
static int
other_groups(const struct told *t)
{
	DIR *d = opendir("/sys/fs/cgroup");
	struct dirent *entry;
	struct stat st;

	(void)t;
	if (d == NULL)
		return errno;
	while ((entry = readdir(d)) != NULL) {
		if (entry->d_name[0] != '.' &&
		    fstatat(dirfd(d), entry->d_name, &st, 0) == 0 &&
		    S_ISDIR(st.st_mode))
			return WORKS;
	}
	return ENODATA;
}

/* Whoever is in the group and not seen from inside has the number 0. */
static int
other_processes(const struct told *t)
{
	FILE *f = fopen("/sys/fs/cgroup/cgroup.procs", "re");
	long pid;

	(void)t;
	while (f != NULL && fscanf(f, "%ld", &pid) == 1) {
		if (pid == 0)
			return WORKS;
	}
	return ENODATA;
}

static int
make_cgroup(const struct told *t)
{
	(void)t;
	return answer_of(mkdir("/sys/fs/cgroup/atoll-escape", 0755));
}

static int
make_node(mode_t type, unsigned major, unsigned minor)
{
	int rc = mknod("/tmp/node", type | 0600, makedev(major, minor));
	int answer = answer_of(rc);

	unlink("/tmp/node");
	return answer;
}

static int
node_block(const struct told *t)
{
	(void)t;
	return make_node(S_IFBLK, 8, 0);
}

static int
node_mem(const struct told *t)
{
	(void)t;
	return make_node(S_IFCHR, 1, 1);
}

/* The kernel lets anybody make these: overlays hide files with them. */
static int
node_whiteout(const struct told *t)
{
	(void)t;
	return make_node(S_IFCHR, 0, 0);
}

static int
node_fifo(const struct told *t)
{
	(void)t;
	return make_node(S_IFIFO, 0, 0);
}

static int
file_of_host(const struct told *t)
{
	return t->host_path == NULL ? UNTRIED
				    : answer_of(open(t->host_path, O_RDONLY));
}

static int
above_root(const struct told *t)
{
	char path[512];

	snprintf(path, sizeof(path), "/../../../../../../../..%s",
	    t->host_path == NULL ? "" : t->host_path);
	return t->host_path == NULL ? UNTRIED : answer_of(open(path, O_RDONLY));
}

static int
freeze(const struct told *t)
{
	int fd = open("/", O_RDONLY);

	(void)t;
	return answer_of(ioctl(fd, FIFREEZE, 0));
}

static int
immutable(const struct told *t)
{
	int fd = open("/tmp/flags", O_CREAT | O_RDWR, 0600);
	int flags = FS_IMMUTABLE_FL, answer;

	(void)t;
	answer = answer_of(ioctl(fd, FS_IOC_SETFLAGS, &flags));
	unlink("/tmp/flags");
	return answer;
}

static int
stir_random(const struct told *t)
{
	int fd = open("/dev/random", O_RDWR);

	(void)t;
	return answer_of(ioctl(fd, RNDCLEARPOOL, 0));
}

static int
remake_null(const struct told *t)
{
	(void)t;
	return answer_of(unlink("/dev/null"));
}

static int
write_dev(const struct told *t)
{
	(void)t;
	return answer_of(open("/dev/new", O_CREAT | O_WRONLY, 0600));
}

/* Physical addresses are zero for those who may not know. */
static int
page_frames(const struct told *t)
{
	unsigned long entry = 0;
	int here, fd = open("/proc/self/pagemap", O_RDONLY);

	(void)t;
	if (fd == -1 || pread(fd, &entry, sizeof(entry),
			    (long)&here / 4096 * 8) != sizeof(entry))
		return errno;
	return (entry & ((1UL << 55) - 1)) == 0 ? ENODATA : WORKS;
}

static int
kernel_addresses(const struct told *t)
{
	char line[256] = "";
	FILE *f = fopen("/proc/kallsyms", "re");

	(void)t;
	if (f == NULL || fgets(line, sizeof(line), f) == NULL)
		return errno;
	return strncmp(line, "0000000000000000", 16) == 0 ? ENODATA : WORKS;
}

static int
own_program(const struct told *t)
{
	(void)t;
	return answer_of(open("/proc/self/exe", O_WRONLY));
}

static const struct attempt attempts[] = {
	{ "mknod of a disk", ACT(node_block), SAYS(EPERM), BARE(USERNS, EPERM),
	    BECAUSE("no user namespace may") },
	{ "mknod of /dev/mem", ACT(node_mem), SAYS(EPERM),
	    BARE(USERNS, EPERM) },
	{ "mknod 0:0", ACT(node_whiteout), SAYS(EPERM), BARE(PLAIN, WORKS),
	    BECAUSE("an overlay's mark for a removed file") },
	{ "mknod of a fifo", ACT(node_fifo), SAYS(WORKS), BARE(PLAIN, WORKS),
	    BECAUSE("harmless") },
	{ "read /dev/mem", ACT(dev_mem), SAYS(ENOENT), BARE(NOBODY, SAME) },
	{ "read /dev/kmsg", ACT(dev_kmsg), SAYS(ENOENT), BARE(NOBODY, SAME) },
	{ "read /dev/fuse", ACT(dev_fuse), SAYS(ENOENT), BARE(NOBODY, SAME) },
	{ "read /dev/net/tun", ACT(dev_tun), SAYS(ENOENT), BARE(NOBODY, SAME) },
	{ "read /dev/kvm", ACT(dev_kvm), SAYS(ENOENT), BARE(NOBODY, SAME) },
	{ "read /dev/loop-control", ACT(dev_loop), SAYS(ENOENT),
	    BARE(NOBODY, SAME) },
	{ "remove /dev/null", ACT(remake_null), SAYS(EROFS),
	    BARE(NOBODY, SAME) },
	{ "make a file in /dev", ACT(write_dev), SAYS(EROFS),
	    BARE(NOBODY, SAME) },
	{ "clear the pool of /dev/random", ACT(stir_random), SAYS(EPERM),
	    BARE(USERNS, EPERM), BECAUSE("it is the host's") },
	{ "read /proc/kcore", ACT(proc_kcore), SAYS(ENODATA),
	    BARE(HOST, WORKS) },
	{ "read /proc/keys", ACT(proc_keys), SAYS(ENODATA),
	    BARE(NOBODY, SAME) },
	{ "read /proc/locks", ACT(proc_locks), SAYS(ENODATA),
	    BARE(NOBODY, SAME),
	    BECAUSE("it has everybody's, and locks up while there are many") },
	{ "read /proc/timer_list", ACT(proc_timers), SAYS(ENODATA),
	    BARE(HOST, WORKS) },
	{ "read /proc/interrupts", ACT(proc_interrupts), SAYS(ENODATA),
	    BARE(PLAIN, WORKS) },
	{ "read /proc/sched_debug", ACT(proc_sched), SAYS(ENODATA),
	    BARE(HOST, WORKS) },
	{ "read /proc/kmsg", ACT(proc_kmsg), SAYS(EACCES), BARE(NOBODY, SAME) },
	{ "read /proc/slabinfo", ACT(proc_slab), SAYS(EACCES),
	    BARE(HOST, WORKS) },
	{ "read /proc/vmallocinfo", ACT(proc_vmalloc), SAYS(EACCES),
	    BARE(HOST, WORKS) },
	{ "read /proc/kpagecount", ACT(proc_pages), SAYS(EACCES),
	    BARE(HOST, DIFFERS) },
	{ "kernel addresses", ACT(kernel_addresses), SAYS(ENODATA),
	    BARE(NOBODY, SAME) },
	{ "frames of one's own pages", ACT(page_frames), SAYS(ENODATA),
	    BARE(HOST, WORKS) },
	{ "read /proc/diskstats", ACT(proc_disks), SAYS(ENODATA),
	    BARE(PLAIN, WORKS), BECAUSE("it names the host's disks") },
	{ "read /proc/partitions", ACT(proc_partitions), SAYS(ENODATA),
	    BARE(PLAIN, WORKS) },
	{ "read /proc/swaps", ACT(proc_swaps), SAYS(ENODATA),
	    BARE(PLAIN, WORKS), BECAUSE("it has a path of the host") },
	{ "list /proc/fs/ext4", ACT(proc_ext4), SAYS(ENODATA),
	    BARE(NOBODY, SAME) },
	{ "list /proc/fs/jbd2", ACT(proc_jbd2), SAYS(ENODATA),
	    BARE(NOBODY, SAME) },
	{ "write core_pattern", ACT(core_pattern), SAYS(EACCES),
	    BARE(HOST, WORKS) },
	{ "write modprobe", ACT(modprobe), SAYS(EACCES), BARE(HOST, WORKS) },
	{ "write panic", ACT(panic), SAYS(EACCES), BARE(HOST, WORKS) },
	{ "write drop_caches", ACT(drop_caches), SAYS(EACCES),
	    BARE(HOST, WORKS) },
	{ "register a binary format", ACT(binfmt), SAYS(ENOENT),
	    BARE(NOBODY, SAME) },
	{ "write sysrq-trigger", ACT(sysrq), SAYS(EACCES), BARE(HOST, WORKS) },
	{ "write /proc/fs", ACT(proc_fs), SAYS(EISDIR), BARE(NOBODY, SAME) },
	{ "write uevent_helper", ACT(uevent_helper), SAYS(EACCES),
	    BARE(HOST, WORKS) },
	{ "write transparent_hugepage", ACT(huge_pages), SAYS(EACCES),
	    BARE(HOST, WORKS) },
	{ "write the loopback's mtu", ACT(lo_mtu), SAYS(EACCES),
	    BARE(HOST, WORKS) },
	{ "list /sys/block", ACT(sys_block), SAYS(ENODATA), BARE(PLAIN, WORKS),
	    BECAUSE("a loop device names the file of a home, and so who sits"
		    " in which lab") },
	{ "list /sys/class/block", ACT(sys_class_block), SAYS(ENODATA),
	    BARE(PLAIN, WORKS) },
	{ "list /sys/dev/block", ACT(sys_dev_block), SAYS(ENODATA),
	    BARE(PLAIN, WORKS) },
	{ "list /sys/devices/virtual/block", ACT(sys_virtual_block),
	    SAYS(ENODATA), BARE(PLAIN, WORKS) },
	{ "list /sys/devices/virtual/bdi", ACT(sys_bdi), SAYS(ENODATA),
	    BARE(PLAIN, WORKS) },
	{ "list /sys/fs/ext4", ACT(sys_ext4), SAYS(ENODATA),
	    BARE(NOBODY, SAME) },
	{ "list /sys/firmware", ACT(sys_firmware), SAYS(ENODATA),
	    BARE(HOST, WORKS) },
	{ "list /sys/kernel/debug", ACT(sys_debug), SAYS(ENODATA),
	    BARE(NOBODY, SAME) },
	{ "list /sys/kernel/tracing", ACT(sys_tracing), SAYS(ENODATA),
	    BARE(NOBODY, SAME) },
	{ "list /sys/kernel/security", ACT(sys_security), SAYS(ENODATA),
	    BARE(NOBODY, SAME) },
	{ "list /sys/fs/bpf", ACT(sys_bpf), SAYS(ENODATA), BARE(NOBODY, SAME) },
	{ "a control group of another", ACT(other_groups), SAYS(ENODATA),
	    BARE(PLAIN, WORKS),
	    BECAUSE("one's own is shown with version 2, none with 1") },
	{ "a process of another, by the group", ACT(other_processes),
	    SAYS(ENODATA), BARE(NOBODY, SAME) },
	{ "write release_agent", ACT(release_agent), SAYS(ENOENT),
	    BARE(NOBODY, SAME) },
	{ "write release_agent, version 2", ACT(release_agent_v2), SAYS(ENOENT),
	    BARE(NOBODY, SAME) },
	{ "write cgroup.subtree_control", ACT(subtree), SAYS(EACCES),
	    BARE(NOBODY, SAME), BECAUSE("read-only, or not there") },
	{ "write cgroup.procs", ACT(cgroup_procs), SAYS(EACCES),
	    BARE(NOBODY, SAME) },
	{ "write cgroup.threads", ACT(cgroup_threads), SAYS(EACCES),
	    BARE(NOBODY, SAME) },
	{ "write cgroup.freeze", ACT(cgroup_freeze), SAYS(EACCES),
	    BARE(NOBODY, SAME) },
	{ "write cgroup.kill", ACT(cgroup_kill), SAYS(EACCES),
	    BARE(NOBODY, SAME) },
	{ "write memory.max", ACT(memory_max), SAYS(EACCES),
	    BARE(NOBODY, SAME) },
	{ "write cpu.max", ACT(cpu_max), SAYS(EACCES), BARE(NOBODY, SAME) },
	{ "write memory.pressure", ACT(memory_pressure), SAYS(EACCES),
	    BARE(NOBODY, SAME),
	    BECAUSE("a trigger costs the kernel a thread") },
	{ "make a control group", ACT(make_cgroup), SAYS(EROFS),
	    BARE(NOBODY, SAME) },
	{ "a file of the host", ACT(file_of_host), SAYS(ENOENT),
	    BARE(NOBODY, SAME) },
	{ "a file of the host, by ..", ACT(above_root), SAYS(ENOENT),
	    BARE(NOBODY, SAME) },
	{ "freeze the file system", ACT(freeze), SAYS(EPERM),
	    BARE(USERNS, EPERM) },
	{ "an immutable file", ACT(immutable), SAYS(EPERM),
	    BARE(NOBODY, SAME) },
	{ "write one's own program", ACT(own_program), SAYS(ETXTBSY),
	    BARE(NOBODY, SAME) },
};

const struct area area_files = { "files",
	"Devices, /proc, /sys and control groups.", ROWS(attempts) };
