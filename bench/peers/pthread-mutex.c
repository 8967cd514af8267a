/*
 * The lock of the C library, for comparison: threads that lock, count and unlock. One run without clocks for the rate,
 * then one with two clock readings a lock for the waits. Prints one line of JSON.
 *
 * usage: pthread-mutex normal|adaptive|cas-store THREADS SECONDS
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_THREADS = 256, LOOKS = 1000, CHUNK = 64 };
/* Log-linear: 128 buckets an octave, so within 0.8 %. */
enum { SUB_BITS = 7, SUB = 1 << SUB_BITS, BUCKETS = (64 - SUB_BITS + 1) * SUB };
enum mode { NORMAL, ADAPTIVE, CAS_STORE };

/* What is written by several lies on lines of its own. */
struct shared {
	_Alignas(64) pthread_mutex_t mutex;
	_Alignas(64) atomic_int word;
	_Alignas(64) uint64_t counter;
	_Alignas(64) atomic_bool stop;
	_Alignas(64) pthread_barrier_t start;
};

struct member {
	_Alignas(64) pthread_t thread;
	enum mode mode;
	bool clocked;
	uint64_t ops;
	uint64_t longest;
	uint64_t began;
	uint64_t ended;
	uint64_t *buckets;
};

static struct shared shared;

static void die(const char *what, int error)
{
	fprintf(stderr, "pthread-mutex: %s: %s\n", what, strerror(error));
	exit(1);
}

/* pthread functions return their error. */
static inline void must(int error, const char *what)
{
	if (__builtin_expect(error != 0, 0))
		die(what, error);
}

static inline uint64_t now_ns(void)
{
	struct timespec now;

	if (__builtin_expect(clock_gettime(CLOCK_MONOTONIC, &now) != 0, 0))
		die("clock_gettime", errno);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void sleep_ns(uint64_t ns)
{
	struct timespec left = { .tv_sec = (time_t)(ns / 1000000000u), .tv_nsec = (long)(ns % 1000000000u) };

	while (nanosleep(&left, &left) != 0)
		if (errno != EINTR)
			die("nanosleep", errno);
}

static inline void cpu_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#endif
}

/* As cas-store.mjs: looks for some microseconds, then sleeps a little. */
static void spin_lock(void)
{
	for (;;) {
		int free = 0;

		if (atomic_compare_exchange_strong(&shared.word, &free, 1))
			return;
		for (int looks = 0; atomic_load_explicit(&shared.word, memory_order_relaxed) != 0;) {
			if (++looks < LOOKS) {
				cpu_relax();
				continue;
			}
			sleep_ns(50000);
			looks = 0;
		}
	}
}

static inline void take(enum mode mode)
{
	if (mode == CAS_STORE)
		spin_lock();
	else
		must(pthread_mutex_lock(&shared.mutex), "pthread_mutex_lock");
}

static inline void give(enum mode mode)
{
	if (mode == CAS_STORE)
		/* Sequentially consistent, as in JavaScript: the languages are compared, not the orders. */
		atomic_store(&shared.word, 0);
	else
		must(pthread_mutex_unlock(&shared.mutex), "pthread_mutex_unlock");
}

static unsigned bucket_of(uint64_t ns)
{
	unsigned octave;

	if (ns < SUB)
		return (unsigned)ns;
	octave = 63 - (unsigned)__builtin_clzll(ns) - SUB_BITS;
	return octave * SUB + (unsigned)(ns >> octave);
}

/* The middle of a bucket. */
static double value_of(unsigned bucket)
{
	unsigned octave;
	double width;

	if (bucket < 2 * SUB)
		return bucket;
	octave = bucket / SUB - 1;
	width = (double)((uint64_t)1 << octave);
	return (double)(bucket - octave * SUB) * width + width / 2;
}

static void count_plainly(struct member *me)
{
	const enum mode mode = me->mode;

	while (!atomic_load_explicit(&shared.stop, memory_order_relaxed)) {
		for (int op = 0; op < CHUNK; op++) {
			take(mode);
			shared.counter++;
			give(mode);
		}
		me->ops += CHUNK;
	}
}

static void count_clocked(struct member *me)
{
	const enum mode mode = me->mode;

	for (; !atomic_load_explicit(&shared.stop, memory_order_relaxed); me->ops++) {
		uint64_t waited, start = now_ns();

		take(mode);
		waited = now_ns() - start;
		shared.counter++;
		give(mode);
		me->buckets[bucket_of(waited)]++;
		if (waited > me->longest)
			me->longest = waited;
	}
}

static void *run_member(void *argument)
{
	struct member *me = argument;
	int met = pthread_barrier_wait(&shared.start);

	if (met != PTHREAD_BARRIER_SERIAL_THREAD)
		must(met, "pthread_barrier_wait");
	me->began = now_ns();
	if (me->clocked)
		count_clocked(me);
	else
		count_plainly(me);
	me->ended = now_ns();
	return NULL;
}

