package io.eventsource.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What work has cost, which wanders less than how long it took: processor time of this JVM, with its compiler and its collector, processor
 * time of all processes of the server, and what the threads of this JVM allocated. A process or a thread that ends meanwhile does not count.
 * The operating system counts the time of a process in steps, of 10 ms on Linux.
 *
 * @param client nanoseconds of this JVM
 * @param server nanoseconds of the server
 * @param allocated bytes
 */
record Cost(long client, long server, long allocated) {

    private static final Row.Metric CLIENT = new Row.Metric("processor, client", "ms per 1,000 events");
    private static final Row.Metric SERVER = new Row.Metric("processor, server", "ms per 1,000 events");
    private static final Row.Metric ALLOCATED = new Row.Metric("allocated", "kB per event");

    /**
     * What has been used so far.
     *
     * @param client nanoseconds of this JVM
     * @param server nanoseconds of each process of the server
     * @param allocated bytes of each thread
     */
    record Used(long client, Map<Long, Long> server, Map<Long, Long> allocated) {}

    /** What this JVM and the server of a database have used so far. */
    static Used soFar(Database database) {
        ProcessHandle postmaster = database.postmaster();
        ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
        return new Used(
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime(),
                Stream.concat(Stream.of(postmaster), postmaster.descendants())
                        .collect(Collectors.toMap(ProcessHandle::pid, process -> process.info()
                                .totalCpuDuration()
                                .orElse(Duration.ZERO)
                                .toNanos())),
                LongStream.of(threads.getAllThreadIds())
                        .boxed()
                        .collect(Collectors.toMap(id -> id, threads::getThreadAllocatedBytes)));
    }

    /** What has been used since then. */
    static Cost since(Used before, Database database) {
        Used now = soFar(database);
        return new Cost(
                now.client - before.client, growth(before.server, now.server), growth(before.allocated, now.allocated));
    }

    private static long growth(Map<Long, Long> before, Map<Long, Long> now) {
        return now.entrySet().stream()
                .mapToLong(each -> Math.max(0, each.getValue() - before.getOrDefault(each.getKey(), 0L)))
                .sum();
    }

    /** For so many events, in the order of the report. */
    Map<Row.Metric, Double> of(long events) {
        Map<Row.Metric, Double> measured = new LinkedHashMap<>();
        measured.put(CLIENT, client / 1e3 / events);
        measured.put(SERVER, server / 1e3 / events);
        measured.put(ALLOCATED, allocated / 1024.0 / events);
        return measured;
    }
}
