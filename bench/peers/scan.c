// scan FILE
//
// What memory allows: reads a file in pieces of 1 MiB and adds up its words, the least that anybody can do who looks at
// every byte. Prints: bytes, sum, seconds of CPU time.

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { PIECE = 1 << 20 };

int main(int argc, char **argv)
{
	struct rusage use;
	uint64_t sum = 0, bytes = 0;
	uint64_t *piece = aligned_alloc(64, PIECE);
	int file = argc == 2 ? open(argv[1], O_RDONLY) : -1;
	ssize_t length;

	if (file < 0 || !piece) {
		fprintf(stderr, "usage: scan FILE\n");
		return 2;
	}
	while ((length = read(file, piece, PIECE)) > 0) {
		for (ssize_t i = 0; i < length / 8; i++)
			sum += piece[i];
		bytes += (uint64_t)length;
	}
	getrusage(RUSAGE_SELF, &use);
	printf("%llu bytes, sum %llx, %.3f s\n", (unsigned long long)bytes, (unsigned long long)sum,
	       use.ru_utime.tv_sec + use.ru_stime.tv_sec + (use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6);
	return 0;
}
