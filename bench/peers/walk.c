// walk FILE merged|percpu
//
// The loop that IrqReplay's trace.dat route is measured against: opens a trace.dat with libtracecmd, walks its records in
// the order of time over all CPUs ("merged") or CPU after CPU ("percpu"), and reads up to three fields of each through
// libtraceevent. What it reads goes into a sum, so that nothing is left out. Events are found by number in a table of
// our own: a hash look-up a record would make the peer slower than it need be.
//
// Prints: records, fields, sum, and the seconds of CPU time of opening and of walking.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <trace-cmd.h>

enum { FIELDS = 3, EVENTS = 65536 };

struct event {
	int known;
	int count;
	struct tep_format_field *fields[FIELDS];
};

struct walk {
	struct tep_handle *tep;
	unsigned long long records, fields, sum;
};

static struct event events[EVENTS];

static double cpu_seconds(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return use.ru_utime.tv_sec + use.ru_stime.tv_sec + (use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

// The first fields of its own that an event has; texts have no number and are left out.
static struct event *learn(struct tep_handle *tep, int id)
{
	struct event *event = &events[id];
	struct tep_event *format = tep_find_event(tep, id);

	event->known = 1;
	if (!format)
		return event;
	for (struct tep_format_field *field = format->format.fields; field && event->count < FIELDS; field = field->next)
		if (!(field->flags & (TEP_FIELD_IS_ARRAY | TEP_FIELD_IS_DYNAMIC | TEP_FIELD_IS_STRING)))
			event->fields[event->count++] = field;
	return event;
}

static void take(struct walk *walk, struct tep_record *record)
{
	int id = tep_data_type(walk->tep, record);
	struct event *event = &events[id & (EVENTS - 1)];
	unsigned long long value;

	if (!event->known)
		event = learn(walk->tep, id & (EVENTS - 1));
	walk->records++;
	for (int i = 0; i < event->count; i++) {
		if (tep_read_number_field(event->fields[i], record->data, &value))
			continue;
		walk->sum += value;
		walk->fields++;
	}
}

static int take_merged(struct tracecmd_input *input, struct tep_record *record, int cpu, void *data)
{
	(void)input;
	(void)cpu;
	take(data, record);
	return 0;
}

static void take_per_cpu(struct tracecmd_input *input, struct walk *walk)
{
	int cpus = tep_get_cpus(walk->tep);
	struct tep_record *record;

	for (int cpu = 0; cpu < cpus; cpu++) {
		while ((record = tracecmd_read_data(input, cpu))) {
			take(walk, record);
			tracecmd_free_record(record);
		}
	}
}

int main(int argc, char **argv)
{
	double start, opened, done;
	struct walk walk = {0};
	struct tracecmd_input *input;

	if (argc != 3 || (strcmp(argv[2], "merged") && strcmp(argv[2], "percpu"))) {
		fprintf(stderr, "usage: walk FILE merged|percpu\n");
		return 2;
	}
	start = cpu_seconds();
	input = tracecmd_open(argv[1], TRACECMD_FL_LOAD_NO_PLUGINS);
	if (!input) {
		fprintf(stderr, "walk: %s: libtracecmd cannot open it\n", argv[1]);
		return 3;
	}
	walk.tep = tracecmd_get_tep(input);
	opened = cpu_seconds();
	if (!strcmp(argv[2], "merged"))
		tracecmd_iterate_events(input, NULL, 0, take_merged, &walk);
	else
		take_per_cpu(input, &walk);
	done = cpu_seconds();
	tracecmd_close(input);
	printf("%llu records, %llu fields, sum %llx, open %.3f s, walk %.3f s\n",
	       walk.records, walk.fields, walk.sum, opened - start, done - opened);
	return 0;
}