static void make_mutex(enum mode mode)
{
	pthread_mutexattr_t kind;
	int type = PTHREAD_MUTEX_NORMAL;

	if (mode == ADAPTIVE) {
#ifdef __GLIBC__
		type = PTHREAD_MUTEX_ADAPTIVE_NP;
#else
		die("adaptive", ENOTSUP);
#endif
	}
	must(pthread_mutexattr_init(&kind), "pthread_mutexattr_init");
	must(pthread_mutexattr_settype(&kind, type), "pthread_mutexattr_settype");
	must(pthread_mutex_init(&shared.mutex, &kind), "pthread_mutex_init");
	must(pthread_mutexattr_destroy(&kind), "pthread_mutexattr_destroy");
}

struct total {
	uint64_t ops, counter, longest, ns;
};

/* One run of all threads; what they did stays in `members`. */
static struct total run(struct member *members, unsigned threads, double seconds, enum mode mode, bool clocked)
{
	struct total total = { 0 };
	uint64_t first = UINT64_MAX, last = 0;
	int met;

	shared.counter = 0;
	atomic_store(&shared.stop, false);
	atomic_store(&shared.word, 0);
	make_mutex(mode);
	must(pthread_barrier_init(&shared.start, NULL, threads + 1), "pthread_barrier_init");
	for (unsigned i = 0; i < threads; i++) {
		members[i].mode = mode;
		members[i].clocked = clocked;
		members[i].ops = 0;
		must(pthread_create(&members[i].thread, NULL, run_member, &members[i]), "pthread_create");
	}
	met = pthread_barrier_wait(&shared.start);
	if (met != PTHREAD_BARRIER_SERIAL_THREAD)
		must(met, "pthread_barrier_wait");
	sleep_ns((uint64_t)(seconds * 1e9));
	atomic_store(&shared.stop, true);
	for (unsigned i = 0; i < threads; i++) {
		must(pthread_join(members[i].thread, NULL), "pthread_join");
		total.ops += members[i].ops;
		if (members[i].longest > total.longest)
			total.longest = members[i].longest;
		if (members[i].began < first)
			first = members[i].began;
		if (members[i].ended > last)
			last = members[i].ended;
	}
	total.counter = shared.counter;
	total.ns = last - first;
	must(pthread_barrier_destroy(&shared.start), "pthread_barrier_destroy");
	must(pthread_mutex_destroy(&shared.mutex), "pthread_mutex_destroy");
	return total;
}

/* The wait that so large a share of all did not exceed. */
static double percentile(struct member *members, unsigned threads, struct total total, double share)
{
	uint64_t wanted = (uint64_t)((double)total.ops * share), seen = 0;

	for (unsigned bucket = 0; bucket < BUCKETS; bucket++) {
		for (unsigned i = 0; i < threads; i++)
			seen += members[i].buckets[bucket];
		if (seen > wanted)
			return value_of(bucket) < (double)total.longest ? value_of(bucket) : (double)total.longest;
	}
	return (double)total.longest;
}

static int usage(void)
{
	fprintf(stderr, "usage: pthread-mutex normal|adaptive|cas-store THREADS SECONDS\n");
	return 2;
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "normal", "adaptive", "cas-store" };
	static struct member members[MAX_THREADS];
	struct total plain, clocked;
	unsigned mode = 0;
	unsigned long threads;
	double seconds;
	char *end;
	bool ok = true;

	if (argc != 4)
		return usage();
	while (mode < 3 && strcmp(argv[1], names[mode]) != 0)
		mode++;
	errno = 0;
	threads = strtoul(argv[2], &end, 10);
	if (mode == 3 || errno != 0 || *end != '\0' || threads < 1 || threads > MAX_THREADS)
		return usage();
	seconds = strtod(argv[3], &end);
	if (errno != 0 || *end != '\0' || !(seconds > 0 && seconds <= 3600))
		return usage();

	for (unsigned i = 0; i < threads; i++) {
		members[i].buckets = calloc(BUCKETS, sizeof(*members[i].buckets));
		if (members[i].buckets == NULL)
			die("calloc", errno);
	}
	plain = run(members, (unsigned)threads, seconds, mode, false);
	ok &= printf("{\"mode\":\"%s\",\"threads\":%lu,\"seconds\":%.6f,\"ops\":[", names[mode], threads,
		     (double)plain.ns / 1e9) > 0;
	for (unsigned i = 0; i < threads; i++)
		ok &= printf("%s%llu", i > 0 ? "," : "", (unsigned long long)members[i].ops) > 0;
	clocked = run(members, (unsigned)threads, seconds, mode, true);
	ok &= printf("],\"counter\":%llu,\"sumOk\":%s,\"nsPerOp\":%.2f,", (unsigned long long)plain.counter,
		     plain.counter == plain.ops && clocked.counter == clocked.ops ? "true" : "false",
		     plain.ops > 0 ? (double)plain.ns / (double)plain.ops : 0.0) > 0;
	ok &= printf("\"p50\":%.0f,\"p99\":%.0f,\"p999\":%.0f,\"max\":%llu}\n",
		     percentile(members, (unsigned)threads, clocked, 0.5),
		     percentile(members, (unsigned)threads, clocked, 0.99),
		     percentile(members, (unsigned)threads, clocked, 0.999), (unsigned long long)clocked.longest) > 0;
	for (unsigned i = 0; i < threads; i++)
		free(members[i].buckets);
	if (!ok || fflush(stdout) != 0)
		die("stdout", errno);
	return 0;
}
